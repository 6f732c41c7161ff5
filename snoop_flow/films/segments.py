"""From keyframes that a class found to segments of the film: pure arithmetic on seconds.

A keyframe stands for a stretch of its shot: up to half-way to the keyframe before and after it, or to the shot's ends.
Stretches of found keyframes that touch, or lie no farther apart than a gap, are one segment. What a person rejected
ends a segment, however short it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from snoop_flow.fragments import FRAME

_TOUCH = 0.002  # seconds: selectors have three decimals, each rounded


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
