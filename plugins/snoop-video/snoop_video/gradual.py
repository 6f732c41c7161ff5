"""Dissolves: boundaries that take their time.

A dissolve is a stretch in which each frame is a mixture of its first and last one; a pan, a zoom or a person who walks
by is not, for there things move.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from snoop_video.finding import Found
from snoop_video.stamps import FLAT, Stamp, likeness

LENGTHS = (6, 10, 16, 24, 36, 50)  # frames
APART = 18.0  # mean change between the two pictures that a dissolve joins
ALIKE = 0.5  # correlation from which on two pictures are of one scene
MIXED = 0.13  # share of the difference that no mixture explains, at most
EVERY = 0.1  # seconds; by the clock of the film, so that it is looked at the same wherever a part begins


class Dissolves:
    """Looks for mixtures among the last frames."""

    def __init__(self) -> None:
        """See nothing yet."""
        self._stamps: deque[Stamp] = deque(maxlen=LENGTHS[-1] + 1)
        self._tick = -1
        self._best: tuple[float, Found] | None = None

    def cut(self, at: float) -> None:
        """Nothing before a cut mixes with what comes after it."""
        while self._stamps and self._stamps[0].time < at:
            self._stamps.popleft()

    def add(self, stamp: Stamp) -> list[Found]:
        """Take the next frame; give a dissolve that has ended."""
        if stamp.spread < FLAT:  # it was no dissolve, but the beginning of a fade
            self._stamps.clear()
            self._best = None
            return []
        self._stamps.append(stamp)
        tick = int(stamp.time / EVERY)
        if tick == self._tick:
            return []
        self._tick = tick
        mixture = self._mixture()
        if mixture is None:
            return self.end()
        if self._best is None or mixture[0] > self._best[0]:
            self._best = mixture
        return []

    def end(self) -> list[Found]:
        """Give the dissolve that was going on."""
        best, self._best = self._best, None
        if best is None:
            return []
        self.cut(best[1].at)
        return [best[1]]

    def _mixture(self) -> tuple[float, Found] | None:
        """The best stretch that ends here: how far apart its ends are, and the boundary in its middle."""
        last = self._stamps[-1]
        for length in LENGTHS:
            if length >= len(self._stamps):
                return None
            first = self._stamps[-1 - length]
            apart = last.change_from(first)
            if apart < APART or likeness(first, last) > ALIKE:
                continue
            stretch = [self._stamps[at - length - 1] for at in range(length + 1)]
            middle = _middle(stretch)
            if middle is not None:
                return apart, Found(stretch[middle].time, "dissolve", apart)
        return None


def _middle(stretch: list[Stamp]) -> int | None:
    """Which frame of a stretch is the first with more of the last picture than of the first; None: it is no mixture."""
    first, last = stretch[0].values, stretch[-1].values
    way = last - first
    whole = float(way @ way)

    def share_of(one: Stamp) -> float | None:
        gone = one.values - first
        share = float(gone @ way) / whole
        # what is left of it beside the way, by Pythagoras
        return share if float(gone @ gone) - share * share * whole <= MIXED * whole else None

    if share_of(stretch[len(stretch) // 2]) is None:  # most are found out by this one
        return None
    shares = []
    for one in stretch[1:-1]:
        share = share_of(one)
        if share is None:
            return None
        shares.append(share)
    steps = np.diff([0.0, *shares, 1.0])
    if steps.max() > 0.5 or steps.min() < -0.1:  # a cut, or to and fro
        return None
    if max(steps[0], steps[-1]) > 0.5 * steps.max():  # it neither begins nor ends: something passes by
        return None
    return 1 + int(np.argmax(np.array([*shares, 1.0]) > 0.5))
