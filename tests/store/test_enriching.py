"""What an enrichment writes and takes away, and what it may leave out the next time, on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, update

from snoop_flow.entities import Status
from snoop_flow.store import (
    Catalogue,
    classes,
    collections,
    embeddings,
    enrichments,
    marks,
    people,
    predictions,
    proposals,
    records,
)
from snoop_flow.store.enrichments import Enriched
from snoop_flow.store.proposals import Pass, Proposals
from snoop_flow.store.rows import now
from snoop_flow.store.schema import item, visual_class

Corpus = tuple[str, list[int], list[int]]
PASS = Pass("k", 1, 1, "new", 0.0, None, since=None, epoch=1)


@pytest.fixture
def corpus(catalogue: Catalogue) -> Corpus:
    """User id; numbers of five items in collection "a" and of two in "b", with vectors of epoch 1, and a class "k"."""
    with catalogue.write() as connection:
        user = people.ensure_local(connection, "Library")
        numbers = {slug: _record(connection, user.institution_id, slug, count) for slug, count in (("a", 5), ("b", 2))}
        known = embeddings.ensure_set(connection, "classical", "f", 2)
        every = [*numbers["a"], *numbers["b"]]
        embeddings.seal(connection, known.id, "1", "", every, dict.fromkeys(every, ""))
        values = {"institution_id": user.institution_id, "owner_id": user.id, "labels": {}, "visibility": "private"}
        classes.add(connection, {"id": "k", "name": "Maps", "set_id": known.id, "created_at": now(), **values})
    return user.id, numbers["a"], numbers["b"]


def _record(connection: Connection, institution: str, slug: str, count: int) -> list[int]:
    collection = collections.ensure(connection, institution, slug, slug)
    source = collections.ensure_source(connection, collection.id, f"https://example.org/{slug}", "iiif", [])
    records.save(connection, *_rows(collection.id, source.id, slug, count))
    return [one.number for one in records.items_of(connection, slug)]


def _rows(collection: str, source: str, slug: str, count: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    empty: dict[str, Any] = {"label": {}, "words": ""}
    record = {**empty, "id": slug, "collection_id": collection, "source_id": source, "uri": slug, "metadata": []}
    record |= {"rights": "", "attribution": {}, "homepage": "", "version": "", "digest": "", "local": False}
    common = {**empty, "record_id": slug, "parent": None, "kind": "canvas", "selector": "", "width": 1, "height": 1}
    items = [
        {**common, "id": f"{slug}{place}", "uri": f"{slug}{place}", "position": place, "image": {}, "image_digest": ""}
        for place in range(count)
    ]
    return {**record, "harvested_at": now()}, items


def _propose(connection: Connection, scores: Mapping[int, float], job: str = "old", version: int = 1) -> None:
    proposals.propose(connection, [Proposals("k", version, job, list(scores), list(scores.values()))])


def _standing(connection: Connection) -> dict[int, float]:
    return {one.item: round(one.score, 3) for one in predictions.page(connection, "k")}


def _scores(numbers: Iterable[int]) -> dict[int, float]:
    return {number: place / 10 for place, number in enumerate(numbers)}


def test_the_same_proposals_again_change_nothing(catalogue: Catalogue, corpus: Corpus) -> None:
    with catalogue.write() as connection:
        _propose(connection, _scores(corpus[1]))
    with catalogue.write() as connection:
        before = predictions.page(connection, "k")
        _propose(connection, _scores(corpus[1]))
        assert predictions.page(connection, "k") == before


def test_a_full_pass_withdraws_what_it_does_not_propose_inside_its_scope_only(
    catalogue: Catalogue, corpus: Corpus
) -> None:
    _, first, second = corpus
    with catalogue.write() as connection:
        scope = collections.by_slug(connection, "a").id
        _propose(connection, dict.fromkeys([*first, *second], 0.5))
    with catalogue.write() as connection:
        _propose(connection, {first[0]: 0.7}, "new")
        assert proposals.withdraw_stale(connection, replace(PASS, scope=scope)) == 4
        assert _standing(connection) == {first[0]: 0.7, **dict.fromkeys(second, 0.5)}


def test_a_pass_over_what_is_new_keeps_what_still_holds(catalogue: Catalogue, corpus: Corpus) -> None:
    _, first, second = corpus
    with catalogue.write() as connection:
        _propose(connection, dict.fromkeys(first, 0.5))
        _propose(connection, {second[0]: 0.1, second[1]: 0.5}, version=1)
        embeddings.seal(connection, 1, "2", "", first[:2], dict.fromkeys(first[:2], "changed"))
        connection.execute(update(item).where(item.c.number == first[2]).values(gone_at=now()))
    with catalogue.write() as connection:
        _propose(connection, {first[0]: 0.9}, "new")  # first[1] scores too little now
        one = replace(PASS, since=1, epoch=2, floor=0.3)
        assert proposals.standing(connection, one) == 4  # the two not embedded again, second[1], and the new one
        assert proposals.withdraw_stale(connection, one) == 3
        assert _standing(connection) == {first[0]: 0.9, first[3]: 0.5, first[4]: 0.5, second[1]: 0.5}
        assert proposals.withdraw_stale(connection, replace(one, version=2)) == 4


def test_what_was_sealed_since_the_plan_is_left_to_the_next_pass(catalogue: Catalogue, corpus: Corpus) -> None:
    _, first, _ = corpus
    with catalogue.write() as connection:
        _propose(connection, {first[0]: 0.5})
        embeddings.seal(connection, 1, "2", "", first[:1], {first[0]: "changed"})
        assert proposals.withdraw_stale(connection, replace(PASS, since=1, epoch=1)) == 0
        assert embeddings.newer(connection, 1, 1) == first[:1]


def test_an_item_that_comes_back_counts_as_new(catalogue: Catalogue, corpus: Corpus) -> None:
    _, first, _ = corpus
    with catalogue.write() as connection:
        record = records.by_ids(connection, ["a"])["a"]
        row, rows = _rows(record.collection_id, record.source_id, "a", 5)
        records.save(connection, row, rows[:4])
        assert embeddings.newer(connection, 1, 1) == []
        records.save(connection, row, rows)
        assert embeddings.newer(connection, 1, 1) == first[4:]


def test_the_best_are_kept_and_decided_ones_do_not_count(catalogue: Catalogue, corpus: Corpus) -> None:
    user, first, _ = corpus
    with catalogue.write() as connection:
        _propose(connection, _scores(first))
        predictions.decide(connection, "k", first[4:], Status.ACCEPTED, user)
        assert proposals.keep_best(connection, PASS, 4) == (0, 0.0)
        assert proposals.keep_best(connection, PASS, 5) == (0, None)
        dropped, least = proposals.keep_best(connection, PASS, 2)
        assert dropped == 2
        assert least == pytest.approx(0.2)
        assert set(_standing(connection)) == set(first[2:])


def test_uncertain_is_what_lies_below_the_threshold_and_is_not_published(catalogue: Catalogue, corpus: Corpus) -> None:
    user, first, _ = corpus
    with catalogue.write() as connection:
        _propose(connection, _scores(first))
        assert proposals.flag_uncertain(connection, PASS, 0.25) == 3
        predictions.decide(connection, "k", first[:1], Status.ACCEPTED, user)
        kept = {one.item: one.uncertain for one in predictions.page(connection, "k")}
        assert [kept[number] for number in first] == [True, True, True, False, False]
        (batch,) = predictions.to_publish(connection, "k", [Status.ACCEPTED, Status.PROPOSED])
        assert [one.item for one in batch] == [first[0], *first[3:]]
        assert proposals.flag_uncertain(connection, replace(PASS, since=1), 0.05) == 0
        assert sum(one.uncertain for one in predictions.page(connection, "k")) == 1  # the decided one stays as it was


def test_marks_decide_in_the_name_of_who_made_them(catalogue: Catalogue, corpus: Corpus) -> None:
    user, first, _ = corpus
    with catalogue.write() as connection:
        _propose(connection, dict.fromkeys(first[:3], 0.5))
        predictions.decide(connection, "k", first[:1], Status.REJECTED, user)
        marks.append(connection, "k", user, [marks.NewMark("1", first[0], 1), marks.NewMark("1", first[1], 1)])
        marks.append(connection, "k", user, [marks.NewMark("1", first[2], -1), marks.NewMark("1", first[3], 0)])
        assert {k: sorted(v) for k, v in proposals.marked(connection, ["k"], first[1], 99).items()} == {"k": first[1:4]}
        given = Proposals("k", 1, "new", first[:2], [0.5, 0.5])
        assert proposals.accept_marked(connection, given, marks.decisive(connection, "k")) == 1
        proposals.reject_marked(connection, "k", marks.decisive(connection, "k"))
        found = {one.item: (one.status, one.decided_by) for one in predictions.page(connection, "k")}
        assert found == {
            first[0]: (Status.REJECTED, user),
            first[1]: (Status.ACCEPTED, user),
            first[2]: (Status.REJECTED, user),
        }


def test_what_an_enrichment_saw_is_known_until_another_makes_it_untrue(catalogue: Catalogue, corpus: Corpus) -> None:
    with catalogue.write() as connection:
        assert connection.execute(visual_class.select()).one().id == "k"
        everything, part = Enriched("k", "", 1, 0.2, 5), Enriched("k", "a", 1, 0.2, 7)
        enrichments.keep(connection, [everything])
        enrichments.keep(connection, [part])
        assert enrichments.seen(connection, ["k"], "a") == {"k": [part, everything]}
        assert enrichments.seen(connection, ["k"], "") == {"k": [everything]}
        enrichments.keep(connection, [replace(part, threshold=0.5)])  # in "a" less is kept than the whole says
        assert enrichments.seen(connection, ["k"], "") == {}
        enrichments.keep(connection, [replace(everything, version=2)])
        assert enrichments.seen(connection, ["k"], "a") == {"k": [replace(everything, version=2)]}
