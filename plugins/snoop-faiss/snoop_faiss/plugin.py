"""The entry point: six index types, and what `doctor` asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from snoop_faiss.building import build
from snoop_faiss.devices import PROCESSOR, card
from snoop_faiss.diagnosis import findings
from snoop_faiss.opening import open_index
from snoop_faiss.structures import STRUCTURES, Structure
from snoop_faiss.updating import update
from snoop_flow import hookimpl
from snoop_flow.plugin_types import Finding, IndexTypeSpec


def spec_of(structure: Structure, device: str = PROCESSOR) -> IndexTypeSpec:
    """The index type of a structure, on the processor or a card.

    Raises:
        UsageError: this is no name of a device.
    """
    if device != PROCESSOR:
        card(device)
    return IndexTypeSpec(
        structure.name,
        structure.title,
        structure.exact,
        partial(build, structure, device=device),
        partial(open_index, structure, device=device),
        partial(update, structure, device=device),
        partial(spec_of, structure),
    )


INDEX_TYPES = tuple(spec_of(structure) for structure in STRUCTURES)


@hookimpl
def register_index_types() -> Sequence[IndexTypeSpec]:
    """Give the index types."""
    return INDEX_TYPES


@hookimpl
def diagnose() -> Sequence[Finding]:
    """Tell which FAISS is installed, and whether a graphics card can be used."""
    return findings()


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
