"""What detectors give, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from snoop_video.stamps import Stamp


@dataclass(frozen=True, slots=True)
class Found:
    """A boundary: the time of the first frame of the new shot, in seconds.

    Attributes:
        kind: `cut`, `dissolve` or `fade`.
        strength: the change, by which of two boundaries too near to each other one is kept.
    """

    at: float
    kind: str
    strength: float


class Detector(Protocol):
    """Finds boundaries in a stream of frames; made anew, without arguments, for each part of a film.

    Attributes:
        context: seconds before and after a boundary that it depends on.
        delay: frames that pass until a cut is settled.
    """

    context: float
    delay: int

    def add(self, stamp: Stamp) -> list[Found]:
        """Take the next frame; give the boundaries that are settled now."""

    def end(self) -> list[Found]:
        """There are no more frames; give what was not settled yet."""
