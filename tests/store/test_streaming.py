"""Annotations are streamed in their order, whatever parts they are asked for in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snoop_flow import Workspace
from snoop_flow.store import published


@pytest.mark.parametrize("part", [1, 3, 7, 12, 13, 20_000])
def test_parts_hold_every_annotation_once_and_in_order(
    archive: Workspace, items_of: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """36 pictures in three documents of 12, two classes on each: parts of some documents, of one, or of some pages."""
    ids = []
    for kind in ("discs", "stripes"):
        made = archive.create_class(kind.title(), positives=items_of(kind)[:4])
        archive.fit(made.id)
        archive.enrich([made.id], threshold=-1e9)
        archive.publish([made.id], policy="all")
        ids.append(made.id)
    with archive.catalogue.read() as connection:
        whole = [row.id for batch in published.stream(connection, None, None) for row in batch]
        of_one = [row.id for batch in published.stream(connection, ids[:1], None) for row in batch]
    assert len(whole) == len(set(whole)) == 72
    monkeypatch.setattr(published, "PART", part)
    with archive.catalogue.read() as connection:
        rows = [row for batch in published.stream(connection, None, None) for row in batch]
        assert [row.id for row in rows] == whole
        assert [row.id for batch in published.stream(connection, ids[:1], None) for row in batch] == of_one
    records = [row.record_id for row in rows]
    assert records == sorted(records)
