"""The entry point: what this distribution gives to snoop-flow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_catalogue.alto import ALTO_FILES
from snoop_catalogue.coco import COCO
from snoop_catalogue.dublin_core import DUBLIN_CORE
from snoop_catalogue.edm import EDM
from snoop_catalogue.intermarc import INTERMARC
from snoop_catalogue.label_studio import LABEL_STUDIO
from snoop_catalogue.marc21 import MARC21
from snoop_catalogue.mets import METS_FILES
from snoop_catalogue.unimarc import UNIMARC
from snoop_flow import hookimpl
from snoop_flow.plugin_types import ExporterSpec

EXPORTERS = (DUBLIN_CORE, MARC21, UNIMARC, INTERMARC, EDM, ALTO_FILES, METS_FILES, COCO, LABEL_STUDIO)


@hookimpl
def register_exporters() -> Sequence[ExporterSpec]:
    """One exporter for each format."""
    return EXPORTERS


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
