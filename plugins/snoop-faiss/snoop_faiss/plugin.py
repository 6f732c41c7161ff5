"""The entry point: four index types."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from snoop_faiss.building import build, open_index
from snoop_faiss.structures import STRUCTURES
from snoop_flow import hookimpl
from snoop_flow.plugin_types import IndexTypeSpec

INDEX_TYPES = tuple(
    IndexTypeSpec(one.name, one.title, one.exact, partial(build, one), partial(open_index, one)) for one in STRUCTURES
)


@hookimpl
def register_index_types() -> Sequence[IndexTypeSpec]:
    """Give the index types."""
    return INDEX_TYPES
