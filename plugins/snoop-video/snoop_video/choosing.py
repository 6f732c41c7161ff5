"""Which frames of a shot are kept as stills.

The first good one: it shows a picture and is not in the middle of a quick movement. Where there is none within a
second, the best of that second. With more than one still for a shot, further ones are offered whenever the picture has
changed much, and the choice among them is made when the whole shot is known. At a fixed rate, one for each tick of the
film's clock. Black frames are left out, and frames that look like the still before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from snoop_video.stamps import BRIGHT, COLOUR, COLUMNS, ROWS, Stamp

PICTURE = 12.0  # spread, in grey levels, of a good picture at least
STILL = 6.0  # change from the frame before, at most
PATIENCE = 1.0  # seconds
ANOTHER = 12.0  # change from the last still, from which on another one is offered
PAUSE = 0.5  # seconds between two that are offered
LEAST = 0.05  # quality of what is not black
SAME = 2.0  # change up to which two stills are the same


@dataclass(frozen=True, slots=True)
class Offered:
    """A frame that may be kept.

    Attributes:
        quality: 0 for a black frame, which is kept only where a shot has nothing else; good ones have 1.
        tick: it stands at a tick of the clock.
    """

    frame: Any
    time: float
    quality: float
    tick: bool
    signature: str


@dataclass(frozen=True, slots=True)
class _Seen:
    frame: Any
    stamp: Stamp
    worth: float


class Chooser:
    """Watches frames in order, and the boundaries between shots, and offers stills."""

    def __init__(self, most: int, every: float) -> None:
        """Offer for up to `most` stills of a shot, or one every so many seconds if `every` is above 0."""
        self._most, self._every = most, every
        self._best: _Seen | None = None
        self._until: float | None = None  # a first still is looked for
        self._wanted = True
        self._last: Stamp | None = None  # the last still
        self._before: Stamp | None = None
        self._tick = -1

    def boundary(self) -> Iterator[Offered]:
        """A new shot begins with the next frame; the last one may still lack a still."""
        yield from self.end()
        self._wanted, self._until, self._last, self._before = True, None, None, None

    def end(self) -> Iterator[Offered]:
        """There are no more frames of this shot."""
        if self._wanted and self._best is not None:
            yield self._offer(self._best.frame, self._best.stamp, False)
        self._best = None

    def add(self, frame: Any, stamp: Stamp) -> Iterator[Offered]:
        """Take the next frame of the shot."""
        change = stamp.change_from(self._before) if self._before is not None else 0.0
        self._before = stamp
        if self._wanted:
            yield from self._first(frame, stamp, change)
        if self._every > 0.0:
            yield from self._ticked(frame, stamp)
        elif self._most > 1 and self._last is not None and not stamp.black and change <= STILL:
            rested = stamp.time - self._last.time >= PAUSE
            if rested and stamp.change_from(self._last) >= ANOTHER:
                yield self._offer(frame, stamp, False)

    def _first(self, frame: Any, stamp: Stamp, change: float) -> Iterator[Offered]:
        if self._until is None and not stamp.black:
            self._until = stamp.time + PATIENCE
        worth = min(stamp.spread, 3 * PICTURE) + min(stamp.mean, 64.0) / 16 - 2 * change
        if self._best is None or worth > self._best.worth:
            self._best = _Seen(frame, stamp, worth)
        if stamp.spread >= PICTURE and change <= STILL and self._until is not None:
            self._best = _Seen(frame, stamp, worth)
        elif self._until is None or stamp.time < self._until:
            return
        self._wanted = False
        yield self._offer(self._best.frame, self._best.stamp, False)
        self._best = None

    def _ticked(self, frame: Any, stamp: Stamp) -> Iterator[Offered]:
        tick = int(stamp.time / self._every + 1e-6)
        if tick == self._tick or stamp.black:
            return
        self._tick = tick
        if self._last is None or stamp.time == self._last.time or stamp.change_from(self._last) > SAME:
            yield self._offer(frame, stamp, True)

    def _offer(self, frame: Any, stamp: Stamp, tick: bool) -> Offered:
        self._last = stamp
        good = 0.0 if stamp.black else max(LEAST, min(1.0, stamp.spread / PICTURE))
        return Offered(frame, stamp.time, round(good, 3), tick, signature_of(stamp))


def signature_of(stamp: Stamp) -> str:
    """A picture in 72 bytes, as hexadecimal digits: 6 × 8 points of brightness, twice 3 × 4 of colour."""
    light = stamp.values[:BRIGHT].reshape(6, ROWS // 6, 8, COLUMNS // 8).mean((1, 3)).ravel()
    parts = [light]
    for place in range(2):
        colour = stamp.values[BRIGHT + place * COLOUR : BRIGHT + (place + 1) * COLOUR]
        parts.append(colour.reshape(3, ROWS // 6, 4, COLUMNS // 8).mean((1, 3)).ravel())
    return bytes(np.clip(np.concatenate(parts), 0, 255).astype(np.uint8)).hex()
