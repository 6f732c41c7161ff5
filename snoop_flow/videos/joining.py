"""From what was found in the parts of a film to its shots and their keyframes. Pure: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHORTEST = 0.2  # seconds; of two boundaries nearer to each other the stronger one is kept
GOOD = 0.99  # quality of a still that is taken without looking further
SAME = 2.0  # mean difference of two signatures, up to which the pictures are the same
UNLIKE = 6.0  # from which on another keyframe of a shot is worth having


@dataclass(frozen=True, slots=True)
class Kept:
    """A still on disk.

    Attributes:
        file: below the workspace; `sha256` is its digest.
    """

    at: float
    file: str
    sha256: str
    quality: float
    tick: bool
    signature: bytes

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Kept:
        """From JSON."""
        return cls(**{**value, "signature": bytes.fromhex(value["signature"])})

    def unlike(self, other: Kept) -> float:
        """Mean difference of two pictures, in grey levels."""
        pairs = zip(self.signature, other.signature, strict=True)
        return sum(abs(one - two) for one, two in pairs) / max(1, len(self.signature))


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot in seconds, with its keyframes.

    Attributes:
        begun: how it begins: `start` of the film, `cut`, `dissolve` or `fade`.
        picture: shows it in lists; it may be black, where `keyframes` has none.
    """

    start: float
    end: float
    begun: str
    keyframes: tuple[Kept, ...]
    picture: Kept


def join(parts: Sequence[Mapping[str, Any]], most: int, every: float) -> list[Shot]:
    """The shots of a film, in order; none where no part of it shows anything.

    Args:
        parts: what was found in each, in order: `boundaries`, `stills`, `first`, `last`.
        most: keyframes of a shot at most, unless they are wanted `every` so many seconds.
    """
    seen = [part for part in parts if part["first"] is not None]
    if not seen:
        return []
    boundaries = apart([tuple(one) for part in seen for one in part["boundaries"]])
    stills = sorted((Kept.of(one) for part in seen for one in part["stills"]), key=lambda one: one.at)
    starts = [(seen[0]["first"], "start"), *((at, kind) for at, kind, _ in boundaries if at > seen[0]["first"])]
    ends = [at for at, _ in starts[1:]] + [seen[-1]["last"]]
    spans: list[tuple[float, float, str, list[Kept]]] = []
    for (start, kind), end in zip(starts, ends, strict=True):
        mine = [one for one in stills if start <= one.at < end]
        if mine or not spans:
            spans.append((start, end, kind, mine))
        else:  # nothing is to be seen of it: it goes to the one before
            spans[-1] = (spans[-1][0], end, *spans[-1][2:])
    if len(spans) > 1 and not spans[0][3]:
        spans[:2] = [(spans[0][0], spans[1][1], spans[0][2], spans[1][3])]
    return [_shot(start, end, kind, mine, most, every) for start, end, kind, mine in spans if mine]


def apart(boundaries: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Boundaries in order, (at, kind, strength), of which none is too near to a stronger one."""
    kept: list[tuple[Any, ...]] = []
    for one in sorted(boundaries):
        if kept and one[0] - kept[-1][0] < SHORTEST:
            kept[-1] = max(kept[-1], one, key=lambda boundary: boundary[2])
        else:
            kept.append(one)
    return kept


def _shot(start: float, end: float, begun: str, stills: list[Kept], most: int, every: float) -> Shot:
    shown = [one for one in stills if one.quality > 0.0]
    first = next((one for one in shown if one.quality >= GOOD), None) or max(stills, key=lambda one: one.quality)
    if not shown:
        return Shot(start, end, begun, (), first)
    ticks = [one for one in shown if one.tick]
    if every > 0.0 and ticks:
        chosen = _distinct(ticks)
        return Shot(start, end, begun, chosen, chosen[0])
    return Shot(start, end, begun, _furthest(first, shown, most), first)


def _distinct(stills: Sequence[Kept]) -> tuple[Kept, ...]:
    """Stills in order, without those that look like the one before."""
    kept = [stills[0]]
    for one in stills[1:]:
        if one.unlike(kept[-1]) > SAME:
            kept.append(one)
    return tuple(kept)


def _furthest(first: Kept, stills: Sequence[Kept], most: int) -> tuple[Kept, ...]:
    """The first good one, then always the one that is most unlike those chosen (Gonzalez, 1985)."""
    chosen = [first]
    distance = {one: one.unlike(first) for one in stills}
    while len(chosen) < most:
        best = max(stills, key=lambda one: distance[one])
        if distance[best] < UNLIKE:
            break
        chosen.append(best)
        distance = {one: min(far, one.unlike(best)) for one, far in distance.items()}
    return tuple(sorted(chosen, key=lambda one: one.at))
