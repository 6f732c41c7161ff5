"""The score histogram of a class as numbers for an inline SVG, a text and a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from snoop_flow.reports import Histogram, RoundReport

WIDTH, HEIGHT, MARK = 720.0, 150.0, 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bin: its place in the drawing and what it counts."""

    x: float
    width: float
    height: float
    low: float
    high: float
    count: int
    positives: int
    negatives: int
    positive_height: float
    negative_height: float


@dataclass(frozen=True, slots=True)
class ScorePlot:
    """A drawn histogram; heights are on a logarithmic scale, since most of a corpus is not of the class."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, float], ...]
    low: float
    high: float
    threshold: float
    total: int

    @property
    def kept(self) -> int:
        """How many images score at least the threshold, to the precision of the bins."""
        return self.above(self.threshold)

    @property
    def step(self) -> float:
        """A convenient step of the slider."""
        return max((self.high - self.low) / 400, 1e-4)

    @property
    def line(self) -> float:
        """Where the threshold's line stands."""
        return round(min(max(self._place(self.threshold), 0.0), WIDTH), 1)

    def above(self, value: float) -> int:
        """How many images are in bins from `value` on; a bin cut by it counts by its share."""
        counted = 0.0
        for bar in self.bars:
            share = (bar.high - max(value, bar.low)) / (bar.high - bar.low) if bar.high > bar.low else 1.0
            counted += bar.count * min(max(share, 0.0), 1.0)
        return round(counted)

    def _place(self, value: float) -> float:
        return (value - self.low) / ((self.high - self.low) or 1.0) * WIDTH


def score_plot(histogram: Histogram) -> ScorePlot:
    """Lay a histogram out for drawing."""
    low, high = histogram.edges[0], histogram.edges[-1]
    span = (high - low) or 1.0
    most = math.log1p(max(histogram.counts, default=0)) or 1.0
    marked = max([*histogram.positives, *histogram.negatives, 1])
    bars = tuple(
        Bar(
            x=round((start - low) / span * WIDTH, 2),
            width=round(max((end - start) / span * WIDTH - 1.5, 1.0), 2),
            height=round(math.log1p(count) / most * HEIGHT, 1),
            low=start,
            high=end,
            count=count,
            positives=positive,
            negatives=negative,
            positive_height=round(MARK * math.sqrt(positive / marked), 1),
            negative_height=round(MARK * math.sqrt(negative / marked), 1),
        )
        for start, end, count, positive, negative in zip(
            histogram.edges,
            histogram.edges[1:],
            histogram.counts,
            histogram.positives,
            histogram.negatives,
            strict=False,
        )
    )
    ticks = tuple((round(share * WIDTH, 1), low + share * span) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return ScorePlot(bars, ticks, low, high, histogram.threshold, sum(histogram.counts))


@dataclass(frozen=True, slots=True)
class RoundPoint:
    """One round in the curve: its place, and which share of what was marked in it was positive."""

    x: float
    y: float
    number: int
    share: float
    positives: int
    marks: int
    found: int


CURVE_WIDTH, CURVE_HEIGHT = 720.0, 120.0


def round_curve(rounds: Sequence[RoundReport]) -> tuple[RoundPoint, ...]:
    """Rounds that were marked and not taken back, oldest first: how rich in positives each was, and the sum found."""
    marked = [one for one in reversed(rounds) if one.positives + one.negatives and one.undone_at is None]
    points: list[RoundPoint] = []
    found = 0
    for place, one in enumerate(marked):
        marks = one.positives + one.negatives
        found += one.positives
        share = one.positives / marks
        x = round(CURVE_WIDTH * (place / (len(marked) - 1) if len(marked) > 1 else 0.5), 1)
        points.append(
            RoundPoint(x, round(CURVE_HEIGHT * (1 - share), 1), one.number, share, one.positives, marks, found)
        )
    return tuple(points)
