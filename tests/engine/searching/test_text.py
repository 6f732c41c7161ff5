"""Text as a query: in words, in pictures where the backbone reads it, and in both, fused by rank."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.host import PluginHost
from snoop_flow.reports import SearchReport
from snoop_flow.searching import Query
from snoop_flow.searching.wording import fused
from snoop_flow.settings import load_settings

PLUGIN = Path(__file__).parents[1] / "regions"
COLOURS = {"red": (200, 30, 30), "blue": (30, 30, 200), "grey": (120, 120, 120)}


@pytest.fixture(scope="module")
def _coloured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of three colours whose titles say otherwise: half of the red ones are called a rose."""
    folder = tmp_path_factory.mktemp("coloured")
    for colour, value in COLOURS.items():
        for number in range(4):
            name = "rose" if number % 2 else "thing"
            noise = np.random.default_rng(number).normal(0, 4, (32, 32, 3))
            picture = Image.fromarray((np.array(value) + noise).clip(0, 255).astype(np.uint8))
            (folder / "pictures").mkdir(exist_ok=True)
            picture.save(folder / "pictures" / f"{name} {colour[0]}{number}.png")
    with Workspace.create(folder / "workspace") as workspace:
        workspace.harvest([str(folder / "pictures")], collection="colours")
    return folder / "workspace"


