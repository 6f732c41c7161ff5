"""Records, items and vectors rows: repeatable by natural keys, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from snoop_flow.entities import Source
from snoop_flow.errors import IntegrityError, NotFoundError
from snoop_flow.store import Catalogue, collections, descriptions, embeddings, items, people, records, schema
from snoop_flow.store.analysis import words_of
from snoop_flow.store.rows import now, opaque_id


def _source(connection: Connection) -> Source:
    user = people.ensure_local(connection, "Library")
    collection = collections.ensure(connection, user.institution_id, "maps", "Maps")
    return collections.ensure_source(connection, collection.id, "https://example.org/c", "iiif", ["localhost:1"])


def _save(connection: Connection, source: Source, name: str, images: list[str], **changes: Any) -> str:
    id_ = opaque_id("record", name)
    values: dict[str, Any] = {
        "id": id_,
        "collection_id": source.collection_id,
        "source_id": source.id,
        "uri": f"https://example.org/{name}",
        "label": {"fr": [f"Carte {name}"]},
        "metadata": [[{"en": ["Title"]}, {"en": ["A map of the Évora region"]}]],
        "rights": "",
        "attribution": {},
        "homepage": "",
        "version": "3.0",
        "digest": "d",
        "local": False,
        "words": "Carte Évora",
        "harvested_at": now(),
        **changes,
    }
    rows = [
        {
            "id": opaque_id(id_, image),
            "record_id": id_,
            "parent": None,
            "kind": "canvas",
            "uri": f"https://example.org/{name}/{image}",
            "selector": "",
            "label": {"none": [image]},
            "width": 100,
            "height": 50,
            "position": place,
            "image": {"url": image},
            "image_digest": image,
            "words": image,
        }
        for place, image in enumerate(images)
    ]
    records.save(connection, values, rows)
    return id_


def test_saving_a_record_twice_doubles_nothing_and_keeps_item_numbers(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        id_ = _save(connection, source, "a", ["1", "2"])
        first = [item.number for item in records.items_of(connection, id_)]
        _save(connection, source, "a", ["1", "2"])
        assert [item.number for item in records.items_of(connection, id_)] == first
        assert records.by_id(connection, id_).label == {"fr": ("Carte a",)}


def test_an_item_that_a_record_loses_is_gone_and_comes_back_with_its_number(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        id_ = _save(connection, source, "a", ["1", "2"])
        numbers = [item.number for item in records.items_of(connection, id_)]
        _save(connection, source, "a", ["2"])
        assert [item.number for item in records.items_of(connection, id_)] == numbers[1:]
        _save(connection, source, "a", ["1", "2"])
        assert [item.number for item in records.items_of(connection, id_)] == numbers


def test_what_a_complete_harvest_does_not_meet_is_withdrawn(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        old = _save(connection, source, "old", ["1"], harvested_at=now() - timedelta(days=1))
        new = _save(connection, source, "new", ["1"])
        assert records.withdraw_unseen(connection, source.id, now() - timedelta(hours=1), now()) == 1
        kept = records.kept(connection, [old, new])
        assert kept[old].gone_at is not None
        assert (kept[new].gone_at, kept[new].digest) == (None, "d")
        assert items.count(connection) == 1


def _found(connection: Connection, text: str, **options: Any) -> list[int]:
    return [one.number for one in descriptions.find(connection, words_of(text), None, 10, **options)]


def test_words_are_found_without_case_and_accents_in_titles_and_metadata(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        _save(connection, source, "a", ["evora.jpg", "2.jpg"])
        assert len(_found(connection, "ÉVORA carte", every=True)) == 2
        assert _found(connection, "100%") == []
        assert _found(connection, "") == []


def test_what_has_more_and_rarer_words_comes_first(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        for name, words in (("a", "une carte"), ("b", "une carte de Russie"), ("c", "une vue"), ("d", "une rue")):
            _save(connection, source, name, ["page"], words=words)
        numbers = items.numbers_in(connection, None)
        assert _found(connection, "une carte de Russie") == [numbers[1], numbers[0]]
        assert _found(connection, "une carte de Russie", every=True) == [numbers[1]]
        assert _found(connection, "une mer", every=True) == []
        # where a word tells nothing, it is still better than no answer
        assert _found(connection, "une") == numbers


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Les chevaux de la République", "cheval"),
        ("Children dancing", "child dances"),
        ("Children dancing", "dance"),
        ("une scène", "Scènes"),
        ("La manœuvre", "manoeuvres"),
        ("大日本沿海輿地全図", "沿海"),
        ("Карта Москвы", "карта"),
        ("خريطة المدينة", "المدينة"),
        ("हिन्दी पुस्तक", "पुस्तक"),
        ("B-25 over Évreux, 1914-1918", "b-25 1918"),
    ],
)
def test_words_are_found_by_their_stems_and_in_any_script(catalogue: Catalogue, words: str, asked: str) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        _save(connection, source, "a", ["page"], words=words)
        _save(connection, source, "b", ["page"], words="nothing of it")
        assert _found(connection, asked) == items.numbers_in(connection, None)[:1]


@pytest.mark.parametrize(
    "asked",
    ['"', "carte*", "carte AND (", "carte NOT evora", "words : carte", "carte'; DROP TABLE item; --", "& | ! <->"],
)
def test_operators_of_the_databases_are_mere_signs(catalogue: Catalogue, asked: str) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        id_ = _save(connection, source, "a", ["page"])
        found = _found(connection, asked)
        assert found == ([item.number for item in records.items_of(connection, id_)] if "carte" in asked else [])


def test_a_changed_record_is_found_by_its_new_words_only(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        _save(connection, source, "a", ["page"], words="first")
        _save(connection, source, "a", ["page"], words="second")
        assert _found(connection, "first") == []
        assert len(_found(connection, "second")) == 1


def test_vectors_follow_their_images(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        _save(connection, source, "a", ["1", "2", "3"])
        numbers = items.numbers_in(connection, source.collection_id)
        known = embeddings.ensure_set(connection, "classical", "f", 4)
        assert items.lacking_vectors(connection, known.id, None) == numbers
        digests = {number: str(place) for place, number in enumerate(numbers, 1)}
        first = embeddings.seal(connection, known.id, "1.st", "0" * 64, numbers, digests)
        assert items.lacking_vectors(connection, known.id, source.collection_id) == []

        connection.execute(schema.item.update().values(image_digest="new").where(schema.item.c.number == numbers[0]))
        assert items.lacking_vectors(connection, known.id, None) == numbers[:1]
        embeddings.seal(connection, known.id, "2.st", "0" * 64, numbers[:1], {numbers[0]: "new"})
        assert embeddings.dead_rows(connection, known.id) == {first: [0]}
        assert embeddings.count(connection, known.id) == 3

        shards = [shard.id for shard in embeddings.shards(connection, known.id)]
        embeddings.replace(connection, shards, known.id, "3.st", "0" * 64, numbers)
        assert [shard.file for shard in embeddings.shards(connection, known.id)] == ["3.st"]
        assert embeddings.dead_rows(connection, known.id) == {}
        assert items.lacking_vectors(connection, known.id, None) == []


def test_allowed_hosts_are_kept_and_joined(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        collections.ensure_source(connection, source.collection_id, source.location, "iiif", ["localhost:2"])
        assert collections.allowed_hosts(connection) == {"localhost:1", "localhost:2"}


def test_unknown_names_are_said_with_those_there_are(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        _source(connection)
        with pytest.raises(NotFoundError, match="collections are: maps"):
            collections.by_slug(connection, "posters")
        with pytest.raises(NotFoundError, match="no item 'x'"):
            items.by_ids(connection, ["x"])


def _film(id_: str, *times: float) -> list[dict[str, Any]]:
    """A film's canvas, a shot and keyframes of it, as a segmenter finds them."""
    common: dict[str, Any] = {"record_id": id_, "uri": "https://example.org/film", "label": {"none": ["Film"]}}
    common |= {"width": 64, "height": 36, "image": {"path": "one.jpg"}, "image_digest": "d", "words": ""}
    canvas = common | {"id": "film", "parent": None, "kind": "canvas", "selector": "", "searched": False, "origin": ""}
    shot = common | {"id": "shot", "parent": "film", "kind": "shot", "selector": "t=0,9", "searched": False}
    keyframe = common | {"parent": "shot", "kind": "keyframe", "searched": True, "origin": "cuts"}
    found = [keyframe | {"id": f"at{time}", "selector": f"t={time}"} for time in times]
    return [{**one, "position": place} for place, one in enumerate([canvas, shot | {"origin": "cuts"}, *found])]


