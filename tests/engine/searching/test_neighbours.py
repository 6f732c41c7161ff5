"""Of neighbours in a film one is shown, and others are brought in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import UsageError
from snoop_flow.fragments import time_of

# the first three show the very same picture, since a picture is taken by the second
ALIKE = (("discs", 1.0), ("discs", 1.4), ("discs", 1.8), ("stripes", 15.0), ("discs", 30.0), ("discs", 31.5))


@pytest.fixture
def film(archive: Workspace, pictures: Path, add_film: Callable[..., str], tmp_path: Path) -> str:
    record = add_film(archive, pictures, file=tmp_path / "film.webm", frames=ALIKE)
    archive.embed()
    return record


def frame(workspace: Workspace, record: str, at: float) -> str:
    found = workspace.record_items(record)
    return next(one.id for one in found if one.kind == "keyframe" and time_of(one.selector) == (at, None))


def times(workspace: Workspace, record: str, **asked: Any) -> list[tuple[float, int, str]]:
    """Second, how many it stands for, and why, of the keyframes in the answer."""
    report = workspace.search(items=[frame(workspace, record, 1.0)], collection="films", **asked)
    spans = [(time_of(card.selector), card) for card in report.cards]
    return [(span[0], card.merged, card.why) for span, card in spans if span]


def test_frames_that_are_the_same_are_shown_once(archive: Workspace, film: str) -> None:
    found = times(archive, film, count=20)
    assert found[0] == (1.0, 2, "search")
    assert {at for at, _, _ in found} == {1.0, 15.0, 30.0, 31.5}


def test_as_many_are_shown_as_are_wanted(archive: Workspace, film: str) -> None:
    assert len(times(archive, film, count=3)) == 3


def test_a_temporal_range_merges_what_is_not_alike(archive: Workspace, film: str) -> None:
    found = times(archive, film, count=20, temporal_range=2.0)
    assert [at for at, _, _ in found if at < 10] == [1.0]
    assert len([at for at, _, _ in found if at >= 30]) == 1
    assert [at for at, _, _ in times(archive, film, count=20, temporal_range=100.0)] == [1.0]


def test_neighbours_are_brought_in(archive: Workspace, film: str) -> None:
    found = times(archive, film, count=1, temporal_range=2.0, neighbours=True)
    assert [(at, why) for at, _, why in found] == [(1.0, "search"), (1.4, "neighbour"), (1.8, "neighbour")]
    every = times(archive, film, count=20, temporal_range=2.0, neighbours=True)
    assert len(every) == len({at for at, _, _ in every}) == 6


def test_suggestions_and_rankings_know_both(
    archive: Workspace, film: str, items_of: Callable[[str], list[str]]
) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:6])
    archive.mark(made.id, dict.fromkeys(items_of("stripes")[:6], -1), op_id="a")
    archive.fit(made.id)
    asked: dict[str, Any] = {"count": 20, "collection": "films", "temporal_range": 2.0}
    for report in (archive.ranking(made.id, **asked), archive.suggest(made.id, **asked, record=False)):
        assert len([card for card in report.cards if card.record == film]) == 3
    for report in (
        archive.ranking(made.id, **asked, neighbours=True),
        archive.suggest(made.id, **asked, neighbours=True),
    ):
        found = [card for card in report.cards if card.record == film]
        assert len(found) == len({card.item for card in found}) == 6
    assert archive.rounds(made.id)[0].shown == 3


def test_the_words_of_a_film_find_it_once(
    archive: Workspace, film: str, pictures: Path, add_film: Callable[..., str]
) -> None:
    add_film(archive, pictures, "Le film des trains", file=Path("other.webm"))
    asked = archive.search(text="film", text_in="words")
    assert [(card.record == film, card.selector, card.merged) for card in asked.cards] == [
        (True, "t=1", 5),
        (False, "t=1", 6),
    ]
    assert [card.record == film for card in archive.search(text="trains").cards] == [False]
    beside = archive.search(text="trains", temporal_range=4.0, neighbours=True).cards
    assert [(card.selector, card.why) for card in beside] == [("t=1", "words"), ("t=5", "neighbour")]
    assert len(archive.search(text="film", count=1).cards) == 1
    with_pictures = archive.search(text="discs film", count=100)  # of pictures, each has its own
    assert len(with_pictures.cards) == 12 + 2
    # words that narrow a search by likeness narrow it to all moments
    alike = archive.search(items=[frame(archive, film, 15.0)], text="film", count=100, collection="films")
    assert len([card for card in alike.cards if card.record == film]) == 4


def test_pictures_are_ranked_as_before(archive: Workspace, items_of: Callable[[str], list[str]]) -> None:
    asked = archive.search(items=[items_of("discs")[0]], count=30)
    again = archive.search(items=[items_of("discs")[0]], count=30, temporal_range=5.0, neighbours=True)
    assert [card.item for card in asked.cards] == [card.item for card in again.cards]
    assert {card.merged for card in asked.cards} == {0}


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_range_is_a_number_of_seconds(archive: Workspace, film: str, seconds: float) -> None:
    with pytest.raises(UsageError, match="temporal range"):
        archive.search(items=[frame(archive, film, 1.0)], temporal_range=seconds)
