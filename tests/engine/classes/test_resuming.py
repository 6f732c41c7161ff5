"""A class taught in one go, a resumed one and a fork learn the same; unsure marks are not learned from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from snoop_flow import Workspace
from snoop_flow.classes.lessons import lesson_of
from snoop_flow.learning import LinearModel

Find = Callable[[str], list[str]]
Batch = dict[str, int | None]


@pytest.fixture
def batches(items_of: Find) -> list[Batch]:
    """Three batches of marks, truthful for “Stripes”, each with an item that is unsure."""
    kinds = {kind: items_of(kind) for kind in ("stripes", "discs", "frames")}
    return [
        {**dict.fromkeys(kinds["stripes"][n : n + 2], 1), kinds["discs"][n]: -1, kinds["frames"][n]: -1, unsure: 0}
        for n, unsure in ((0, kinds["discs"][9]), (2, kinds["frames"][9]), (4, kinds["stripes"][9]))
    ]


def _taught(workspace: Workspace, name: str, batches: list[Batch], first: int = 0) -> None:
    for number, batch in enumerate(batches, first):
        workspace.mark(name, batch, op_id=f"{name} {number}")
        workspace.fit(name)


def _model(workspace: Workspace, name: str) -> LinearModel:
    return lesson_of(workspace, name).ranked_by()


def test_a_fork_and_a_resumed_class_learn_what_an_uninterrupted_one_does(
    archive: Workspace, batches: list[Batch]
) -> None:
    for name in ("Whole", "Resumed"):
        archive.create_class(name)
    _taught(archive, "Whole", batches)
    _taught(archive, "Resumed", batches[:2])
    archive.fork_class("Resumed", "Fork")
    folder = archive.folder
    archive.close()
    with Workspace.open(folder) as again:
        for name in ("Resumed", "Fork"):
            _taught(again, name, batches[2:], first=2)
            np.testing.assert_array_equal(_model(again, name).weights, _model(again, "Whole").weights)
            assert _model(again, name).bias == _model(again, "Whole").bias
        assert again.class_summary("Whole").visual_class.version == 3
        assert again.class_summary("Fork").visual_class.version == 2


def test_a_fork_draws_the_same_background(archive: Workspace, batches: list[Batch]) -> None:
    """Of a corpus of any size: what is drawn follows from the marks, not from the class's name or version."""
    archive.create_class("Whole")
    _taught(archive, "Whole", batches[:1])
    archive.fork_class("Whole", "Fork")
    draws = [lesson_of(archive, name).rng_of_marks().integers(0, 1 << 40, 9).tolist() for name in ("Whole", "Fork")]
    assert draws[0] == draws[1]
    archive.mark("Fork", batches[1], op_id="more")
    assert lesson_of(archive, "Fork").rng_of_marks().integers(0, 1 << 40, 9).tolist() != draws[0]


def test_unsure_marks_are_not_learned_from_and_not_shown_again(archive: Workspace, batches: list[Batch]) -> None:
    archive.create_class("Sure")
    archive.create_class("Unsure")
    batch, unsure = batches[0], next(item for item, value in batches[0].items() if value == 0)
    archive.mark("Sure", {item: value for item, value in batch.items() if value}, op_id="1")
    archive.mark("Unsure", batch, op_id="2")
    archive.fit("Sure")
    archive.fit("Unsure")
    assert [archive.class_summary("Unsure").positives, archive.class_summary("Unsure").negatives] == [2, 2]
    # one random negative less among 32 is all the difference
    sure, other = _model(archive, "Sure"), _model(archive, "Unsure")
    assert float(sure.weights @ other.weights) > 0.99 * np.linalg.norm(sure.weights) * np.linalg.norm(other.weights)
    for strategy in ("relevant", "most-useful", "ambiguous", "discovery", "random"):
        shown = {card.item for card in archive.suggest("Unsure", strategy, count=36).cards}
        assert unsure not in shown
        assert len(shown) == 36 - len(batch)
