"""What the engine relies on when an index type brings an index up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from snoop_flow.plugin_types import Index, IndexTypeSpec, RowArray
from snoop_flow.testing.claims import require
from snoop_flow.testing.views import ArrayView

Check = Callable[[Index, ArrayView], None]


def check_updates(spec: IndexTypeSpec, view: ArrayView, folder: Path, check: Check, rng: np.random.Generator) -> None:
    """Follow a corpus through changes, each time from the index before.

    Covered: new rows at the end, rows that are gone, rows in another order, a few of each at once, no change, and a
    corpus of which nothing is left.

    Args:
        view: all vectors that there will be.
        folder: an empty one.
        check: what must hold for an opened index over a view.
    """
    if spec.update is None:
        return
    total = len(view.vectors)
    first, later = np.arange(total - total // 10), np.arange(total - total // 10, total)
    thinned = first[rng.random(len(first)) > 0.03]
    stages = {
        "new rows at the end": np.concatenate([first, later[: len(later) // 2]]),
        "rows that are gone": np.concatenate([thinned, later[: len(later) // 2]]),
        "rows in another order": np.concatenate([later[: len(later) // 2], thinned[::-1]]),
        "some of all": np.concatenate([later, thinned[rng.random(len(thinned)) > 0.02]]),
        "no change": None,
        "nothing left of it": rng.permutation(total),
    }
    trail = _Trail(spec, view, folder, first)
    for what, rows in stages.items():
        trail.step(what, trail.rows if rows is None else rows, check, fresh=what == "nothing left of it")


class _Trail:
    """An index and the rows of the whole that it is over."""

    def __init__(self, spec: IndexTypeSpec, view: ArrayView, folder: Path, rows: RowArray) -> None:
        self._spec, self._view, self._folder = spec, view, folder
        self.rows, self._place, self._steps = rows, folder / "0", 0
        self._place.mkdir(parents=True)
        spec.build(self._of(rows), self._place, np.random.default_rng(0))

    def _of(self, rows: RowArray) -> ArrayView:
        return ArrayView(self._view.vectors[rows], self._view.numbers[rows])

    def step(self, what: str, rows: RowArray, check: Check, *, fresh: bool) -> None:
        """Go on to other rows; `fresh` ones are all new, whatever they were before."""
        name, update = self._spec.name, self._spec.update
        require(update is not None, f"{name}: has lost its way to update")
        self._steps += 1
        place, now = self._folder / str(self._steps), self._of(rows)
        place.mkdir()
        before = {path.name: path.read_bytes() for path in self._place.iterdir()}
        previous = np.full(len(rows), -1, np.intp) if fresh else _previous(self.rows, rows)
        reason = update(self._place, now, previous, place, np.random.default_rng(0)) if update else ""
        after = {path.name: path.read_bytes() for path in self._place.iterdir()}
        require(before == after, f"{name}: updating ({what}) changed the files of the old index, which still answers")
        if reason is not None:
            told = isinstance(reason, str) and reason.strip() and "\n" not in reason
            require(bool(told), f"{name}: update ({what}) gave {reason!r}; must be None, or one line that says why not")
            place = place.with_name(f"{self._steps}-anew")
            place.mkdir()
            self._spec.build(now, place, np.random.default_rng(0))
        try:
            check(self._spec.open(place, now), now)
        except AssertionError as error:
            raise AssertionError(f"{error} (after an update: {what})") from error
        self.rows, self._place = rows, place


def _previous(before: RowArray, now: RowArray) -> RowArray:
    places = np.full(int(max(before.max(), now.max())) + 1, -1, np.intp)
    places[before] = np.arange(len(before))
    found: RowArray = places[now]
    return found
