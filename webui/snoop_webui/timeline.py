"""Hits over time as numbers for an inline SVG: how many, and which share of the images of those years."""

from __future__ import annotations

from dataclasses import dataclass

from snoop_flow.reports import Distribution

WIDTH, HEIGHT = 1000.0, 110.0
_LABELS = 12  # of years, at the most


@dataclass(frozen=True, slots=True)
class Column:
    """One bin: its place, and how high it stands in both halves of the drawing."""

    x: float
    width: float
    years: str
    hits: float
    images: float
    rate: float | None
    hits_height: float
    rate_height: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: hits above, rates below.

    Attributes:
        labels: place and year.
        most: hits of the highest column. highest: rate of the highest.
    """

    columns: tuple[Column, ...]
    labels: tuple[tuple[float, int], ...]
    most: float
    highest: float

    @property
    def peak(self) -> Column:
        """The column with the highest rate, of those that hold a hundredth of the images."""
        enough = sum(one.images for one in self.columns) / 100
        return max(self.columns, key=lambda one: (one.images >= enough, one.rate or 0.0))


def timeline(report: Distribution) -> Timeline | None:
    """Lay the bins of a report out for drawing; None where nothing is dated."""
    if not report.bins:
        return None
    step = WIDTH / len(report.bins)
    most = max(one.hits for one in report.bins)
    highest = max(one.rate or 0.0 for one in report.bins)
    columns = tuple(
        Column(
            x=round(place * step, 2),
            width=round(max(step - 1.5, 1.0), 2),
            years=str(one.first) if one.first == one.last else f"{one.first}–{one.last}",
            hits=one.hits,
            images=one.images,
            rate=one.rate,
            hits_height=round(HEIGHT * one.hits / most, 1) if most else 0.0,
            rate_height=round(HEIGHT * (one.rate or 0.0) / highest, 1) if highest else 0.0,
        )
        for place, one in enumerate(report.bins)
    )
    every = -(-len(columns) // _LABELS)
    labels = tuple((one.x, report.bins[place].first) for place, one in enumerate(columns) if place % every == 0)
    return Timeline(columns, labels, most, highest)
