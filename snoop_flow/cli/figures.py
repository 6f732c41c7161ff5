"""Figures of a blind audit, as text and as JSON."""

from __future__ import annotations

from typing import Any

from snoop_flow.cli.options import counted
from snoop_flow.reports import AuditFigures, Figure

_NAMES = (
    "proposed",
    "unmarked",
    "precision",
    "recall",
    "f1",
    "members",
    "hits",
    "missed",
    "precision_unmarked",
)


def figure_values(figures: AuditFigures | None) -> dict[str, Any]:
    """All figures by name; null where nothing is estimated yet."""
    return {name: None if figures is None else getattr(figures, name) for name in _NAMES}


def share(figure: Figure | None) -> str:
    """A share with its interval in percent."""
    if figure is None:
        return "—"
    low, high = figure.interval
    return f"{figure.value:.0%} ({low:.0%} to {high:.0%})"


def amount(figure: Figure) -> str:
    """A number with its interval."""
    low, high = figure.interval
    return f"{figure.value:.0f} ({low:.0f} to {high:.0f})"


def figure_lines(one: AuditFigures) -> list[str]:
    """What an enrichment gives, line by line."""
    return [
        f"  proposed   {counted(one.proposed, 'item')}, {one.unmarked} of them not marked yet",
        f"  precision  {share(one.precision)}; of those not marked {share(one.precision_unmarked)}",
        f"  recall     {share(one.recall)}",
        f"  members    {amount(one.members)}: {amount(one.hits)} proposed, {amount(one.missed)} missed",
    ]
