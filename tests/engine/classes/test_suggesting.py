"""What is shown next: windows, neighbours in time, near duplicates, plugins that cannot be trusted, odd corpora."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import update

from snoop_flow import Workspace
from snoop_flow.classes.moments import seconds_of
from snoop_flow.errors import PluginError, UsageError
from snoop_flow.learning import Pool
from snoop_flow.plugin_types import StrategySpec
from snoop_flow.store import items, schema
from snoop_flow.store.rows import now

Find = Callable[[str], list[str]]


@pytest.fixture
def taught(archive: Workspace, items_of: Find) -> Workspace:
    """The archive with a fitted class “Stripes”."""
    archive.create_class("Stripes", positives=items_of("stripes")[:3])
    archive.mark("Stripes", dict.fromkeys([*items_of("discs")[:2], *items_of("frames")[:2]], -1), op_id="1")
    archive.fit("Stripes")
    return archive


def _as_video(workspace: Workspace, ids: Sequence[str], seconds: Sequence[float], uri: str) -> None:
    """Make items the keyframes of one video canvas."""
    with workspace.catalogue.write() as connection:
        for id_, second in zip(ids, seconds, strict=True):
            values = {"kind": "keyframe", "selector": f"t={second:g}", "uri": uri}
            connection.execute(update(schema.item).where(schema.item.c.id == id_).values(**values))


# --- neighbours in time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selector", "seconds"),
    [
        ("t=12.5", 12.5),
        ("t=10,20", 10),
        ("t=,20", 0),
        ("t=npt:1:01:05.5", 3665.5),
        ("t=2:30", 150),
        ("xywh=1,2,3,4&t=7", 7),
        ("xywh=1,2,3,4", None),
        ("", None),
        ("part=3", None),
    ],
)
def test_a_media_fragment_tells_its_second(selector: str, seconds: float | None) -> None:
    assert seconds_of(selector) == seconds


@pytest.mark.parametrize("strategy", ["relevant", "most-useful", "ambiguous", "discovery", "random"])
def test_of_neighbours_in_a_video_one_is_shown(taught: Workspace, items_of: Find, strategy: str) -> None:
    film = items_of("stripes")[3:]
    _as_video(taught, film, [10 * place for place in range(len(film))], "https://a.example/film")
    every = {card.item for card in taught.suggest("Stripes", strategy, count=29, seed=1).cards}
    assert set(film) <= every
    report = taught.suggest("Stripes", strategy, count=29, temporal_range=25, seed=1)
    shown = [film.index(card.item) for card in report.cards if card.item in film]
    assert len(shown) >= 2
    assert min(np.diff(sorted(shown))) >= 3
    assert len(report.cards) == 29 - len(film) + len(shown)


def test_a_full_batch_comes_without_neighbours(taught: Workspace, items_of: Find) -> None:
    _as_video(taught, items_of("stripes")[3:], range(9), "https://a.example/film")
    report = taught.suggest("Stripes", count=10, temporal_range=60)
    assert len(report.cards) == 10
    assert [card.record_label for card in report.cards].count("stripes") == 1


def test_neighbours_of_what_is_marked_are_not_shown(taught: Workspace, items_of: Find) -> None:
    film = items_of("stripes")
    _as_video(taught, film, [10 * place for place in range(len(film))], "https://a.example/film")
    shown = {card.item for card in taught.suggest("Stripes", count=30, temporal_range=15).cards}
    assert film[3] not in shown  # its neighbour, the last positive, is at 20 s
    assert {film[4], film[6]} <= shown or {film[5]} <= shown


def test_another_video_of_the_record_is_no_neighbour(taught: Workspace, items_of: Find) -> None:
    one, other = items_of("stripes")[5:7]
    _as_video(taught, [one], [5], "https://a.example/film-1")
    _as_video(taught, [other], [5], "https://a.example/film-2")
    assert {one, other} <= {card.item for card in taught.suggest("Stripes", count=29, temporal_range=100).cards}


# --- windows -----------------------------------------------------------------------------------------------------


def test_a_window_is_kept_by_exact_scores(taught: Workspace) -> None:
    scores = sorted(card.score or 0 for card in taught.ranking("Stripes", count=36).cards if card.mark is None)
    low, high = scores[5], scores[15]
    for strategy in ("relevant", "random", "most-useful"):
        cards = taught.suggest("Stripes", strategy, count=36, window=(low - 1e-4, high + 1e-4)).cards
        assert sorted(card.score or 0 for card in cards) == pytest.approx(scores[5:16], abs=1e-3)
    assert taught.suggest("Stripes", window=(1e6, np.inf)).cards == ()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"count": 0}, "number of items 0"),
        ({"discovery_rate": 1.5}, "discovery rate 1.5: must be between 0 and 1"),
        ({"discovery_rate": float("nan")}, "discovery rate nan"),
        ({"window": (1.0, -1.0)}, "score window 1 to -1: the lower end comes first"),
        ({"window": (float("nan"), 1.0)}, "both ends must be numbers"),
        ({"temporal_range": -1.0}, "temporal range -1.0"),
        ({"temporal_range": float("inf")}, "temporal range inf"),
    ],
)
def test_what_is_out_of_range_is_one_clear_line(taught: Workspace, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        taught.suggest("Stripes", **wrong)
    assert "\n" not in str(caught.value)


def test_more_than_there_is_gives_what_there_is(taught: Workspace) -> None:
    assert len(taught.suggest("Stripes", count=1000).cards) == 29
    assert len(taught.ranking("Stripes", count=1000).cards) == 36
    with pytest.raises(UsageError, match="number of items 0"):
        taught.ranking("Stripes", count=0)
    for bins in (0, 10**6):
        with pytest.raises(UsageError, match="number of bins"):
            taught.histogram("Stripes", bins)


# --- marks of one kind, contradictions, odd corpora --------------------------------------------------------------


def test_negatives_alone_teach_nothing_but_are_not_shown_again(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Not discs")
    archive.mark("Not discs", dict.fromkeys(items_of("discs"), -1), op_id="a")
    with pytest.raises(UsageError, match="no positive mark"):
        archive.fit("Not discs")
    shown = archive.suggest("Not discs", "relevant", count=36).cards
    assert {card.record_label for card in shown} == {"frames", "stripes"}
    with pytest.raises(UsageError, match="no model yet"):
        archive.histogram("Not discs")


def test_a_positive_that_is_not_embedded_is_named(archive: Workspace, items_of: Find) -> None:
    item = items_of("discs")[0]
    archive.create_class("Discs", positives=[item])
    with archive.catalogue.write() as connection:
        number = items.by_ids(connection, [item])[0].number
        connection.execute(update(schema.item).where(schema.item.c.number == number).values(gone_at=now()))
    with pytest.raises(UsageError, match="no positive mark whose image is embedded"):
        archive.fit("Discs")
    assert archive.suggest("Discs", count=4).cards


def test_contradictory_marks_on_equal_pictures_give_a_sensible_model(archive: Workspace, tmp_path: Path) -> None:
    one, other = _equal_pictures(archive, tmp_path, 2)
    archive.create_class("Both", positives=[one])
    archive.mark("Both", {other: -1}, op_id="a")
    archive.fit("Both")
    cards = {card.item: card.score for card in archive.ranking("Both", count=100).cards}
    assert cards[one] == pytest.approx(cards[other], abs=1e-5)
    assert all(score is not None and np.isfinite(score) for score in cards.values())


def _equal_pictures(workspace: Workspace, folder: Path, count: int) -> list[str]:
    """Harvest and embed as many copies of one grey picture; their item ids."""
    (folder / "grey").mkdir()
    for number in range(count):
        Image.new("RGB", (60, 60), (120, 120, 120)).save(folder / "grey" / f"{number}.png")
    workspace.harvest([str(folder / "grey")], collection="grey")
    workspace.embed()
    return [item.id for record in workspace.records("grey") for item in workspace.record_items(record.id)]


def test_a_corpus_of_equal_pictures_is_taught_and_ranked(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "workspace") as workspace:
        first, second, *_ = _equal_pictures(workspace, tmp_path, 12)
        workspace.create_class("Grey", positives=[first])
        workspace.mark("Grey", {second: -1}, op_id="a")
        workspace.fit("Grey")
        for strategy in ("relevant", "most-useful", "ambiguous", "discovery", "random"):
            assert len(workspace.suggest("Grey", strategy, count=5).cards) == 5
        scores = {card.score for card in workspace.ranking("Grey").cards}
        assert len(scores) == 1
        assert np.isfinite(scores.pop() or 0.0)
        assert sum(workspace.histogram("Grey", 5).counts) == 12
        assert workspace.class_coverage("Grey").share <= 1


def test_near_duplicates_are_counted_on_the_card(archive: Workspace, items_of: Find, tmp_path: Path) -> None:
    _equal_pictures(archive, tmp_path, 6)
    archive.create_class("Grey", positives=items_of("discs")[:1])
    archive.fit("Grey")
    report = archive.suggest("Grey", "relevant", count=30, collection="grey")
    assert sum(card.merged for card in report.cards) == 0  # all are shown, since nothing else is left
    report = archive.suggest("Grey", "relevant", count=2, collection="grey")
    assert sum(card.merged for card in report.cards) == 4


# --- vectors that do not fit -------------------------------------------------------------------------------------


def test_a_class_without_vectors_says_what_to_run(taught: Workspace) -> None:
    with taught.catalogue.write() as connection:
        connection.execute(update(schema.item).values(gone_at=now()))
    for verb in (taught.suggest, taught.fit, taught.class_coverage):
        with pytest.raises(UsageError):
            verb("Stripes")
    with pytest.raises(UsageError, match="no vectors yet; run: snoop-flow embed"):
        taught.histogram("Stripes")
    assert taught.ranking("Stripes").cards == ()


def test_a_model_of_another_backbone_ranks_nothing(taught: Workspace) -> None:
    for values, says in (
        ({"fingerprint": "other/1"}, "fitted on vectors of another backbone"),
        ({"weights": b"\0" * 8}, "the model of class Stripes has 2 numbers"),
    ):
        with taught.catalogue.write() as connection:
            before = connection.execute(schema.class_model.select()).mappings().one()
            connection.execute(update(schema.class_model).values(**values))
        for verb in (taught.suggest, taught.ranking, taught.histogram, taught.fit):
            with pytest.raises(UsageError, match=says):
                verb("Stripes")
        with taught.catalogue.write() as connection:
            connection.execute(update(schema.class_model).values(**{name: before[name] for name in values}))


# --- strategies of plugins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        np.array([0, 0]),
        np.array([10**6]),
        np.array([-1]),
        np.array([0.5]),
        np.array([[1, 2]]),
    ],
)
def test_a_strategy_that_breaks_its_contract_is_named(
    taught: Workspace, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    broken = StrategySpec("broken", "Gives nonsense", lambda pool, count, rng: answer)
    monkeypatch.setattr(taught.host, "strategies", {**taught.host.strategies, "broken": broken})
    with pytest.raises(PluginError, match="strategy broken"):
        taught.suggest("Stripes", "broken")


def test_a_strategy_sees_the_marks_with_their_values(taught: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Pool] = []

    def look(pool: Pool, count: int, rng: np.random.Generator) -> Any:
        seen.append(pool)
        return np.flatnonzero(pool.candidates)[: count + 5]

    spec = replace(taught.host.strategies["relevant"], name="look", choose=look)
    monkeypatch.setattr(taught.host, "strategies", {**taught.host.strategies, "look": spec})
    assert len(taught.suggest("Stripes", "look", count=3).cards) == 3
    assert sorted(seen[0].marks.tolist()) == [-1, -1, -1, -1, 1, 1, 1]
    assert len(seen[0].marked) == len(seen[0].marks)
    assert seen[0].moments is None
