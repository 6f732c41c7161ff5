"""`enrich`, `review`, `publish`, `export`: from a class to the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import counted, in_workspace, plain, progress_bar
from snoop_flow.facade import Workspace
from snoop_flow.reports import RefineReport

NAMES = click.argument("names", metavar="NAME...", nargs=-1, required=True)


@click.command()
@NAMES
@click.option("--collection", help="Slug of the only collection to enrich.")
@click.option("--threshold", type=float, help="Score from which on an item is proposed; by default the class's own.")
@click.option(
    "--refine/--no-refine",
    "refined",
    default=True,
    show_default=True,
    help="For classes of regions: draw the proposed boxes tighter around the objects.",
)
@in_workspace
def enrich(workspace: Workspace, names: Sequence[str], refined: bool, **options: Any) -> Any:
    """Score the whole corpus with classes, exactly, and keep proposals.

    \b
    Example:  snoop-flow enrich Balloons --threshold 0.2
    """
    with progress_bar("enrich") as progress:
        report = workspace.enrich(names, progress=progress, **options)
    speed = f"{report.items_per_second:.0f} items a second"
    text = f"{counted(report.scored, 'item')} scored, {report.predicted} proposed ({speed})"
    if not (refined and (able := workspace.refinable(names))):
        return report, text
    with progress_bar("refine") as progress:
        boxes = workspace.refine(able, progress=progress)
    return {**plain(report), "boxes": boxes}, f"{text}\n{_boxes(boxes)}"


@click.command()
@NAMES
@click.option("--device", default="cpu", show_default=True, help="Such as cpu or cuda.")
@in_workspace
def refine(workspace: Workspace, names: Sequence[str], device: str) -> Any:
    """Draw the boxes that classes of regions propose tighter around the objects.

    \b
    Example:  snoop-flow refine Initials
    """
    with progress_bar("refine") as progress:
        report = workspace.refine(names, device=device, progress=progress)
    return report, _boxes(report)


def _boxes(report: RefineReport) -> str:
    failed = f", {counted(report.failed, 'image')} could not be had" if report.failed else ""
    fitted = f"{report.unchanged} fitted already, {report.merged} were of the same object"
    return f"{counted(report.refined, 'box').replace('boxs', 'boxes')} refined, {fitted}{failed}"


@click.command()
@click.argument("name")
@click.option("--accept", multiple=True, metavar="ID", help="Item that belongs to the class; may be repeated.")
@click.option("--reject", multiple=True, metavar="ID", help="Item that does not; may be repeated.")
@click.option("--accept-above", type=float, metavar="T", help="Accept every proposal that scores at least T.")
@in_workspace
def review(workspace: Workspace, name: str, **options: Any) -> Any:
    """Accept or reject what a class proposes.

    \b
    Example:  snoop-flow review Balloons --accept-above 0.5 --reject 8xa1…
    """
    report = workspace.review(name, **options)
    text = f"{name}: {report.accepted} accepted, {report.rejected} rejected, {report.proposed} still to review"
    return {"class": name, **{n: getattr(report, n) for n in ("accepted", "rejected", "proposed")}}, text


@click.command()
@NAMES
@click.option("--policy", type=click.Choice(["accepted", "all"]), default="accepted", show_default=True)
@in_workspace
def publish(workspace: Workspace, names: Sequence[str], policy: str) -> Any:
    """Turn accepted predictions into annotations with stable ids; withdraw what no longer holds.

    \b
    Example:  snoop-flow publish Balloons
    """
    with progress_bar("publish") as progress:
        report = workspace.publish(names, policy=policy, progress=progress)
    changes = f"{report.changed} new or changed, {report.withdrawn} withdrawn"
    return report, f"{counted(report.annotations, 'annotation')} published ({changes})"


@click.command()
@click.argument("format_", metavar="FORMAT")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File or folder to write.")
@click.option("--class", "classes", multiple=True, metavar="NAME", help="Only this class; may be repeated.")
@click.option("--collection", help="Slug of the only collection to export.")
@in_workspace
def export(workspace: Workspace, format_: str, out: Path, classes: Sequence[str], collection: str | None) -> Any:
    """Write published annotations in a catalogue's FORMAT (see plugins), such as iiif, w3c or csv.

    \b
    Example:  snoop-flow export csv --out balloons.csv --class Balloons
    """
    report = workspace.export(format_, out, classes=list(classes) or None, collection=collection)
    return report, f"{counted(report.records, 'annotation')} in {counted(len(report.files), 'file')}: {out}"


COMMANDS = (enrich, refine, review, publish, export)
