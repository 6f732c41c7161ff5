"""Keyframes beside one another in a film: of those nearly the same one is shown, and others are brought in.

A film gives hundreds of pictures of one thing. In a ranked answer a keyframe stands for those of its film that are
nearly the same, or lie within a range of seconds; it may also be shown with what lies around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from snoop_flow.cards import cards as cards_of
from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import UsageError
from snoop_flow.fragments import time_of
from snoop_flow.plugin_types import Hits
from snoop_flow.reports import Card
from snoop_flow.store import items, records
from snoop_flow.vectors import VectorSet
from snoop_flow.workspace import Workspace

NEARLY_THE_SAME = 0.98  # cosine, as when suggesting
SPARE = 4  # hits asked for each one wanted, where films fill the answer
MOST_BROUGHT = 12  # neighbours shown with one hit
WHY = "neighbour"


@dataclass(slots=True)
class _Shown:
    """What is shown of one film so far: places among the hits, seconds, vectors."""

    places: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)


def check_range(seconds: float) -> None:
    """Raise `UsageError` where a temporal range is none."""
    if not 0 <= seconds < np.inf:
        raise UsageError(f"temporal range {seconds}: must be a number of seconds, 0 or more")


def one_of_each(
    workspace: Workspace, view: VectorSet, find: Callable[[int], Hits], count: int, temporal_range: float = 0.0
) -> tuple[Hits, list[int]]:
    """The best hits, of keyframes that are neighbours in a film one; and for how many others each stands.

    Args:
        find: gives the best so many hits.
        count: hits wanted.
        temporal_range: keyframes of one film that lie no more seconds apart are neighbours, alike or not.
    """
    check_range(temporal_range)
    hits = find(count)
    moments = _moments(workspace, view, hits)
    if not moments:
        return hits, [0] * len(hits.rows)
    kept, merged = _kept(view, hits, moments, temporal_range)
    if len(kept) < len(hits.rows) == count:
        hits = find(SPARE * count)
        kept, merged = _kept(view, hits, _moments(workspace, view, hits), temporal_range)
    kept = kept[:count]
    return Hits(hits.rows[kept], hits.scores[kept]), [merged[place] for place in kept]


def seen_before(workspace: Workspace, likeness: Sequence[int], words: Sequence[int]) -> list[int]:
    """Numbers that words found, where a film's keyframe gives way to that of it which likeness has highest."""
    with workspace.catalogue.read() as connection:
        found = items.by_numbers(connection, {*likeness, *words})
    films = {number: f"{one.record_id} {one.uri}" for number, one in found.items() if one.kind is ItemKind.KEYFRAME}
    best: dict[str, int] = {}
    for number in likeness:
        if number in films:
            best.setdefault(films[number], number)
    return list(dict.fromkeys(best.get(films.get(number, ""), number) for number in words))


def _moments(workspace: Workspace, view: VectorSet, hits: Hits) -> dict[int, tuple[str, float]]:
    """Place among the hits → film and second, of those that are keyframes."""
    numbers = view.numbers[hits.rows].tolist()
    with workspace.catalogue.read() as connection:
        found = items.by_numbers(connection, numbers)
    told = ((place, found[number]) for place, number in enumerate(numbers) if number in found)
    return {place: (f"{one.record_id} {one.uri}", at) for place, one in told if (at := _second(one)) is not None}


def _second(item: Item) -> float | None:
    span = time_of(item.selector) if item.kind is ItemKind.KEYFRAME else None
    return None if span is None else span[0]


def _kept(
    view: VectorSet, hits: Hits, moments: Mapping[int, tuple[str, float]], temporal_range: float
) -> tuple[list[int], dict[int, int]]:
    """Places of the hits that no earlier one stands for, and for how many each does."""
    vectors = dict(zip(moments, view.gather(hits.rows[list(moments)]), strict=True))
    films: dict[str, _Shown] = {}
    kept: list[int] = []
    merged: dict[int, int] = {}
    for place in range(len(hits.rows)):
        if place in moments:
            video, at = moments[place]
            film = films.setdefault(video, _Shown())
            stands = _stands_for(film, at, vectors[place], temporal_range)
            if stands is not None:
                merged[stands] += 1
                continue
            film.places.append(place)
            film.seconds.append(at)
            film.vectors.append(vectors[place])
        kept.append(place)
        merged[place] = 0
    return kept, merged


def _stands_for(film: _Shown, at: float, vector: NDArray[np.float32], temporal_range: float) -> int | None:
    """The place of a hit shown before that stands for a keyframe of its film; None where none does."""
    if not film.places:
        return None
    if temporal_range:
        near = np.flatnonzero(np.abs(np.array(film.seconds) - at) <= temporal_range)
        if len(near):
            return film.places[int(near[0])]
    alike = np.stack(film.vectors) @ vector
    best = int(alike.argmax())
    return film.places[best] if alike[best] > NEARLY_THE_SAME else None


def with_neighbours(
    workspace: Workspace, found: Sequence[Card], seconds: float, marks: Mapping[int, int]
) -> tuple[Card, ...]:
    """Cards with the keyframes around each moment of a film behind it, each shown once.

    Args:
        seconds: before and after the moment.
        marks: item number → mark of the class at hand.
    """
    check_range(seconds)
    shown = {card.item for card in found}
    films: dict[str, list[Item]] = {}
    answer: list[Card] = []
    for card in found:
        answer.append(card)
        span = time_of(card.selector) if card.image in ("", card.item) else None
        if span is None or not seconds:
            continue
        if card.record not in films:
            with workspace.catalogue.read() as connection:
                films[card.record] = records.items_of(connection, card.record)
        near = [one for one in films[card.record] if one.uri == card.uri and one.id not in shown]
        times = [(abs(at - span[0]), at, one) for one in near if (at := _second(one)) is not None]
        brought = sorted(one for one in times if one[0] <= seconds)[:MOST_BROUGHT]
        chosen = [one.number for _, _, one in sorted(brought, key=lambda one: one[1])]
        answer += [replace(one, why=WHY) for one in cards_of(workspace, chosen, marks=marks)]
        shown.update(one.id for _, _, one in brought)
    return tuple(answer)