@pytest.fixture
def workspace(_coloured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    shutil.copytree(_coloured, tmp_path / "workspace")
    monkeypatch.syspath_prepend(PLUGIN)
    host = PluginHost([*entry_points(group="snoop_flow"), EntryPoint("colours", "seeing_colours", "snoop_flow")])
    with Workspace(tmp_path / "workspace", load_settings(tmp_path / "workspace"), host) as found:
        yield found


@pytest.fixture
def reading(workspace: Workspace) -> Workspace:
    """Embedded with a backbone that reads colours in English and French."""
    workspace.embed(backbone="words-and-colours")
    return workspace


@pytest.fixture
def blind(workspace: Workspace) -> Workspace:
    """Embedded with a backbone that reads nothing."""
    workspace.embed(backbone="colours")
    return workspace


def _names(report: SearchReport) -> list[str]:
    return [card.label.removesuffix(".png") for card in report.cards]


def _colours(report: SearchReport, count: int) -> set[str]:
    return {name.split()[1][0] for name in _names(report)[:count]}


def test_ranks_are_fused_and_ties_keep_the_first_order() -> None:
    assert fused([[1, 2, 3], [3, 4]], 3) == [3, 1, 2]
    assert fused([[1, 2], [2, 1]], 2) == [1, 2]
    assert fused([[], []], 5) == []


def test_a_text_finds_pictures_in_both_languages(reading: Workspace) -> None:
    for word in ("red", "rouge"):
        report = reading.search(text=word, text_in="pictures", count=4)
        assert _colours(report, 4) == {"r"}
        assert (report.index, report.exact) == ("exact", True)
    assert reading.abilities().reads_text
    assert reading.abilities().languages == "English and French"


def test_words_and_pictures_are_fused(reading: Workspace) -> None:
    report = reading.search(text="red rose", count=12)
    assert report.index == "exact and words"
    # what is red and called a rose is high in both; then come roses of other colours and red things
    assert set(_names(report)[:2]) == {"rose r1", "rose r3"}
    in_words = reading.search(text="rose", text_in="words")
    assert {name.split()[0] for name in _names(in_words)} == {"rose"}
    assert in_words.index == "words"
    scores = [card.score for card in reading.search(text="bleu", count=12).cards]
    assert all(score is not None for score in scores)


def test_a_film_that_both_find_is_shown_by_its_best_moment(
    reading: Workspace, add_film: Callable[..., str], tmp_path: Path
) -> None:
    for colour, value in COLOURS.items():
        (tmp_path / colour).mkdir()
        for number in range(12):
            Image.new("RGB", (32, 32), value).save(tmp_path / colour / f"{colour}-{number:02}.jpg")
    frames = (("grey", 1.0), ("grey", 9.0), ("red", 15.0), ("red", 16.0), ("blue", 30.0))
    film = add_film(reading, tmp_path, "Rouge", file=tmp_path / "film.webm", frames=frames)
    reading.embed(backbone="words-and-colours")
    shown = [card for card in reading.search(text="rouge", count=3, collection="films").cards if card.record == film]
    assert [(card.selector, card.merged) for card in shown] == [("t=15", 1), ("t=1", 1), ("t=30", 0)]
    assert [card.selector for card in reading.search(text="rouge", text_in="words").cards] == ["t=1"]


def test_texts_and_pictures_are_added_and_taken_off(reading: Workspace) -> None:
    pictures = {name: card.item for card in reading.search(text="red", count=12).cards for name in [card.label[:-4]]}
    mixed = reading.search(text="blue", items=[pictures["thing r0"]], text_in="pictures", count=8)
    assert _colours(mixed, 8) <= {"r", "b", "g"}
    off = reading.search(text="blue", negative_text="red", text_in="pictures", count=4)
    assert _colours(off, 4) == {"b"}
    unlike = reading.search(text="blue", negatives=[pictures["thing r0"]], text_in="pictures", count=12)
    assert _names(unlike)[-1].split()[1][0] == "r"


def test_a_class_starts_from_a_text(reading: Workspace) -> None:
    reading.create_class("Red", start=Query(text="rouge"))
    assert _colours(reading.ranking("Red", count=4), 4) == {"r"}
    assert reading.suggest("Red", count=1).cards[0].label.split()[1][0] == "r"


def test_without_a_text_tower_words_search_and_narrow(blind: Workspace) -> None:
    report = blind.search(text="rose")
    assert (report.index, len(report.cards)) == ("words", 6)
    assert not blind.abilities().reads_text
    picture = next(card.item for card in blind.search(text="thing r0").cards)
    narrowed = blind.search(text="rose", items=[picture])
    assert {name.split()[0] for name in _names(narrowed)} == {"rose"}
    assert _colours(narrowed, 2) == {"r"}
    without = blind.search(items=[picture], negative_text="rose")
    assert {name.split()[0] for name in _names(without)} == {"thing"}
    assert {name.split()[0] for name in _names(blind.search(text="r0 r1 r2", negative_text="rose"))} == {"thing"}


@pytest.mark.parametrize("text", ['rose"', "rose*", "rose AND (", "NOT rose", "rose : thing", "-rose", "rose & ! |"])
def test_operators_are_mere_signs(blind: Workspace, text: str) -> None:
    assert "rose" in {name.split()[0] for name in _names(blind.search(text=text))}


def test_wrong_texts_are_one_clear_line(blind: Workspace, tmp_path: Path) -> None:
    for options, says in (
        ({"text": "  "}, "nothing to search for"),
        ({"text": "", "negative_text": "rose"}, "says only what it is not"),
        ({"text": "rose", "text_in": "pictures"}, "the backbone colours reads no text; look for it in words"),
        ({"text": "rose", "text_in": "dreams"}, "is one of words, pictures, both"),
    ):
        with pytest.raises(UsageError, match=says):
            blind.search(**options)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="reads no text"):
        blind.create_class("Rose", start=Query(text="rose"))
    with pytest.raises(NotFoundError, match="collections are: colours"):
        blind.search(text="rose", collection="posters")
    assert blind.search(text="ροδον").cards == ()
    assert blind.search(text="薔薇").cards == ()
    assert blind.search(text="!?").cards == ()


def test_before_anything_is_embedded_words_are_searched(workspace: Workspace) -> None:
    assert len(workspace.search(text="rose").cards) == 6
    assert workspace.abilities().backbone == ""
    with pytest.raises(UsageError, match="nothing is embedded yet; look for it in words"):
        workspace.search(text="rose", text_in="both")
