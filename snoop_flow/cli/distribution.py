"""`class distribution`: where in time, collections and places the hits of a class lie."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.classes import class_
from snoop_flow.cli.options import counted, in_workspace
from snoop_flow.facade import Workspace
from snoop_flow.reports import Distribution, Part

_BAR = 30  # characters


@class_.command()
@click.argument("name")
@click.option("--policy", type=click.Choice(["accepted", "all"]), default="all", show_default=True)
@click.option("--collection", help="Slug of the only collection to count in.")
@in_workspace
def distribution(workspace: Workspace, name: str, policy: str, collection: str | None) -> Any:
    """Count the hits of a class over time, by collection and by place, beside all images that it could find.

    Dates and places are read from the documents' metadata. What a class proposes is a prediction: an audit tells which
    share of it is right.

    \b
    Example:  snoop-flow class distribution Balloons --policy accepted
    """
    report = workspace.distribution(name, policy=policy, collection=collection)
    return report, "\n".join(_lines(report))


def _lines(report: Distribution) -> list[str]:
    lines = [f"{report.visual_class}: {_of(report.whole)} ({report.policy})"]
    if report.precision is not None:
        low, high = report.precision.interval
        lines.append(f"  of these, {report.precision.value:.0%} are right ({low:.0%} to {high:.0%}, by blind answers)")
    elif report.needed:
        lines.append("  predictions; how many are right is not known without an audit")
    most = max((one.rate or 0.0 for one in report.bins), default=0.0)
    for one in report.bins:
        years = f"{one.first}" if one.first == one.last else f"{one.first}–{one.last}"
        rate = "     –" if one.rate is None else f"{one.rate:6.1%}"
        bar = "█" * round(_BAR * (one.rate or 0.0) / most) if most else ""
        lines.append(f"  {years:>11} {one.hits:9.1f} of {one.images:9.1f}  {rate} {bar}".rstrip())
    lines.append(f"  undated: {_of(report.undated)}")
    for title, parts in (("collection", report.collections), ("place", report.places)):
        lines += [f"  {title} {one.title}: {_of(one)}" for one in parts if one.hits]
    return lines


def _of(part: Part) -> str:
    rate = "" if part.rate is None else f", {part.rate:.1%}"
    return f"{part.hits:g} of {counted(round(part.images), 'image')}{rate}"


COMMANDS: tuple[click.Command, ...] = ()  # it belongs to the group `class`
