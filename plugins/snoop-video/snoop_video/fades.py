"""Fades: boundaries in the black between two shots.

Black between two pictures that look alike, as damaged film and joined loops have, is no boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

from snoop_video.finding import Found
from snoop_video.stamps import Stamp, likeness

ALIKE = 0.5  # correlation from which on two pictures are of one scene
LONG = 2.0  # seconds, from which on black is a shot of its own
OPENING = 0.5  # seconds of black at the beginning of a film that are a shot
ABRUPT = 6.0  # change to or from black, in grey levels, that may be a cut
OUTSTANDING = 2.2  # times what the frames before change


@dataclass(slots=True)
class _Black:
    """A stretch of black: since when, what was seen before it, whether it began from one frame to the next."""

    since: float
    before: Stamp | None
    abrupt: bool
    strength: float
    shot: bool = False


class Fades:
    """Looks for black, and for what comes after it."""

    def __init__(self) -> None:
        """See nothing yet."""
        self._seen: Stamp | None = None
        self._black: _Black | None = None

    def add(self, stamp: Stamp, change: float, usual: float) -> list[Found]:
        """Take the next frame, which differs from the one before by `change` where others did by `usual`."""
        abrupt = change >= ABRUPT and change >= OUTSTANDING * usual
        if not stamp.black:
            found = [] if self._black is None else self._left(self._black, stamp, change, abrupt)
            self._black, self._seen = None, stamp
            return found
        if self._black is None:
            self._black = _Black(stamp.time, self._seen, abrupt, change)
        elif not self._black.shot and stamp.time - self._black.since >= LONG:
            self._black.shot = True
            if self._black.before is not None:
                return [Found(self._black.since, "cut" if self._black.abrupt else "fade", self._black.strength)]
        return []

    def end(self) -> list[Found]:
        """Black at the end of a film is a part of its last shot."""
        return []

    def _left(self, black: _Black, stamp: Stamp, change: float, abrupt: bool) -> list[Found]:
        """The boundary that a stretch of black was, when a picture comes after it."""
        kind = "cut" if abrupt else "fade"
        strength = max(change, black.strength)
        lasted = stamp.time - black.since
        if black.shot or (black.before is None and lasted >= OPENING):
            return [Found(stamp.time, kind, strength)]
        if black.before is None or likeness(black.before, stamp) > ALIKE:
            return []
        if abrupt:
            return [Found(stamp.time, kind, strength)]
        return [Found(black.since if black.abrupt else (black.since + stamp.time) / 2, "fade", strength)]
