"""Curves of quality against marks as a picture; needs the extra `bench` (matplotlib)."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError

Curves = Mapping[str, Sequence[float | None]]

_ACROSS = 3
_FORMATS = ("png", "svg", "pdf")


def plot_curves(path: Path, panels: Mapping[str, Curves], marks: Sequence[int], ours: Sequence[str]) -> None:
    """Draw one panel for each measure, one line for each learner, ours thick.

    Args:
        path: ends in .png, .svg or .pdf; its folder is made.
        panels: measure → learner → a value per round.
        marks: given until each round.
        ours: learners that are drawn thick.

    Raises:
        UsageError: matplotlib is not installed, or the file cannot be written in that format.
    """
    kind = check_plot(path)
    figure = importlib.import_module("matplotlib.figure").Figure(layout="constrained")
    down = -(-len(panels) // _ACROSS)
    figure.set_size_inches(4.2 * min(len(panels), _ACROSS), 3.4 * down + 0.8)
    for place, (title, curves) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(down, min(len(panels), _ACROSS), place)
        for number, (name, values) in enumerate(curves.items()):
            _line(axes, name, values, marks, number, name in ours)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("marks", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=110, metadata={"Date": None} if kind == "svg" else None)
    except OSError as error:
        raise UsageError(f"{path}: the plot cannot be written ({error})") from error


def check_plot(path: Path) -> str:
    """The format of a plot's file; raises `UsageError` before any long work where it could not be drawn."""
    kind = path.suffix.lstrip(".").lower()
    if kind not in _FORMATS:
        raise UsageError(f"{path}: a plot is written as one of {', '.join('.' + one for one in _FORMATS)}")
    try:
        importlib.import_module("matplotlib")
    except ImportError as error:
        raise UsageError("plots need matplotlib; run: pip install 'snoop-flow[bench]'") from error
    return kind


def _line(axes: Any, name: str, values: Sequence[float | None], marks: Sequence[int], number: int, ours: bool) -> None:
    points = [(mark, value) for mark, value in zip(marks, values, strict=True) if value is not None]
    style = {"linewidth": 2.6, "zorder": 3} if ours else {"linewidth": 1.3, "linestyle": ("--", "-.", ":")[number % 3]}
    if points:
        axes.plot(*zip(*points, strict=True), label=name, color=f"C{number % 10}", **style)
