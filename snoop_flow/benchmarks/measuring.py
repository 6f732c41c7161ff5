"""Timing several ways of doing one thing by turns, so that noise from elsewhere meets all of them alike."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of repeated runs; the best one tells what noise hides."""

    median: float
    p95: float
    best: float = 0.0


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What one run of a benchmark measured.

    Attributes:
        setting: what was measured on: sizes, seeds, machine.
        floor_milliseconds: median of the least that any implementation must do.
        milliseconds: ours.
        peers: other ways to the same answer.
        ratios: `to_floor` is ours ÷ floor (1 is perfect); `to_PEER` is peer ÷ ours (above 1 we are faster).
        exact: ours gives the same answer as a full scan of the originals.
        details: whatever else a benchmark tells.
    """

    name: str
    setting: Mapping[str, Any]
    floor_milliseconds: float
    milliseconds: Timing
    peers: Mapping[str, Timing]
    ratios: Mapping[str, float]
    exact: bool
    details: Mapping[str, Any] = field(default_factory=dict)


def timed(action: Callable[[], object], repeats: int = 5) -> Timing:
    """Run something once to warm it up, then so many times."""
    return timed_together({"": action}, repeats)[""]


def timed_together(
    actions: Mapping[str, Callable[[], object]],
    repeats: int = 5,
    before: Mapping[str, Callable[[], object]] | None = None,
) -> dict[str, Timing]:
    """Time several actions by turns, each warmed up once; what some need done `before` is not counted."""
    prepare = before or {}
    for name, action in actions.items():
        prepare.get(name, _nothing)()
        action()
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            prepare.get(name, _nothing)()
            started = time.perf_counter()
            action()
            taken[name].append(1000 * (time.perf_counter() - started))
    return {name: timing_of(values) for name, values in taken.items()}


def _nothing() -> None:
    pass


def timing_of(values: Sequence[float]) -> Timing:
    """Median, 95th percentile and minimum of milliseconds."""
    numbers = (float(np.median(values)), float(np.quantile(values, 0.95)), float(np.min(values)))
    return Timing(*(round(number, 3) for number in numbers))


def report_of(
    name: str,
    setting: Mapping[str, Any],
    timings: Mapping[str, Timing],
    *,
    exact: bool,
    details: Mapping[str, Any] | None = None,
) -> BenchReport:
    """A report from timings of which two are called `floor` and `ours`, the others being peers."""
    floor, ours = timings["floor"], timings["ours"]
    peers = {peer: timing for peer, timing in timings.items() if peer not in ("floor", "ours")}
    ratios = {"to_floor": round(ours.median / floor.median, 2)}
    ratios |= {f"to_{peer}": round(timing.median / ours.median, 2) for peer, timing in peers.items()}
    machine = {"processor": platform.machine(), "cores": len(os.sched_getaffinity(0))}
    return BenchReport(name, {**setting, **machine}, floor.median, ours, peers, ratios, exact, details or {})
