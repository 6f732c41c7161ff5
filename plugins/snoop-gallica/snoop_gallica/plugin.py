"""The entry point: what this distribution gives to snoop-flow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_flow import hookimpl
from snoop_flow.plugin_types import HarvestSource, SourceContext, SourceSpec
from snoop_gallica.locations import recognises
from snoop_gallica.manners import MANNERS
from snoop_gallica.source import READER, GallicaSource


def _open(location: str, context: SourceContext) -> HarvestSource:
    return GallicaSource(location, context)


GALLICA = SourceSpec(
    "gallica",
    "Gallica documents by ark, list of arks, SRU query or OAI set",
    recognises,
    _open,
    hosts=MANNERS,
    reader=READER,
)


@hookimpl
def register_sources() -> Sequence[SourceSpec]:
    """Gallica."""
    return [GALLICA]


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
