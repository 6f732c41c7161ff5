"""A class looked at closely: frontier, near-duplicates, two versions, ranges marked at once, merging."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError, UsageError

Items = Callable[[str], list[str]]


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit(made.id)
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:3], -1) | {items_of("discs")[2]: 1}, op_id="second")
    archive.fit(made.id)
    return made.id


def test_the_frontier_lies_at_the_threshold_and_is_not_marked(archive: Workspace, discs: str) -> None:
    cards = archive.frontier(discs, count=5).cards
    threshold = archive.class_summary(discs).models[0].threshold
    marked = archive.marks(discs)
    open_ = [card for card in archive.ranking(discs, count=100).cards if card.item not in marked]
    nearest = sorted(open_, key=lambda card: abs((card.score or 0) - threshold))[:5]
    assert {card.item for card in cards} == {card.item for card in nearest}
    assert archive.rounds(discs) == []  # looking is no round of teaching


def test_near_duplicates_of_what_is_marked(archive: Workspace, discs: str, pictures: Path, tmp_path: Path) -> None:
    assert archive.twins(discs) == []
    (tmp_path / "again" / "copies").mkdir(parents=True)
    for name in ("discs-00", "frames-00"):
        shutil.copy(pictures / name.split("-")[0] / f"{name}.jpg", tmp_path / "again" / "copies" / f"{name}.jpg")
    archive.harvest([str(tmp_path / "again")], collection="again")
    archive.embed()
    pairs = archive.twins(discs, count=50)
    assert {pair.likeness > 0.97 for pair in pairs} == {True}
    copy = next(pair.other for pair in pairs if pair.marked.mark == 1)
    assert not any(pair.contradicts for pair in pairs)
    archive.mark(discs, {copy.item: -1}, op_id="contrary")
    assert archive.twins(discs)[0].contradicts


def test_versions_are_compared(archive: Workspace, discs: str) -> None:
    report = archive.compare_versions(discs, 1, 2, count=100)
    assert (report.before, report.after) == (1, 2)
    assert -1 <= report.alike <= 1
    assert report.proposed[1] - report.proposed[0] == report.entering - report.leaving
    assert (len(report.entered), len(report.left)) == (report.entering, report.leaving)
    assert archive.compare_versions(discs, 2, 2).alike == pytest.approx(1)
    with pytest.raises(NotFoundError, match="no version 9"):
        archive.compare_versions(discs, 1, 9)


def test_a_range_is_marked_as_one_operation_and_undone(archive: Workspace, discs: str) -> None:
    before = archive.marks(discs)
    cards = archive.ranking(discs, count=100).cards
    low, high = cards[-8].score or 0, cards[-1].score or 0
    window = (high - 0.001, low + 0.001)
    dry = archive.mark_range(discs, window, -1, dry=True)
    assert archive.marks(discs) == before
    done = archive.mark_range(discs, window, -1)
    assert (done.inside, done.marked) == (dry.inside, dry.marked)
    assert done.marked > 0
    after = archive.marks(discs)
    assert {item: after[item] for item in before} == before  # marks of people stay
    assert len(after) == len(before) + done.marked
    archive.undo(discs, done.op_id, new_op_id="back")
    assert archive.marks(discs) == before
    with pytest.raises(UsageError, match="lower end comes first"):
        archive.mark_range(discs, (1, 0), 1)


def test_a_ranking_has_a_window(archive: Workspace, discs: str) -> None:
    every = archive.ranking(discs, count=100).cards
    scores = [card.score or 0.0 for card in every]
    low, high = scores[10] - 1e-3, scores[3] + 1e-3
    inside = archive.ranking(discs, count=100, window=(low, high)).cards
    assert [card.item for card in inside] == [card.item for card in every if low <= (card.score or 0) <= high]


def test_marks_are_merged_without_touching_ones_own(archive: Workspace, discs: str, items_of: Items) -> None:
    other = archive.create_class("Round things", positives=[items_of("discs")[5], items_of("frames")[0]])
    report = archive.merge_class(discs, other.id)
    assert archive.marks(discs)[items_of("discs")[5]] == 1
    assert archive.marks(discs)[items_of("frames")[0]] == -1
    archive.undo(discs, report.op_id, new_op_id="back")
    assert items_of("discs")[5] not in archive.marks(discs)
    with pytest.raises(UsageError, match="another class"):
        archive.merge_class(discs, discs)


def test_publishing_is_planned_without_doing_it(archive: Workspace, discs: str) -> None:
    archive.enrich([discs])
    items = [card.item for card in archive.predictions(discs, limit=4)]
    archive.review(discs, accept=items[:3])
    accepted = archive.class_summary(discs).predictions["accepted"]  # type: ignore[index]
    plan = archive.publish_plan(discs)
    assert (plan.add, plan.change, plan.withdraw, plan.unchanged) == (accepted, 0, 0, 0)
    assert archive.class_summary(discs).annotations == 0
    archive.publish([discs])
    plan = archive.publish_plan(discs)
    assert (plan.add, plan.change, plan.withdraw, plan.unchanged) == (0, 0, 0, accepted)
    archive.review(discs, reject=items[:1])
    plan = archive.publish_plan(discs)
    assert (plan.add, plan.withdraw, [card.item for card in plan.withdrawn]) == (0, 1, items[:1])
