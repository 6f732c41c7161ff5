"""What comes with snoop-flow: our own plugin, registered by entry point like everybody's.

Nothing imports it; it has no privilege that an outside plugin lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_flow.builtin.catalogues import OAI_PMH, SRU_QUERY
from snoop_flow.builtin.classical import CLASSICAL
from snoop_flow.builtin.distilled import DISTILLED
from snoop_flow.builtin.exact import EXACT
from snoop_flow.builtin.exporters import CSV, CSV_SPREADSHEET, IIIF_LISTS, IIIF_PAGES, PARQUET, W3C_LINES
from snoop_flow.builtin.films import FILM
from snoop_flow.builtin.folder import FOLDER
from snoop_flow.builtin.iiif import IIIF
from snoop_flow.builtin.packages import BAGIT, OCFL
from snoop_flow.builtin.strategies import STRATEGIES
from snoop_flow.builtin.warc import WARC
from snoop_flow.builtin.windows import WINDOWS
from snoop_flow.hookspecs import hookimpl
from snoop_flow.plugin_types import BackboneSpec, ExporterSpec, IndexTypeSpec, SegmenterSpec, SourceSpec, StrategySpec


@hookimpl
def register_sources() -> Sequence[SourceSpec]:
    """Folders of images and films, packages and web archives; IIIF, OAI-PMH and SRU by address."""
    return [BAGIT, OCFL, WARC, OAI_PMH, SRU_QUERY, IIIF, FILM, FOLDER]


@hookimpl
def register_segmenters() -> Sequence[SegmenterSpec]:
    """Windows that differ most from each other."""
    return [WINDOWS]


@hookimpl
def register_backbones() -> Sequence[BackboneSpec]:
    """The classical descriptor and the embedded network, which need no download."""
    return [CLASSICAL, DISTILLED]


@hookimpl
def register_index_types() -> Sequence[IndexTypeSpec]:
    """The exact scan."""
    return [EXACT]


@hookimpl
def register_strategies() -> Sequence[StrategySpec]:
    """Relevant, most useful, ambiguous, discovery, random."""
    return STRATEGIES


@hookimpl
def register_exporters() -> Sequence[ExporterSpec]:
    """IIIF annotation pages and lists, Web Annotations by line, tables for programs, spreadsheets and analysis."""
    return [IIIF_PAGES, IIIF_LISTS, W3C_LINES, CSV, CSV_SPREADSHEET, PARQUET]


@hookimpl
def register_translations() -> Sequence[Path]:
    """What these say, in French."""
    return [Path(__file__).parent / "translations"]
