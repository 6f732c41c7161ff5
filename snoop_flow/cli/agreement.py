"""`class disagreements`: where the people who mark a class disagree, and how far each agrees with the others."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.classes import class_
from snoop_flow.cli.options import counted, in_workspace
from snoop_flow.facade import Workspace
from snoop_flow.reports import AgreementReport, Disagreement

_SIGNS = {1: "+", -1: "−", 0: "?"}


@class_.command()
@click.argument("name")
@click.option("-n", "count", type=click.IntRange(1), default=20, show_default=True, help="Number of items.")
@click.option("--all", "settled", is_flag=True, help="List those that are settled, too.")
@in_workspace
def disagreements(workspace: Workspace, name: str, count: int, settled: bool) -> Any:
    """List the items on which people disagree, the most divided first, and how far people agree.

    \b
    Example:  snoop-flow class disagreements Balloons
    """
    report = workspace.agreement(name)
    found = workspace.disagreements(name, count=count, settled=settled)
    value = {"class": name, **{n: getattr(report, n) for n in _REPORTED}, "disagreements": found}
    return value, "\n".join([*_people(report), *map(_line, found)])


_REPORTED = ("annotators", "pairs", "contested", "settled")


def _people(report: AgreementReport) -> list[str]:
    if not report.annotators:
        return ["One person marks this class, so nobody disagrees."]
    lines = [
        f"{one.user}: {counted(one.marks, 'mark')}, {one.shared} of them on items that others marked, "
        f"right about {one.reliability:.0%} of the time"
        for one in report.annotators
    ]
    for one in report.pairs:
        kappa = "" if one.kappa is None else f" (kappa {one.kappa:.2f})"
        lines.append(f"{one.first} and {one.second}: agree on {one.agreed} of {one.common} common items{kappa}")
    return [*lines, f"{counted(report.contested, 'item')} contested, {report.settled} settled"]


def _line(one: Disagreement) -> str:
    said = ", ".join(f"{opinion.user} {_SIGNS[opinion.value]}" for opinion in one.opinions)
    value = {1: "positive", -1: "negative", 0: "undecided"}[one.card.mark or 0]
    settled = ", settled" if one.settled else f", {one.probability:.0%} likely a member"
    return f"  {one.card.item}  {said} → {value}{settled}  {one.card.label} — {one.card.record_label}"


COMMANDS: tuple[click.Command, ...] = ()  # it belongs to the group `class`
