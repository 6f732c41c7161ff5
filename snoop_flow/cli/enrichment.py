"""`enrich`, `review`, `publish`, `export`: from a class to the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.figures import figure_lines, figure_values
from snoop_flow.cli.options import cost_text, counted, in_workspace, plain, progress_bar, user_option
from snoop_flow.facade import Workspace
from snoop_flow.frugality import Cost
from snoop_flow.reports import EnrichedClass, EnrichReport, ExpectedHits, RefineReport

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
@click.option("--floor", type=float, help="Lower score from which on an item is proposed as uncertain.")
@click.option("--most", type=click.IntRange(1), help="Proposals of each class that may wait for review; the best stay.")
@click.option("--all", "everything", is_flag=True, help="Score all items again, not only what is new.")
@click.option("--dry-run", is_flag=True, help="Only tell how many proposals to expect, and how many of them are right.")
@in_workspace
def enrich(workspace: Workspace, names: Sequence[str], dry_run: bool, refined: bool, **options: Any) -> Any:
    """Score the whole corpus with classes, exactly, and keep proposals.

    A second run scores only what is new: all items for a new version of a class or a lower threshold, else the items
    embedded since.

    \b
    Examples:  snoop-flow enrich Balloons --threshold 0.2
               snoop-flow enrich Balloons Maps Posters --floor -0.3 --most 500
               snoop-flow enrich Balloons --dry-run
    """
    if dry_run:
        return _expected(workspace, names, options)
    with progress_bar("enrich") as progress:
        report = workspace.enrich(names, progress=progress, **options)
    text = "\n".join([_enriched(one) for one in report.classes] + _speed(report))
    if not (refined and (able := workspace.refinable(names))):
        return report, text + cost_text(report.cost)
    with progress_bar("refine") as progress:
        boxes = workspace.refine(able, progress=progress)
    cost = Cost.of(report.cost) + Cost.of(boxes.cost)
    return {**plain(report), "boxes": boxes}, f"{text}\n{_boxes(boxes)}" + cost_text(cost.as_json())


def _enriched(one: EnrichedClass) -> str:
    parts = [f"{counted(one.scored, 'item')} scored, {one.predicted} proposed"]
    parts += [f"{one.uncertain} uncertain"] if one.uncertain else []
    parts += [f"{one.withdrawn} withdrawn"] if one.withdrawn else []
    parts += [f"{one.skipped} known from before"] if one.skipped else []
    return f"{one.name}, version {one.version}: {', '.join(parts)}"


def _expected(workspace: Workspace, names: Sequence[str], options: Mapping[str, Any]) -> Any:
    asked = {name: options[name] for name in ("threshold", "collection")}
    found = [workspace.expected_hits(name, **asked) for name in names]
    values = [
        {
            "class": one.visual_class,
            **{name: getattr(one, name) for name in ("version", "threshold", "scored")},
            **figure_values(one.figures),
            "proposed": one.proposed,
            "unmarked": one.unmarked,
            "notes": one.notes,
        }
        for one in found
    ]
    return {"expected": values}, "\n".join(line for one in found for line in _expectation(one))


def _expectation(one: ExpectedHits) -> list[str]:
    lines = [
        f"{one.visual_class}, version {one.version}, from a score of {one.threshold:.3f} on: of "
        f"{counted(one.scored, 'item')}, {one.proposed} would be proposed, {one.unmarked} of them not marked yet"
    ]
    if one.figures is None:
        lines.append("  how many of them are right, and how many are missed, nobody can tell without blind answers")
    else:
        lines += figure_lines(one.figures)[1:]
    return lines + [f"  note: {note}" for note in one.notes]


def _speed(report: EnrichReport) -> list[str]:
    if not report.scored:
        return ["Nothing was new; --all scores everything again"]
    return [f"{report.items_per_second:.0f} scores a second"]


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
    return report, _boxes(report) + cost_text(report.cost)


def _boxes(report: RefineReport) -> str:
    failed = f", {counted(report.failed, 'image')} could not be had" if report.failed else ""
    fitted = f"{report.unchanged} stayed as they were, {report.merged} were of the same object"
    return f"{report.refined} {'box' if report.refined == 1 else 'boxes'} refined, {fitted}{failed}"


@click.command()
@click.argument("name")
@click.option("--accept", multiple=True, metavar="ID", help="Item that belongs to the class; may be repeated.")
@click.option("--reject", multiple=True, metavar="ID", help="Item that does not; may be repeated.")
@click.option("--accept-above", type=float, metavar="T", help="Accept every proposal that scores at least T.")
@user_option
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
    text = f"{counted(report.records, 'annotation')} in {counted(len(report.files), 'file')}: {out}"
    return report, f"{text}\n{report.left_out}" if report.left_out else text


@click.command()
@click.argument("target", metavar="TARGET")
@click.option("--class", "classes", multiple=True, metavar="NAME", help="Only this class; may be repeated.")
@click.option("--kind", type=click.Choice(["w3c", "sas", "files"]), help="What TARGET is; by default told by its form.")
@click.option("--allow-host", "allow_hosts", multiple=True, metavar="HOST:PORT", help="Private server to write to.")
@in_workspace
def push(
    workspace: Workspace, target: str, classes: Sequence[str], kind: str | None, allow_hosts: Sequence[str]
) -> Any:
    """Send published annotations to TARGET: an annotation container, a SimpleAnnotationServer, or a folder.

    What is there already is changed only where it differs; what was withdrawn here is removed there. It may be
    repeated, also after it was cut. A token of the server comes from SNOOP_FLOW_PUSH_TOKEN.

    \b
    Examples:  snoop-flow push https://annotations.example.org/balloons/ --class Balloons
               snoop-flow push https://sas.example.org/annotation --kind sas
               snoop-flow push published/annotations
    """
    with progress_bar("push") as progress:
        report = workspace.push(
            target, classes_=list(classes) or None, kind=kind or "", allow_hosts=allow_hosts, progress=progress
        )
    text = f"{report.sent} sent, {report.updated} updated, {report.removed} removed, {report.unchanged} unchanged"
    text += f", {counted(report.verdicts, 'verdict')}" if report.verdicts else ""
    lines = [f"  {one['annotation']}: {one['reason']}" for one in report.failed]
    return report, "\n".join([f"{text}, {len(lines)} refused" if lines else text, *lines])


COMMANDS = (enrich, refine, review, publish, export, push)
