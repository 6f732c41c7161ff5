"""A film's timeline as numbers for an inline SVG: how strongly a class shows over the whole of it, and its segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snoop_flow.reports import FilmReport, FoundSegment, KeyframeReport

WIDTH, HEIGHT, LANE = 1000.0, 56.0, 8.0
MOST_BARS = 400
MOST_LANES = 6
TICKS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of the film, and how much of the height it fills."""

    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Lane:
    """The segments of one class."""

    y: float
    class_id: str
    class_name: str
    segments: tuple[tuple[float, float, FoundSegment], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn.

    Attributes:
        bars: by the scores of the class at hand, or where none is by how many classes found something.
        threshold: height of the class's threshold above the ground; None without one.
        frames: place of each keyframe, for the marks.
        ticks: seconds at even distances.
        height: of the whole drawing.
    """

    bars: tuple[Bar, ...]
    lanes: tuple[Lane, ...]
    threshold: float | None
    frames: tuple[tuple[float, KeyframeReport], ...]
    ticks: tuple[float, ...]
    height: float


def keyframes_of(film: FilmReport) -> list[KeyframeReport]:
    """All keyframes in the order of time."""
    return sorted((frame for shot in film.shots for frame in shot.keyframes), key=lambda one: one.at)


def timeline(film: FilmReport, class_id: str) -> Timeline:
    """Lay a film out for drawing.

    Args:
        class_id: the class at hand, "" for none: then the segments of all classes are shown.
    """
    frames = keyframes_of(film)
    shown = [one for one in film.segments if class_id in ("", one.class_id)]
    values, threshold = _strengths(film, frames, shown)
    lanes = _lanes(film, shown)
    return Timeline(
        bars=_bars(film, frames, values),
        lanes=lanes,
        threshold=threshold,
        frames=tuple((_place(film, frame.at), frame) for frame in frames),
        ticks=tuple(round(film.duration * place / (TICKS - 1), 3) for place in range(TICKS)),
        height=HEIGHT + LANE * len(lanes) + 2,
    )


def _place(film: FilmReport, seconds: float) -> float:
    return round(min(max(seconds / (film.duration or 1.0), 0.0), 1.0) * WIDTH, 2)


def _strengths(
    film: FilmReport, frames: Sequence[KeyframeReport], shown: Sequence[FoundSegment]
) -> tuple[list[float], float | None]:
    """A value from 0 to 1 for each keyframe, and where the threshold lies among them."""
    scores = [frame.score for frame in frames if frame.score is not None]
    if scores:
        limits = [*scores, film.threshold] if film.threshold is not None else scores
        low, span = min(limits), (max(limits) - min(limits)) or 1.0
        values = [0.0 if one.score is None else (one.score - low) / span for one in frames]
        return values, None if film.threshold is None else round((film.threshold - low) / span * HEIGHT, 1)
    counts = [sum(one.start <= frame.at < one.end and one.status != "rejected" for one in shown) for frame in frames]
    most = max(counts, default=0) or 1
    return [count / most for count in counts], None


def _bars(film: FilmReport, frames: Sequence[KeyframeReport], values: Sequence[float]) -> tuple[Bar, ...]:
    """A bar for each keyframe's stretch; of a long film even parts, each as high as the highest in it."""
    if len(frames) <= MOST_BARS:
        found = []
        for frame, value in zip(frames, values, strict=True):
            left, right = _place(film, frame.start), _place(film, frame.end)
            found.append(Bar(left, round(max(right - left - 0.4, 0.6), 2), round(max(value * HEIGHT, 1.0), 1)))
        return tuple(found)
    highest = [0.0] * MOST_BARS
    for frame, value in zip(frames, values, strict=True):
        place = min(int(_place(film, frame.at) / WIDTH * MOST_BARS), MOST_BARS - 1)
        highest[place] = max(highest[place], value)
    step = WIDTH / MOST_BARS
    return tuple(
        Bar(round(place * step, 2), round(step, 2), round(max(value * HEIGHT, 1.0), 1))
        for place, value in enumerate(highest)
    )


def _lanes(film: FilmReport, shown: Sequence[FoundSegment]) -> tuple[Lane, ...]:
    by_class: dict[str, list[FoundSegment]] = {}
    for one in shown:
        by_class.setdefault(one.class_id, []).append(one)
    return tuple(
        Lane(
            HEIGHT + 2 + LANE * number,
            class_id,
            mine[0].class_name,
            tuple(
                (left := _place(film, one.start), round(max(_place(film, one.end) - left, 2.0), 2), one) for one in mine
            ),
        )
        for number, (class_id, mine) in enumerate(list(by_class.items())[:MOST_LANES])
    )
