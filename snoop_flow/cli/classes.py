"""`class …`: the interactive loop, from the command line."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import Function, counted, in_workspace
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.reports import ClassSummary, SearchReport


def _items(name: str, parameter: str, help_: str) -> Callable[[Function], Function]:
    return click.option(name, parameter, multiple=True, metavar="ID", help=f"{help_}; may be repeated.")


@click.group("class")
def class_() -> None:
    """Create, teach and share visual classes."""


def _counts(summary: ClassSummary) -> dict[str, Any]:
    return {
        "class": summary.visual_class.name,
        "id": summary.visual_class.id,
        "version": summary.visual_class.version,
        "positives": summary.positives,
        "negatives": summary.negatives,
        "unsure": summary.unsure,
    }


def _line(summary: ClassSummary) -> str:
    version = f"version {summary.visual_class.version}" if summary.versions else "not fitted yet"
    marks = f"+{summary.positives} −{summary.negatives} ?{summary.unsure}"
    return f"{summary.visual_class.name}: {marks}, {version}, {counted(summary.annotations, 'annotation')}"


@class_.command()
@click.argument("name")
@click.option("--definition", default="", help="What belongs to the class, and what does not.")
@click.option("--concept", "concept_uri", default="", metavar="URI", help="Concept of a vocabulary, such as Wikidata.")
@click.option("--label", "labels", multiple=True, metavar="LANG=TEXT", help="Label in a language; may be repeated.")
@_items("--positive", "positives", "An item that belongs to it")
@click.option("--backbone", metavar="NAME", help="Backbone whose vectors it is taught on.")
@in_workspace
def create(workspace: Workspace, name: str, labels: Sequence[str], **options: Any) -> Any:
    """Create the class NAME.

    \b
    Example:  snoop-flow class create Balloons --label fr=Montgolfières --positive 5m2k…
    """
    workspace.create_class(name, labels=_labels(labels), **options)
    summary = workspace.class_summary(name)
    return _counts(summary), _line(summary)


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
    value = {"classes": [_counts(summary) for summary in summaries]}
    return value, "\n".join(map(_line, summaries)) or "No classes yet; create one with: snoop-flow class create"


@class_.command()
@click.argument("name")
@in_workspace
def show(workspace: Workspace, name: str) -> Any:
    """Show a class with its marks, versions and predictions.

    \b
    Example:  snoop-flow class show Balloons
    """
    summary = workspace.class_summary(name)
    value = {**_counts(summary), "marks": workspace.marks(name), "summary": summary}
    lines = [_line(summary), f"  definition: {summary.visual_class.definition or '—'}"]
    lines.append("  predictions: " + ", ".join(f"{count} {status}" for status, count in summary.predictions.items()))
    lines += [
        f"  version {one.version}: +{one.positives} −{one.negatives}, threshold {one.threshold:.2f}, "
        f"{one.created_at:%Y-%m-%d %H:%M}"
        for one in summary.models
    ]
    return value, "\n".join(lines)


@class_.command()
@click.argument("name")
@_items("--positive", "positives", "Belongs to the class")
@_items("--negative", "negatives", "Does not belong to it")
@_items("--unsure", "unsure", "Cannot be decided")
@_items("--clear", "clear", "Takes a mark back")
@click.option("--operation", metavar="ID", help="The operation's id: sending it again changes nothing.")
@in_workspace
def mark(
    workspace: Workspace,
    name: str,
    positives: Sequence[str],
    negatives: Sequence[str],
    unsure: Sequence[str],
    clear: Sequence[str],
    operation: str | None,
) -> Any:
    """Mark items positive, negative or unsure.

    \b
    Example:  snoop-flow class mark Balloons --positive 5m2k… --negative 8xa1…
    """
    values: dict[str, int | None] = {}
    for ids, value in ((positives, 1), (negatives, -1), (unsure, 0), (clear, None)):
        for id_ in ids:
            if values.setdefault(id_, value) != value:
                raise UsageError(f"item {id_} is marked in two ways; decide for one")
    if not values:
        raise UsageError("nothing to mark; give --positive, --negative, --unsure or --clear")
    workspace.mark(name, values, op_id=operation or uuid.uuid4().hex)
    summary = workspace.class_summary(name)
    return _counts(summary), _line(summary)


@class_.command()
@click.argument("name")
@in_workspace
def fit(workspace: Workspace, name: str) -> Any:
    """Learn a new version of the class from its marks.

    \b
    Example:  snoop-flow class fit Balloons
    """
    report = workspace.fit(name)
    value = {"class": report.visual_class, **{n: getattr(report, n) for n in _FITTED}}
    text = f"{report.visual_class}: version {report.version} from +{report.positives} −{report.negatives}"
    return value, f"{text} in {report.milliseconds} ms"


_FITTED = ("version", "positives", "negatives", "milliseconds")


@class_.command()
@click.argument("name")
@click.option("--strategy", default="relevant", show_default=True, metavar="NAME", help="Query strategy (see plugins).")
@click.option("-n", "count", type=click.IntRange(1), default=15, show_default=True, help="Number of items.")
@click.option("--collection", help="Slug of the only collection to look in.")
@click.option("--discovery-rate", type=click.FloatRange(0, 1), default=0.2, show_default=True)
@click.option("--window", nargs=2, type=float, metavar="LOW HIGH", help="Only items that score within.")
@in_workspace
def suggest(workspace: Workspace, name: str, **options: Any) -> Any:
    """Suggest what to mark next.

    \b
    Strategies: relevant, most-useful, ambiguous, discovery, random.
    Example:  snoop-flow class suggest Balloons --strategy most-useful -n 15
    """
    report = workspace.suggest(name, **options)
    return {"class": name, **_suggestions(report)}, _suggestion_text(report)


def _suggestions(report: SearchReport) -> dict[str, Any]:
    names = ("item", "score", "uri", "selector", "label", "thumbnail", "record", "why")
    cards = [{name: getattr(card, name) for name in names} for card in report.cards]
    return {"suggestions": cards, "milliseconds": report.milliseconds}


def _suggestion_text(report: SearchReport) -> str:
    lines = [f"{card.score or 0:8.3f}  {card.item}  {card.label} — {card.record_label}" for card in report.cards]
    return "\n".join(lines) or "Nothing is left to suggest."


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
    return _counts(summary), _line(summary)


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
    return _counts(summary), _line(summary)


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
