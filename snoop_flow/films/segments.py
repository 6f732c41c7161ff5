"""From keyframes that a class found to segments of the film: pure arithmetic on seconds.

A keyframe stands for a stretch of its shot: up to half-way to the keyframe before and after it, or to the shot's ends.
Stretches of found keyframes that touch, or lie no farther apart than a gap, are one segment. What a person rejected
ends a segment, however short it is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

FRAME = 0.04  # seconds of one frame at 25 a second, where nobody knows better
_TOUCH = 0.002  # seconds: selectors have three decimals, each rounded
_TIME = re.compile(r"(?:^|&)t=(?:npt:)?([\d:.]*\d\.?)?(?:,([\d:.]*\d\.?))?(?:&|$)")
_CLOCK = re.compile(r"(?:(?:\d+:)?\d+:)?\d+(?:\.\d*)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a keyframe stands for, in seconds of its film.

    Attributes:
        key: of the keyframe.
        at: where it was taken.
    """

    key: int
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a film in which something was found, in seconds.

    Attributes:
        score: the best of its keyframes.
        best: key of that keyframe, the first one of several.
        keys: of all keyframes that it was found on, in the order of time.
    """

    start: float
    end: float
    score: float
    best: int
    keys: tuple[int, ...]


def time_of(selector: str) -> tuple[float, float | None] | None:
    """The beginning, and the end where it tells one, of a temporal media fragment; None where there is none.

    Source: W3C Media Fragments URI 1.0, 4.2.1: `t=12.5`, `t=12.5,20`, `t=,20`, `t=npt:0:01:05`, beside `xywh` or not.

    Example:
        >>> time_of("t=1:05.5,70&xywh=0,0,10,10")
        (65.5, 70.0)
    """
    found = _TIME.search(selector)
    if found is None or (found[1] is None and found[2] is None):
        return None
    start = 0.0 if found[1] is None else _seconds(found[1])
    end = None if found[2] is None else _seconds(found[2])
    return None if start is None or (found[2] is not None and end is None) else (start, end)


def fragment(start: float, end: float | None = None) -> str:
    """The temporal media fragment of a moment or a stretch, with three decimals at most."""
    return "t=" + ",".join(seconds(one) for one in (start, end) if one is not None)


def seconds(value: float) -> str:
    """A number of seconds as fragments write it."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _seconds(clock: str) -> float | None:
    if not _CLOCK.fullmatch(clock):
        return None
    total = 0.0
    for part in clock.split(":"):
        total = 60 * total + float(part)
    return round(total, 3)


def moments_of_shot(start: float, end: float, frames: Sequence[tuple[int, float]]) -> list[Moment]:
    """What the keyframes of a shot stand for, which together is all of it.

    Args:
        frames: key and second of each, in the order of time; one outside of the shot stands for its own frame.
    """
    inside = [(key, at) for key, at in frames if start <= at <= end]
    outside = [Moment(key, at, at, at + FRAME) for key, at in frames if not start <= at <= end]
    times = [at for _, at in inside]
    edges = [start, *((one + two) / 2 for one, two in itertools.pairwise(times)), end]
    found = [
        Moment(key, at, round(edges[place], 3), round(max(edges[place + 1], edges[place] + FRAME), 3))
        for place, (key, at) in enumerate(inside)
    ]
    return sorted(found + outside, key=lambda one: (one.at, one.key))


def segments(
    moments: Sequence[Moment], scores: Mapping[int, float], *, gap: float = 0.0, barred: Collection[int] = ()
) -> list[Segment]:
    """The segments of a film.

    Args:
        moments: of all its keyframes, in the order of time.
        scores: of those that were found, by key.
        gap: seconds that may lie between two stretches of one segment.
        barred: keyframes that no segment may pass over.
    """
    done: list[Segment] = []
    going_on = False
    for moment in moments:
        if moment.key in scores:
            near = going_on and moment.start - done[-1].end <= gap + _TOUCH
            found = Segment(moment.start, moment.end, scores[moment.key], moment.key, (moment.key,))
            done[-1:] = [_joined(done[-1], found)] if near else [*done[-1:], found]
            going_on = True
        elif moment.key in barred:
            going_on = False
    return done


def _joined(one: Segment, other: Segment) -> Segment:
    best = other if other.score > one.score else one
    return Segment(one.start, max(one.end, other.end), best.score, best.best, (*one.keys, *other.keys))
