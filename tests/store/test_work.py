"""Classes, marks, predictions, annotations and jobs, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from snoop_flow.entities import JobState, Role, Status
from snoop_flow.errors import ConflictError, NotFoundError
from snoop_flow.store import (
    Catalogue,
    classes,
    collections,
    embeddings,
    failures,
    jobs,
    marks,
    opinions,
    people,
    predictions,
    proposals,
    published,
    records,
)
from snoop_flow.store.proposals import Pass, Proposals
from snoop_flow.store.rows import now, opaque_id


def _corpus(connection: Connection, count: int = 5) -> tuple[str, str, list[int]]:
    """User id, class id, item numbers."""
    user = people.ensure_local(connection, "Library")
    collection = collections.ensure(connection, user.institution_id, "maps", "Maps")
    source = collections.ensure_source(connection, collection.id, "https://example.org/c", "iiif", [])
    empty: dict[str, Any] = {"label": {}, "words": ""}
    record: dict[str, Any] = {
        "id": "r",
        "collection_id": collection.id,
        "source_id": source.id,
        "uri": "u",
        "metadata": [],
    }
    record |= {**empty, "rights": "", "attribution": {}, "homepage": "", "version": "", "digest": "", "local": False}
    rows = [
        {
            **empty,
            "id": opaque_id("i", str(place)),
            "record_id": "r",
            "parent": None,
            "kind": "canvas",
            "uri": f"c{place}",
            "selector": "",
            "width": 1,
            "height": 1,
            "position": place,
            "image": {},
            "image_digest": "",
        }
        for place in range(count)
    ]
    records.save(connection, {**record, "harvested_at": now()}, rows)
    known = embeddings.ensure_set(connection, "classical", "f", 2)
    values = {"institution_id": user.institution_id, "owner_id": user.id, "labels": {}, "visibility": "private"}
    classes.add(connection, {"id": "k", "name": "Maps", "set_id": known.id, "created_at": now(), **values})
    return user.id, "k", [item.number for item in records.items_of(connection, "r")]


def _propose(
    connection: Connection, class_id: str, scores: Mapping[int, float], job: str = "j", version: int = 1
) -> None:
    proposals.propose(connection, [Proposals(class_id, version, job, list(scores), list(scores.values()))])


def test_each_says_what_they_say_and_a_verdict_decides(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        owner, class_, (first, second, *_) = _corpus(connection)
        ada = people.add(connection, "ada", "Ada", Role.CURATOR).id
        bob = people.add(connection, "bob", "Bob", Role.CURATOR).id
        for user, op, value in ((owner, "o", 1), (ada, "a", -1), (bob, "b", -1)):
            marks.append(connection, class_, user, [marks.NewMark(op, first, value), marks.NewMark(op, second, 1)])
        assert marks.current(connection, class_) == {first: -1, second: 1}
        assert marks.current(connection, class_, [second]) == {second: 1}
        assert marks.authors(connection, class_) == {first: bob, second: bob}
        marks.append(connection, class_, owner, [marks.NewMark("v", first, 1, verdict=True)])
        assert marks.current(connection, class_)[first] == 1
        assert marks.decisive(connection, class_)[first].op_id == "v"
        marks.append(connection, class_, ada, [marks.NewMark("c", first, None)])
        assert [one.previous for one in marks.operation(connection, class_, "c")] == [
            -1
        ]  # what Ada said, not the owner
        marks.append(connection, class_, owner, [marks.NewMark("w", first, None)])
        assert marks.current(connection, class_)[first] == -1  # Bob's alone now
        found = opinions.combined(connection, class_)
        assert set(found.reliabilities) == {owner, ada, bob}
        assert [one.user_id for one in found.marks[first]] == [bob]


def test_marks_are_append_only_and_idempotent(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        user, class_, numbers = _corpus(connection)
        new = [marks.NewMark("op1", numbers[0], 1), marks.NewMark("op1", numbers[1], -1)]
        marks.append(connection, class_, user, new)
        marks.append(connection, class_, user, new)
        marks.append(connection, class_, user, [marks.NewMark("op2", numbers[0], None)])
        assert marks.current(connection, class_) == {numbers[1]: -1}
        history = marks.history(connection, class_)
        assert [(one.op_id, one.value, one.previous) for one in history] == [
            ("op2", None, 1),
            ("op1", -1, None),
            ("op1", 1, None),
        ]


def test_a_verdict_is_never_overwritten_and_stale_proposals_go(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        user, class_, numbers = _corpus(connection)
        _propose(connection, class_, dict.fromkeys(numbers[:3], 0.5))
        assert predictions.decide(connection, class_, numbers[:1], Status.REJECTED, user) == 1
    with catalogue.write() as connection:
        _propose(connection, class_, dict.fromkeys(numbers[:2], 0.9), "j2", version=2)
        kept = {one.item: one for one in predictions.page(connection, class_)}
        assert (kept[numbers[0]].status, kept[numbers[0]].version) == (Status.REJECTED, 1)
        assert (kept[numbers[1]].score, kept[numbers[1]].version) == (0.9, 2)
        assert proposals.withdraw_stale(connection, Pass(class_, 2, 1, "j2", 0.0, None, since=None, epoch=0)) == 1
        assert predictions.counts(connection, class_) == {
            Status.PROPOSED: 1,
            Status.ACCEPTED: 0,
            Status.REJECTED: 1,
        }


def test_bands_count_by_score(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        user, class_, numbers = _corpus(connection)
        scores = (-0.1, 0.1, 0.2, 0.6, 0.7)
        _propose(connection, class_, dict(zip(numbers, scores, strict=True)))
        assert predictions.decide_above(connection, class_, 0.6, user) == 2
        bands = predictions.bands(connection, class_)
        found = [(low, counts[Status.PROPOSED], counts[Status.ACCEPTED]) for low, counts in bands]
        assert found == [(0.5, 0, 2), (0.0, 2, 0), (-0.25, 1, 0)]


def test_annotations_keep_their_date_until_they_change_and_leave_tombstones(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        user, class_, numbers = _corpus(connection)
        _propose(connection, class_, {numbers[0]: 0.5})
        predictions.decide(connection, class_, numbers[:1], Status.ACCEPTED, user)

        def row(text: str) -> dict[str, Any]:
            at = now()
            dates = {"created_at": at, "modified_at": at, "withdrawn_at": None}
            return {"id": "a", "class_id": class_, "version": 1, "item": numbers[0], "content": {"text": text}, **dates}

        assert published.publish(connection, [row("x")]) == 1
        first = published.by_id(connection, "a")
        assert published.publish(connection, [row("x")]) == 0
        assert published.by_id(connection, "a") == first
        assert published.publish(connection, [row("y")]) == 1
        assert first is not None
        second = published.by_id(connection, "a")
        assert second is not None
        assert second.created_at == first.created_at
        assert [len(part) for part in published.stream(connection, [class_], None)] == [1]

        predictions.decide(connection, class_, numbers[:1], Status.REJECTED, user)
        assert published.withdraw_unsupported(connection, class_, [Status.ACCEPTED]) == 1
        gone = published.by_id(connection, "a")
        assert gone is not None
        assert gone.withdrawn_at is not None
        assert published.count(connection, class_) == 0


def test_class_names_are_unique_and_published_classes_stay(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        _, class_, numbers = _corpus(connection)
        found = classes.find(connection, "Maps")
        with pytest.raises(ConflictError, match="choose another name"):
            classes.add(connection, {"institution_id": found.institution_id, "name": "Maps"})
        with pytest.raises(NotFoundError, match="classes are: Maps"):
            classes.find(connection, "Coins")
        at = now()
        row = {"id": "a", "class_id": class_, "version": 1, "item": numbers[0], "content": {}}
        published.publish(connection, [{**row, "created_at": at, "modified_at": at, "withdrawn_at": None}])
        with pytest.raises(ConflictError, match="1 published"):
            classes.remove(connection, class_)


def test_units_are_done_once_and_a_job_counts_them(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        user, _, _ = _corpus(connection)
        job = jobs.add(connection, "j", "embed", {"b": 1, "a": [2]}, user)
        assert job.state is JobState.QUEUED
        assert [one.id for one in jobs.unfinished(connection, "embed", {"a": [2], "b": 1})] == ["j"]
        assert jobs.claim(connection, "j", "host:1")
        jobs.plan(connection, "j", [{"n": 1}, {"n": 2}])
        units = jobs.open_units(connection, job)
        assert [unit.payload for unit in units] == [{"n": 1}, {"n": 2}]
        jobs.finish_unit(connection, units[0], {"done": 1}, {"joules": 2.0})
        assert [unit.number for unit in jobs.open_units(connection, job)] == [1]
        assert (jobs.by_id(connection, "j").done, jobs.by_id(connection, "j").total) == (1, 2)
        assert jobs.reports(connection, "j") == [{"done": 1}]
        jobs.change(connection, "j", state=JobState.CANCELLED)
        assert not jobs.claim(connection, "j", "host:1")
        assert jobs.unfinished(connection, "embed", {"a": [2], "b": 1}) == []


def test_failures_count_their_tries_until_success_clears_them(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        before = now() - timedelta(seconds=1)
        failures.keep(connection, "harvest", "https://example.org/" + "x" * 5000, "gone", "404")
        failures.keep(connection, "harvest", "https://example.org/" + "x" * 5000, "blocked", "captcha")
        (found,) = failures.latest(connection)
        assert (found.kind, found.tries, found.at > before) == ("blocked", 2, True)
        failures.clear(connection, "harvest", ["https://example.org/" + "x" * 5000])
        assert failures.latest(connection) == []
