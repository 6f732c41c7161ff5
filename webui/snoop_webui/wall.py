"""Something to begin with where nothing is asked: the first picture of records of each collection."""

from __future__ import annotations

from snoop_flow import Workspace
from snoop_flow.reports import Card


def wall(workspace: Workspace, collection: str, count: int, class_name: str | None = None) -> tuple[Card, ...]:
    """Up to `count` pictures, spread over collections and records; all of a record where there are few records.

    Raises:
        NotFoundError: no such collection or class.
    """
    slugs = [collection] if collection else [one.collection.slug for one in workspace.collections()]
    if not slugs:
        return ()
    share = -(-count // len(slugs))
    chosen: list[str] = []
    for slug in slugs:
        records = workspace.records(slug, limit=share)
        each = -(-share // max(len(records), 1))
        # a film by its keyframes: whatever is not searched has no picture of its own
        shown = ([one.id for one in workspace.record_items(record.id) if one.searched] for record in records)
        found = [item for items in shown for item in items[:each]]
        chosen += found[:share]
    return tuple(workspace.cards(chosen[:count], class_name))
