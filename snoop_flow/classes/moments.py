"""Where keyframes lie in time, read from the catalogue, so that of neighbours in a video one is shown.

A moment is a keyframe whose selector is a media fragment with a time (W3C Media Fragments URI 1.0, 4.2.1), such as
`t=12.5`, `t=12.5,20`, `t=npt:0:01:05` or `t=3&xywh=0,0,10,10`; an interval counts by its beginning. Its video is the
canvas of the record.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from snoop_flow.classes.lessons import Lesson
from snoop_flow.entities import Item, ItemKind
from snoop_flow.fragments import time_of
from snoop_flow.learning import Moments
from snoop_flow.plugin_types import RowArray
from snoop_flow.store import items

_NO_VIDEO = (-1, 0.0)


def seconds_of(selector: str) -> float | None:
    """The second at which a media fragment begins; None where it tells no time.

    Example:
        >>> seconds_of("t=1:05.5,70")
        65.5
    """
    found = time_of(selector)
    return None if found is None else found[0]


def moments_of(lesson: Lesson) -> Callable[[RowArray], Moments]:
    """Tells where rows of a lesson's corpus lie in time; what it has read it remembers."""
    places: dict[int, tuple[int, float]] = {}
    videos: dict[tuple[str, str], int] = {}

    def place(item: Item) -> tuple[int, float]:
        seconds = seconds_of(item.selector) if item.kind is ItemKind.KEYFRAME else None
        if seconds is None:
            return _NO_VIDEO
        return videos.setdefault((item.record_id, item.uri), len(videos)), seconds

    def find(rows: RowArray) -> Moments:
        numbers = lesson.view.numbers[rows].tolist()
        if unknown := [number for number in numbers if number not in places]:
            with lesson.workspace.catalogue.read() as connection:
                found = items.by_numbers(connection, unknown)
            places.update((number, place(item)) for number, item in found.items())
        known = [places.get(number, _NO_VIDEO) for number in numbers]
        return Moments(np.array([video for video, _ in known], np.int64), np.array([at for _, at in known], np.float64))

    return find
