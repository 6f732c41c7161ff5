"""Indexing: vector rows → a search structure, built or brought up to date beside the old one, then switched to."""

from snoop_flow.indexing.building import INDEX, build_index
from snoop_flow.indexing.opening import index_type, open_index
from snoop_flow.indexing.recall import recall_of

__all__ = ["INDEX", "build_index", "index_type", "open_index", "recall_of"]
