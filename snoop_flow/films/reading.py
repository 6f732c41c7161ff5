"""A film as the catalogue holds it: its canvas, its shots, and what each of its keyframes stands for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from mimetypes import guess_type
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.errors import NotFoundError
from snoop_flow.films.segments import Moment, moments_of_shot
from snoop_flow.fragments import FRAME, time_of
from snoop_flow.store import records


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot with its keyframes in the order of time; what no shot holds is in one without an item.

    Attributes:
        start: seconds from the beginning of the film, as is `end`.
    """

    item: Item | None
    start: float
    end: float
    keyframes: tuple[Item, ...]


@dataclass(frozen=True)
class Film:
    """A film of a record.

    Attributes:
        canvas: the item that stands for all of it.
        medium: what its source tells of the file: `path` or `url`, `format`, `duration`, `fps`, `width`, `height`.
        shots: in the order of time.
    """

    record: Record
    canvas: Item
    medium: Mapping[str, Any]
    shots: tuple[Shot, ...]

    @cached_property
    def keyframes(self) -> dict[int, Item]:
        """All keyframes by number, in the order of time."""
        return {item.number: item for shot in self.shots for item in shot.keyframes}

    @cached_property
    def moments(self) -> list[Moment]:
        """What the keyframes stand for, in the order of time."""
        found: list[Moment] = []
        for shot in self.shots:
            frames = [(item.number, _at(item)) for item in shot.keyframes]
            found += (
                moments_of_shot(shot.start, shot.end, frames)
                if shot.item is not None
                else [_alone(item) for item in shot.keyframes]
            )
        return sorted(found, key=lambda one: (one.at, one.key))

    @cached_property
    def duration(self) -> float:
        """Seconds, as the file tells; at least up to where the last shot or keyframe ends."""
        told = self.medium.get("duration")
        known = round(float(told), 3) if isinstance(told, int | float) and 0 < told < inf else 0.0
        return max([known, *(shot.end for shot in self.shots)])

    @cached_property
    def media_type(self) -> str:
        """As its source tells, or by the name of its file; "" where neither says it."""
        told = str(self.medium.get("format") or "").lower().split(";")[0].strip()
        return told or guess_type(str(self.medium.get("path") or self.medium.get("url") or ""))[0] or ""

    @property
    def measured(self) -> bool:
        """Whether its size and duration are known, which a manifest has to tell; cutting it into shots finds them."""
        return self.duration > 0 and min(self.size) > 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, 0 where nobody knows yet."""
        canvas, medium = self.canvas, self.medium
        return canvas.width or int(medium.get("width") or 0), canvas.height or int(medium.get("height") or 0)

    def nearest(self, at: float) -> Item | None:
        """The keyframe taken nearest to a second; None where there is none."""
        moments = self.moments
        if not moments:
            return None
        place = bisect_right([one.at for one in moments], at)
        near = moments[max(place - 1, 0) : place + 1]
        return self.keyframes[min(near, key=lambda one: abs(one.at - at)).key]

    def within(self, start: float, end: float) -> list[Item]:
        """The keyframes taken in a span, both ends included."""
        return [self.keyframes[one.key] for one in self.moments if start <= one.at <= end]


def films_of(record: Record, found: Sequence[Item]) -> list[Film]:
    """The films among the items of a record, in its order."""
    parts: dict[str, list[Item]] = {}
    for item in found:
        parts.setdefault(item.uri, []).append(item)
    made = (_film(record, mine) for mine in parts.values())
    return [one for one in made if one is not None]


def film_at(connection: Connection, record_id: str, item_id: str = "") -> Film:
    """The film of a record, or of several the one that an item is in.

    Raises:
        NotFoundError: there is no such record, or no film in it.
    """
    record = records.by_id(connection, record_id)
    films = films_of(record, records.items_of(connection, record_id))
    for one in films:
        if item_id in ("", one.canvas.id) or any(item_id == item.id for item in _items(one)):
            return one
    if not films:
        raise NotFoundError(f"record {record_id} has no film; harvest a video")
    return films[0]


def _items(film: Film) -> list[Item]:
    return [*film.keyframes.values(), *(shot.item for shot in film.shots if shot.item is not None)]


def medium_of(record: Record, canvas: Item) -> Mapping[str, Any] | None:
    """What is known of the video on a canvas; None where it has none."""
    videos = [one for one in record.media if str(one.get("kind", "")).lower() == "video"]
    mine = [one for one in videos if one.get("canvas") == canvas.uri]
    # of a local record the source does not know under which address we serve its canvas
    return mine[0] if mine else videos[0] if record.local and len(videos) == 1 else None


def uri_of(canvas: Item, medium: Mapping[str, Any]) -> str:
    """What names a film's file in reports and failures."""
    return str(medium.get("path") or medium.get("url") or canvas.uri)


def _film(record: Record, items: Sequence[Item]) -> Film | None:
    canvas = next((one for one in items if one.kind is ItemKind.CANVAS), None)
    if canvas is None or (medium := medium_of(record, canvas)) is None:
        return None
    keyframes = sorted((one for one in items if one.kind is ItemKind.KEYFRAME), key=lambda one: (_at(one), one.number))
    by_shot: dict[int | None, list[Item]] = {}
    for one in keyframes:
        by_shot.setdefault(one.parent, []).append(one)
    shots = []
    for item in items:
        if item.kind is ItemKind.SHOT and (span := time_of(item.selector)) is not None:
            end = span[1] if span[1] is not None else span[0] + FRAME
            shots.append(Shot(item, span[0], end, tuple(by_shot.get(item.number, ()))))
    held = {one.number for shot in shots for one in shot.keyframes}
    shots += [Shot(None, _at(one), _alone(one).end, (one,)) for one in keyframes if one.number not in held]
    return Film(record, canvas, medium, tuple(sorted(shots, key=lambda one: (one.start, one.end))))


def _at(item: Item) -> float:
    span = time_of(item.selector)
    return 0.0 if span is None else span[0]


def _alone(item: Item) -> Moment:
    """A keyframe that no shot holds stands for the stretch that its selector names, or for its frame."""
    start, end = time_of(item.selector) or (0.0, None)
    return Moment(item.number, start, start, max(end or 0.0, round(start + FRAME, 3)))
