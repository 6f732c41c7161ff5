"""Where one shot ends and another begins, from frames shrunk to stamps.

A hard cut is a change between two frames that stands out from those around it, so that a shaking camera or a waving
flag is none. A flash is none either: what comes after it looks as before. What is said of a frame depends on the frames
less than `context` seconds away only, so that a film can be cut into parts and each part looked at by itself.
"""

from __future__ import annotations

from collections import deque

from snoop_video.fades import Fades
from snoop_video.finding import Found
from snoop_video.gradual import Dissolves
from snoop_video.stamps import Stamp

AROUND = 6  # frames on both sides that a cut must stand out from
CHANGE = 22.0  # mean change of a stamp, in grey levels, from which on it may be a cut
OUTSTANDING = 2.2  # times what the frames around change; one of them may be a cut itself
FLASH = 4  # frames


class Differences:
    """The detector by differences of neighbouring frames; implements `Detector`."""

    context = 6.0
    delay = AROUND

    def __init__(self) -> None:
        """See nothing yet."""
        self._stamps: deque[Stamp] = deque(maxlen=2 * AROUND + 2)
        self._changes: deque[float] = deque([0.0] * AROUND, maxlen=2 * AROUND + 1)
        self._fades, self._dissolves = Fades(), Dissolves()

    def add(self, stamp: Stamp) -> list[Found]:
        """See `Detector`."""
        change = stamp.change_from(self._stamps[-1]) if self._stamps else 0.0
        self._stamps.append(stamp)
        self._changes.append(change)
        found = [*self._settled(), *self._fades.add(stamp, change, self._usual())]
        for one in found:
            self._dissolves.cut(one.at)
        return found + self._dissolves.add(stamp)

    def end(self) -> list[Found]:
        """See `Detector`."""
        found: list[Found] = []
        for _ in range(AROUND if self._stamps else 0):
            self._stamps.append(self._stamps[-1])
            self._changes.append(0.0)
            found += self._settled()
        return found + self._fades.end() + self._dissolves.end()

    def _usual(self) -> float:
        """What the frames before the last one change, the greatest change among them left out."""
        return sorted(list(self._changes)[-1 - AROUND : -1])[-2]

    def _settled(self) -> list[Found]:
        """The cut in the middle of what is remembered, if there is one."""
        if len(self._changes) < 2 * AROUND + 1 or len(self._stamps) < AROUND + 2:
            return []
        change = self._changes[AROUND]
        if change < CHANGE:
            return []
        others = sorted([*list(self._changes)[:AROUND], *list(self._changes)[AROUND + 1 :]])
        if change < OUTSTANDING * others[-2]:
            return []
        before, after = self._stamps[-AROUND - 2], self._stamps[-AROUND - 1]
        if before.black or after.black or self._flashes(before, after, change):
            return []
        return [Found(after.time, "cut", change)]

    def _flashes(self, before: Stamp, after: Stamp, change: float) -> bool:
        """Whether a few frames on it looks as before, or a few frames back it looked as after."""
        stamps = list(self._stamps)
        place = len(stamps) - AROUND - 1  # of `after`
        later = stamps[place + 1 : place + 1 + FLASH]
        earlier = stamps[max(0, place - 1 - FLASH) : place - 1]
        back = min((one.change_from(before) for one in later), default=change)
        since = min((one.change_from(after) for one in earlier), default=change)
        return min(back, since) < 0.4 * change