def test_a_film_is_kept_by_its_shots_and_found_by_their_keyframes_only(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        id_ = _save(connection, source, "film", [])
        records.enter(connection, _film(id_, 1, 5)[::-1])  # the order does not matter
        canvas, shot, first, second = records.items_of(connection, id_)
        assert [one.kind for one in (canvas, shot, first, second)] == ["canvas", "shot", "keyframe", "keyframe"]
        assert (canvas.parent, shot.parent, first.parent, second.parent) == (None, canvas.number, *[shot.number] * 2)
        found = sorted([first.number, second.number])
        assert items.lacking_vectors(connection, None, None) == found
        assert (items.count(connection), records.count_items(connection, [id_])) == (2, 2)
        assert items.numbers_in(connection, None) == found
        assert _found(connection, "evora") == found


def test_what_was_found_in_a_film_stays_as_long_as_its_canvas_does(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        source = _source(connection)
        id_ = _save(connection, source, "film", [])
        every = _film(id_, 1, 5)
        records.enter(connection, every)
        values: dict[str, Any] = {"id": id_, "collection_id": source.collection_id, "source_id": source.id}
        values |= {"uri": "urn:film"}
        values |= {"label": {}, "metadata": [], "attribution": {}, "digest": "d2", "local": True, "words": ""}
        records.save(connection, {**values, "harvested_at": now()}, every[:1])  # as its source describes it: no shots
        assert len(records.items_of(connection, id_)) == 4
        records.save(connection, {**values, "harvested_at": now()}, [])
        assert records.items_of(connection, id_) == []


def test_a_part_of_nothing_is_refused(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        id_ = _save(connection, _source(connection), "film", [])
        with pytest.raises(IntegrityError, match="shot is a part of film, which does not exist"):
            records.enter(connection, _film(id_)[1:])
