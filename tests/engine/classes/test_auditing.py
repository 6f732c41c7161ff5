"""Blind audits: what is asked, what answers become, and what is kept apart."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from snoop_flow import Workspace
from snoop_flow.errors import ConflictError, NotFoundError, UsageError
from snoop_flow.store.schema import event

Judge = Callable[..., list[str]]
Find = Callable[[str], list[str]]


def test_cards_tell_nothing_of_what_the_class_thinks(large: Workspace) -> None:
    sheet = large.audit_next("Seals", 40)
    assert (sheet.visual_class, sheet.version, sheet.answered, len(sheet.cards)) == ("Seals", 1, 0, 40)
    assert {(card.score, card.mark, card.status, card.why) for card in sheet.cards} == {(None, None, "", "audit")}
    marked = set(large.marks("Seals"))
    assert marked.isdisjoint(card.item for card in sheet.cards)
    ranked = [card.item for card in large.ranking("Seals", count=600).cards]
    places = [ranked.index(card.item) for card in sheet.cards]
    assert min(places) < 20
    assert max(places) > 300
    falls = sum(after < before for before, after in pairwise(places))
    assert 10 < falls < 30


def test_the_same_is_asked_until_it_is_answered(large: Workspace, judge: Judge) -> None:
    first = large.audit_next("Seals", 5)
    assert large.audit_next("Seals", 5) == first
    assert judge(5) == [card.item for card in first.cards]
    after = large.audit_next("Seals", 5)
    assert after.audit == first.audit
    assert after.answered == 5
    assert {card.item for card in after.cards}.isdisjoint(card.item for card in first.cards)


def test_answers_are_corrected_and_taken_back(large: Workspace) -> None:
    one, other, third = (card.item for card in large.audit_next("Seals", 3).cards)
    told = large.audit_answers("Seals", {one: 1, other: -1, third: 0})
    assert (told.answered, told.yes, told.no, told.unsure) == (3, 1, 1, 1)
    assert large.audit_answers("Seals", {one: 1}) == told
    told = large.audit_answers("Seals", {one: -1, other: None})
    assert (told.answered, told.yes, told.no, told.unsure) == (2, 0, 1, 1)
    with large.catalogue.read() as connection:
        events = connection.execute(select(func.count()).where(event.c.name == "class.audited")).scalar_one()
    assert events == 2  # what changed nothing is not told


def test_answers_to_what_was_not_asked_are_refused_whole(large: Workspace) -> None:
    with pytest.raises(UsageError, match="no audit yet; begin one with"):
        large.audit_answers("Seals", {"no-maps-100": -1})
    asked = large.audit_next("Seals", 2).cards[0].item
    with pytest.raises(UsageError, match="item yes-maps-0 was not asked in an audit of class Seals"):
        large.audit_answers("Seals", {asked: 1, "yes-maps-0": 1})
    with pytest.raises(NotFoundError, match="no item 'nothing'"):
        large.audit_answers("Seals", {asked: 1, "nothing": 1})
    with pytest.raises(UsageError, match="answer 7: is one of 1"):
        large.audit_answers("Seals", {asked: 7})
    assert large.audits("Seals")[0].answered == 0


def test_a_class_without_model_or_corpus_cannot_be_audited(large: Workspace, tmp_path: Path) -> None:
    large.create_class("Maps", positives=["no-maps-20"])
    for ask in (large.audit_next, large.audit_report, large.expected_hits):
        with pytest.raises(UsageError, match="class Maps has no model yet"):
            ask("Maps")
    with pytest.raises(NotFoundError, match="no class 'Atlases'"):
        large.audit_next("Atlases")
    with pytest.raises(UsageError, match="at least 1"):
        large.audit_next("Seals", 0)
    with large.catalogue.write() as connection:
        connection.exec_driver_sql("UPDATE item SET gone_at = '2026-01-01 00:00:00'")
    with pytest.raises(UsageError, match="has no vectors yet"):
        large.audit_next("Seals")


def test_an_audit_larger_than_the_corpus_ends_when_all_is_known(large: Workspace, judge: Judge) -> None:
    assert len(judge(10_000)) == 592
    assert judge(10_000) == []
    assert large.audit_next("Seals", fresh=True).cards == ()
    figures = large.audit_report("Seals").figures
    assert figures is not None
    assert (figures.members.value, figures.members.interval) == (40, (40, 40))
    assert figures.recall is not None
    assert figures.recall.interval == (figures.recall.value, figures.recall.value)


def test_a_new_version_is_asked_about_anew_and_nothing_twice(large: Workspace, judge: Judge) -> None:
    first = set(judge(35))
    large.mark("Seals", {"yes-prints-3": 1, "no-prints-200": -1}, op_id="more")
    large.fit("Seals")
    second = set(judge(35))
    assert first.isdisjoint(second)
    assert [(one.version, one.answered) for one in large.audits("Seals")] == [(2, 35), (1, 35)]
    third = set(judge(5, fresh=True))
    assert third.isdisjoint(first | second)
    assert [one.version for one in large.audits("Seals")] == [2, 2, 1]


def test_what_was_marked_meanwhile_is_not_asked(large: Workspace) -> None:
    asked = [card.item for card in large.audit_next("Seals", 4).cards]
    large.mark("Seals", {asked[0]: 1, asked[1]: 0}, op_id="meanwhile")
    again = {card.item for card in large.audit_next("Seals", 4).cards}
    assert asked[0] not in again
    assert asked[1] in again  # its truth is not known


def test_the_class_does_not_learn_from_answers_unless_it_is_told_to(large: Workspace, judge: Judge) -> None:
    digest = _digest(large)
    judge(40)
    assert large.fit("Seals").positives == 4
    assert _digest(large) == digest
    done = large.learn_audit("Seals")
    assert (done.audits, done.marks, done.positives + done.negatives) == (1, 40, 40)
    assert large.audits("Seals")[0].learned_at == 2
    assert _digest(large) != digest
    assert large.fit("Seals").positives == 4 + done.positives


def _digest(workspace: Workspace) -> int:
    return hash(tuple(sorted(workspace.marks("Seals").items())))


def test_what_was_learned_from_is_spent_for_later_versions(large: Workspace, judge: Judge) -> None:
    shown = judge(40)
    before = large.audit_report("Seals")
    large.learn_audit("Seals")
    report = large.audit_report("Seals")
    assert (report.answers, report.needed) == (40, 0)  # the present version has not seen them
    assert report.figures is not None
    assert before.figures is not None
    assert report.figures.members.interval == pytest.approx(before.figures.members.interval, abs=12)
    large.fit("Seals")
    report = large.audit_report("Seals")
    assert (report.answers, report.needed, report.figures, report.calibration) == (0, 30, None, None)
    assert large.audit_report("Seals", version=1).answers == 40
    with pytest.raises(ConflictError, match="has learned from its audit; mark the item instead"):
        large.audit_answers("Seals", {shown[0]: 1})
    with pytest.raises(UsageError, match="no blind answers to learn from"):
        large.learn_audit("Seals")
    assert set(judge(30)).isdisjoint(shown)


def test_learning_leaves_marks_that_stand(large: Workspace, judge: Judge) -> None:
    shown = judge(10)
    large.mark("Seals", {shown[0]: 0}, op_id="own")
    assert large.learn_audit("Seals").marks == 9
    assert large.marks("Seals")[shown[0]] == 0
    history = large.mark_history("Seals", 1)[0]
    assert history.op_id.startswith(f"audit-{large.audits('Seals')[0].audit}")


def test_answers_are_kept_in_the_name_of_who_gave_them(large: Workspace) -> None:
    large.add_user("marie", name="Marie")
    one, other = (card.item for card in large.audit_next("Seals", 2).cards)
    large.audit_answers("Seals", {one: 1}, user="marie")
    large.audit_answers("Seals", {other: -1})
    large.learn_audit("Seals")
    assert {entry.user for entry in large.mark_history("Seals", 2)} == {"Marie", large.user().name}


def test_a_class_is_deleted_with_its_audits(large: Workspace, judge: Judge) -> None:
    judge(30)
    large.delete_class("Seals")
    with pytest.raises(NotFoundError):
        large.audits("Seals")
