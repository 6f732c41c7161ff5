"""`class …`: teaching from the command line, round by round."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import click

from snoop_flow.cli.classes import class_, class_line, counts_of, item_option
from snoop_flow.cli.options import counted, film_options, in_workspace, user_option
from snoop_flow.cli.search import named
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.reports import Card, RoundReport, SearchReport


@class_.command()
@click.argument("name")
@item_option("--positive", "positives", "Belongs to the class")
@item_option("--negative", "negatives", "Does not belong to it")
@item_option("--unsure", "unsure", "Cannot be decided")
@item_option("--clear", "clear", "Takes a mark back")
@click.option("--settle", is_flag=True, help="Decide for everybody, where people disagree.")
@click.option("--operation", metavar="ID", help="The operation's id: sending it again changes nothing.")
@user_option
@in_workspace
def mark(
    workspace: Workspace,
    name: str,
    positives: Sequence[str],
    negatives: Sequence[str],
    unsure: Sequence[str],
    clear: Sequence[str],
    operation: str | None,
    settle: bool,
    user: str | None,
) -> Any:
    """Mark items positive, negative or unsure; in a class of regions, boxes on them as ID#xywh=X,Y,W,H.

    \b
    Examples:  snoop-flow class mark Balloons --positive 5m2k… --negative 8xa1…
               snoop-flow class mark Initials --positive '5m2k…#xywh=100,80,300,300'
               snoop-flow class mark Balloons --user ada --negative 5m2k…
               snoop-flow class mark Balloons --settle --positive 5m2k…
    """
    values: dict[str, int | None] = {}
    for ids, value in ((positives, 1), (negatives, -1), (unsure, 0), (clear, None)):
        for id_ in ids:
            if values.setdefault(id_, value) != value:
                raise UsageError(f"item {id_} is marked in two ways; decide for one")
    if not values:
        raise UsageError("nothing to mark; give --positive, --negative, --unsure or --clear")
    workspace.mark(name, values, op_id=operation or uuid.uuid4().hex, settle=settle, user=user)
    summary = workspace.class_summary(name)
    return counts_of(summary), class_line(summary)


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
@film_options
@click.option("--preview", is_flag=True, help="Do not keep what is shown as a round of teaching.")
@user_option
@in_workspace
def suggest(workspace: Workspace, name: str, preview: bool, **options: Any) -> Any:
    """Suggest what to mark next; what is shown is kept as a round of teaching.

    \b
    Strategies: relevant, most-useful, ambiguous, discovery, random.
    Example:  snoop-flow class suggest Balloons --strategy most-useful -n 15
    """
    report = workspace.suggest(name, record=not preview, **options)
    return {"class": name, **_suggestions(report)}, _suggestion_text(report)


def _suggestions(report: SearchReport) -> dict[str, Any]:
    names = ("item", "score", "uri", "selector", "label", "thumbnail", "record", "why", "merged", "image")
    cards = [{name: getattr(card, name) for name in names} for card in report.cards]
    return {"suggestions": cards, "milliseconds": report.milliseconds}


def _suggestion_text(report: SearchReport) -> str:
    return "\n".join(map(_card_line, report.cards)) or "Nothing is left to suggest."


def _card_line(card: Card) -> str:
    others = f" (and {counted(card.merged, 'near duplicate')})" if card.merged else ""
    return f"{card.score or 0:8.3f}  {card.item}  {named(card)}{others}"


@class_.command()
@click.argument("name")
@click.option("-n", "limit", type=click.IntRange(1), default=20, show_default=True, help="Number of rounds.")
@in_workspace
def rounds(workspace: Workspace, name: str, limit: int) -> Any:
    """List the rounds of teaching, newest first: what was shown and how it was marked.

    \b
    Example:  snoop-flow class rounds Balloons
    """
    found = workspace.rounds(name, limit)
    text = "\n".join(map(_round_line, found)) or "No rounds yet; one begins with: snoop-flow class suggest"
    return {"class": name, "rounds": found}, text


def _round_line(one: RoundReport) -> str:
    versions = f"version {one.version_before}"
    versions += f" → {one.version_after}" if one.version_after != one.version_before else ""
    marks = f"+{one.positives} −{one.negatives} ?{one.unsure}"
    undone = f", undone {one.undone_at:%Y-%m-%d %H:%M}" if one.undone_at else ""
    return (
        f"{one.number}: {one.strategy}, {one.shown} shown, {marks}, {versions}, {one.created_at:%Y-%m-%d %H:%M}{undone}"
    )


@class_.command("undo-round")
@click.argument("name")
@click.argument("number", type=int, required=False)
@user_option
@in_workspace
def undo_round(workspace: Workspace, name: str, number: int | None, user: str | None) -> Any:
    """Take back the marks of round NUMBER, by default the latest with marks, and what was learned from them.

    \b
    Example:  snoop-flow class undo-round Balloons 3
    """
    done = workspace.undo_round(name, number, user=user)
    marks = f"+{done.positives} −{done.negatives} ?{done.unsure}"
    taken = f"Took back {counted(done.marks, 'mark')} of round {done.round}; {done.visual_class}: {marks}"
    return done, f"{taken}, version {done.version}"


@class_.command()
@click.argument("name")
@click.option("-n", "count", type=click.IntRange(1), default=10, show_default=True, help="Uncovered members shown.")
@in_workspace
def coverage(workspace: Workspace, name: str, count: int) -> Any:
    """Tell how well the positives span the class's likely members, and show those that lie farthest from any.

    \b
    Example:  snoop-flow class coverage Balloons
    """
    found = workspace.class_coverage(name, count=count)
    total = f"{found.share:.0%} of {counted(found.members, 'likely member')} have a positive near"
    sampled = f" (told from {found.sampled} of them)" if found.sampled < found.members else ""
    lines = [f"{total}{sampled}, with {counted(found.positives, 'positive')}", *map(_card_line, found.uncovered)]
    return {"class": name, **{n: getattr(found, n) for n in _COVERED}}, "\n".join(lines)


_COVERED = ("share", "members", "sampled", "positives", "uncovered")

COMMANDS: tuple[click.Command, ...] = ()  # they belong to the group `class`
