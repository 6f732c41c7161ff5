"""Searching: what a query means, which vectors and words are near to it, and what stands beside a result."""

from snoop_flow.searching.running import Query

__all__ = ["Query"]
