"""How well positives span a class."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snoop_flow import Workspace
from snoop_flow.classes import ranking
from snoop_flow.errors import UsageError

Find = Callable[[str], list[str]]


def test_coverage_grows_with_positives_that_are_spread(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Stripes", positives=items_of("stripes")[:1])
    archive.mark("Stripes", dict.fromkeys([*items_of("discs"), *items_of("frames")], -1), op_id="a")
    archive.fit("Stripes")
    archive.set_threshold("Stripes", 0)
    one = archive.class_coverage("Stripes")
    assert (one.positives, one.sampled) == (1, one.members)
    assert 0 < one.share < 1
    assert all(card.record_label == "stripes" for card in one.uncovered)
    archive.mark("Stripes", {card.item: 1 for card in one.uncovered}, op_id="b")
    archive.fit("Stripes")
    more = archive.class_coverage("Stripes")
    assert more.share > one.share
    assert more.positives > 1


def test_a_large_class_is_sampled(archive: Workspace, items_of: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "MOST_MEMBERS", 4)
    archive.create_class("Stripes", positives=items_of("stripes"))
    archive.fit("Stripes")
    found = archive.class_coverage("Stripes", count=2)
    assert found.sampled == 4 < found.members
    assert len(found.uncovered) <= 2


def test_coverage_needs_a_positive_and_a_model(archive: Workspace, items_of: Find) -> None:
    archive.create_class("New")
    with pytest.raises(UsageError, match="no model yet"):
        archive.class_coverage("New")
    archive.mark("New", {items_of("discs")[0]: 1}, op_id="a")
    archive.fit("New")
    archive.mark("New", {items_of("discs")[0]: None}, op_id="b")
    with pytest.raises(UsageError, match="no positive mark"):
        archive.class_coverage("New")
    with pytest.raises(UsageError, match="number of items 0"):
        archive.class_coverage("New", count=0)
