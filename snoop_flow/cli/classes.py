"""`class …`: creating, showing, copying and sharing classes; `snoop_flow.cli.teaching` adds what teaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.backbones import moved_line
from snoop_flow.cli.options import Function, counted, in_workspace, user_option
from snoop_flow.cli.search import picture_of, region_of
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.frugality import energy_text
from snoop_flow.reports import ClassCost, ClassSummary
from snoop_flow.searching import Query


def item_option(name: str, parameter: str, help_: str) -> Callable[[Function], Function]:
    """An option that takes the id of an item and may be repeated."""
    return click.option(name, parameter, multiple=True, metavar="ID", help=f"{help_}; may be repeated.")


@click.group("class")
def class_() -> None:
    """Create, teach and share visual classes."""


def counts_of(summary: ClassSummary) -> dict[str, Any]:
    """A class in numbers."""
    return {
        "class": summary.visual_class.name,
        "id": summary.visual_class.id,
        "version": summary.visual_class.version,
        "positives": summary.positives,
        "negatives": summary.negatives,
        "unsure": summary.unsure,
    }


def class_line(summary: ClassSummary) -> str:
    """A class in one line."""
    version = f"version {summary.visual_class.version}" if summary.versions else "not fitted yet"
    marks = f"+{summary.positives} −{summary.negatives} ?{summary.unsure}"
    of = " (of regions)" if summary.regions else ""
    return f"{summary.visual_class.name}{of}: {marks}, {version}, {counted(summary.annotations, 'annotation')}"


def frugality_line(cost: ClassCost) -> str:
    """What a class took, for people: `12 marks, 3 minutes, 40 J of computing (…); marking everything …`."""
    parts = [counted(cost.marks, "mark"), f"{cost.minutes:g} minutes"]
    if energy := energy_text(cost.joules, cost.method):
        parts.append(energy)
    return ", ".join(parts) + _exhaustive(cost)


def _exhaustive(cost: ClassCost) -> str:
    if cost.exhaustive_hours is None or cost.seconds_per_mark is None:
        return ""
    hours = cost.exhaustive_hours
    time = f"{hours:.0f} hours" if hours >= 2 else f"{60 * hours:.0f} minutes"
    pace = f"{counted(cost.items, 'item')} at {cost.seconds_per_mark:.1f} s each"
    return f"; marking everything would have taken {time} ({pace})"


@class_.command()
@click.argument("name")
@click.option("--definition", default="", help="What belongs to the class, and what does not.")
@click.option("--concept", "concept_uri", default="", metavar="URI", help="Concept of a vocabulary, such as Wikidata.")
@click.option("--label", "labels", multiple=True, metavar="LANG=TEXT", help="Label in a language; may be repeated.")
@item_option("--positive", "positives", "An item that belongs to it, or a box on one as ID#xywh=X,Y,W,H")
@click.option("--regions", is_flag=True, help="A class of parts of images (see: snoop-flow segment).")
@click.option("--text", help="Start from a text, where the backbone reads texts.")
@click.option("--image", metavar="FILE-or-URL", help="Start from an image outside the corpus.")
@item_option("--item", "items", "Start from an item, without marking it")
@click.option("--region", metavar="ID#xywh=X,Y,W,H", help="Start from a box on an item, in canvas pixels.")
@click.option("--backbone", metavar="NAME", help="Backbone whose vectors it is taught on.")
@user_option
@in_workspace
def create(
    workspace: Workspace,
    name: str,
    labels: Sequence[str],
    text: str | None,
    image: str | None,
    items: Sequence[str],
    region: str | None,
    **options: Any,
) -> Any:
    """Create the class NAME, perhaps with something to start from before anything is marked.

    \b
    Examples:  snoop-flow class create Balloons --label fr=Montgolfières --positive 5m2k…
               snoop-flow class create Anchors --image anchor.jpg
               snoop-flow class create Seals --positive '5m2k…#xywh=100,80,300,300'
    """
    data, url = picture_of(image)
    start = Query(text=text, image=data, url=url, items=items, region=region_of(region))
    note = f"image: {Path(image).name}" if data is not None and image and not (text or items or region) else ""
    begins = bool(text) or start.pictorial
    if text is not None and not text.strip():
        raise UsageError("the text to start from is empty; give some words")
    workspace.create_class(name, labels=_labels(labels), start=start if begins else None, start_note=note, **options)
    summary = workspace.class_summary(name)
    return counts_of(summary), class_line(summary)


def _labels(labels: Sequence[str]) -> dict[str, tuple[str, ...]] | None:
    found: dict[str, tuple[str, ...]] = {}
    for label in labels:
        language, sign, text = label.partition("=")
        if not sign or not text:
            raise UsageError(f"label {label!r}: write it as LANG=TEXT, such as fr=Affiches")
        found[language] = (*found.get(language, ()), text)
    return found or None


@class_.command("list")
@in_workspace
def list_(workspace: Workspace) -> Any:
    """List the classes.

    \b
    Example:  snoop-flow class list
    """
    summaries = workspace.classes()
    value = {"classes": [counts_of(summary) for summary in summaries]}
    return value, "\n".join(map(class_line, summaries)) or "No classes yet; create one with: snoop-flow class create"


@class_.command()
@click.argument("name")
@in_workspace
def show(workspace: Workspace, name: str) -> Any:
    """Show a class with its marks, versions and predictions.

    \b
    Example:  snoop-flow class show Balloons
    """
    summary = workspace.class_summary(name)
    value = {**counts_of(summary), "marks": workspace.marks(name), "summary": summary}
    lines = [class_line(summary), f"  definition: {summary.visual_class.definition or '—'}"]
    if summary.visual_class.start is not None:
        lines.append(f"  started from {summary.visual_class.start_note or 'a vector'}")
    lines.append("  predictions: " + ", ".join(f"{count} {status}" for status, count in summary.predictions.items()))
    lines.append(f"  {frugality_line(summary.cost)}")
    lines += [
        f"  version {one.version}: +{one.positives} −{one.negatives}, threshold {one.threshold:.2f}, "
        f"{one.created_at:%Y-%m-%d %H:%M}"
        for one in summary.models
    ]
    return value, "\n".join(lines)


@class_.command("export")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@in_workspace
def export_(workspace: Workspace, name: str, path: Path) -> Any:
    """Write the class to a small file that another installation can import.

    \b
    Example:  snoop-flow class export Balloons balloons.class.json
    """
    workspace.export_class(name, path)
    return {"class": name, "files": [str(path)]}, f"Wrote {path}"


@class_.command("import")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", help="Another name than the one in the file.")
@in_workspace
def import_(workspace: Workspace, path: Path, name: str | None) -> Any:
    """Read a class from a file; its backbone must be embedded here.

    \b
    Example:  snoop-flow class import balloons.class.json
    """
    found = workspace.import_class(path, name)
    summary = workspace.class_summary(found.id)
    return counts_of(summary), class_line(summary)


@class_.command()
@click.argument("name")
@click.argument("new_name")
@in_workspace
def fork(workspace: Workspace, name: str, new_name: str) -> Any:
    """Copy a class under NEW_NAME, to go on from there.

    \b
    Example:  snoop-flow class fork Balloons "Gas balloons"
    """
    workspace.fork_class(name, new_name)
    summary = workspace.class_summary(new_name)
    return counts_of(summary), class_line(summary)


@class_.command()
@click.argument("name")
@click.option("--backbone", metavar="NAME", required=True, help="Backbone that items were embedded with.")
@in_workspace
def move(workspace: Workspace, name: str, backbone: str) -> Any:
    """Teach a class on the vectors of another backbone, fitted anew on its marks.

    The class gets a new version; those before, and the predictions made by them, stay until it is enriched again.

    \b
    Example:  snoop-flow class move Balloons --backbone dinov2-base
    """
    report = workspace.move_class(name, backbone)
    return report, moved_line(report)


@class_.command()
@click.argument("name")
@in_workspace
def delete(workspace: Workspace, name: str) -> Any:
    """Delete a class with its marks and predictions; a published class cannot be deleted.

    \b
    Example:  snoop-flow class delete Balloons
    """
    workspace.delete_class(name)
    return {"class": name, "deleted": True}, f"Deleted {name}"


COMMANDS = (class_,)
