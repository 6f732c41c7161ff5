"""`class audit`: blind answers, and what they tell of a class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.answers import read_answers
from snoop_flow.cli.classes import class_, item_option
from snoop_flow.cli.figures import figure_lines, figure_values, share
from snoop_flow.cli.options import Function, counted, in_workspace, user_option
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.reports import AuditReport, AuditSheet, AuditSummary, ThresholdChoice


def _options(command: Function) -> Function:
    for option in reversed(
        (
            click.argument("name"),
            click.option("--next", "count", type=click.IntRange(1), metavar="N", help="Ask for N items to judge."),
            click.option("--new", "fresh", is_flag=True, help="With --next: draw a new sample."),
            click.option(
                "--seed", type=click.IntRange(0), metavar="N", help="With --next: draw by this seed, to repeat it."
            ),
            click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help="File of item,answer."),
            item_option("--yes", "yes", "Belongs to the class"),
            item_option("--no", "no", "Does not belong to it"),
            item_option("--unsure", "unsure", "Cannot be decided"),
            item_option("--clear", "clear", "Takes an answer back"),
            click.option("--threshold", type=float, metavar="T", help="Give the figures at this score."),
            click.option("--precision", type=float, metavar="P", help="Find the thresholds that keep it, such as 0.9."),
            click.option("--cautious", is_flag=True, help="With --apply: the threshold whose interval keeps it."),
            click.option("--apply", "apply_", is_flag=True, help="Make the threshold the class's own."),
            click.option("--curve", is_flag=True, help="Show the figures at many thresholds."),
            click.option("--version", type=click.IntRange(1), help="Of the class, by default the newest."),
            click.option("--learn", is_flag=True, help="Turn the answers into marks: later versions need a new audit."),
        )
    ):
        command = option(command)
    return command


@class_.command()
@_options
@user_option
@in_workspace
def audit(
    workspace: Workspace,
    name: str,
    count: int | None,
    fresh: bool,
    seed: int | None,
    answers: Path | None,
    learn: bool,
    user: str | None,
    **options: Any,
) -> Any:
    """Judge items blindly, and see how precise and how complete the class is.

    The items asked are a sample of the whole corpus. From 30 answers on, precision, recall and the number of members
    are estimated, each with the interval that holds the truth 95 times of 100. Nothing is learned from the answers
    unless you ask for it with --learn.

    \b
    Examples:  snoop-flow class audit Balloons --next 20
               snoop-flow class audit Balloons --yes 5m2k… --no 8xa1…
               snoop-flow class audit Balloons --answers judged.csv
               snoop-flow class audit Balloons --precision 0.9 --apply
    """
    given = _given(answers, **{name_: options.pop(name_) for name_ in ("yes", "no", "unsure", "clear")})
    if (fresh or seed is not None) and count is None:
        raise UsageError("--new and --seed draw a sample to ask from; say how many items to ask with --next")
    if given:
        workspace.audit_answers(name, given, user=user)
    if learn:
        return _learned(workspace, name)
    if count is not None:
        sheet = workspace.audit_next(name, count, fresh=fresh, seed=seed)
        return {"class": sheet.visual_class, **_sheet_values(sheet)}, _sheet_text(sheet)
    return _reported(workspace, name, **options)


def _given(path: Path | None, **ids: Sequence[str]) -> dict[str, int | None]:
    values: dict[str, int | None] = read_answers(path) if path else {}
    for name, value in (("yes", 1), ("no", -1), ("unsure", 0), ("clear", None)):
        for id_ in ids[name]:
            if values.setdefault(id_, value) != value:
                raise UsageError(f"item {id_} is answered in two ways; decide for one")
    return values


def _learned(workspace: Workspace, name: str) -> Any:
    done = workspace.learn_audit(name)
    value = {"class": done.visual_class, **{n: getattr(done, n) for n in ("audits", "marks", "positives", "negatives")}}
    return value, (
        f"{done.visual_class}: {counted(done.marks, 'answer')} became marks (+{done.positives} −{done.negatives} "
        f"?{done.unsure}).\nVersions fitted from now on need a new audit: snoop-flow class audit {name!r} --next 20"
    )


def _sheet_values(sheet: AuditSheet) -> dict[str, Any]:
    names = ("item", "uri", "selector", "label", "thumbnail", "record")
    cards = [{name: getattr(card, name) for name in names} for card in sheet.cards]
    return {"audit": sheet.audit, "version": sheet.version, "answered": sheet.answered, "items": cards}


def _sheet_text(sheet: AuditSheet) -> str:
    if not sheet.cards:
        return "Nothing is left to ask: every item is marked or judged."
    lines = [f"{card.item}  {card.label} — {card.record_label}  {card.uri}" for card in sheet.cards]
    return "\n".join(
        [
            f"{sheet.visual_class}: {counted(len(sheet.cards), 'item')} to judge, {sheet.answered} answered so far",
            *lines,
            f"Answer with: snoop-flow class audit {sheet.visual_class!r} --yes ID --no ID --unsure ID",
        ]
    )


def _reported(workspace: Workspace, name: str, *, apply_: bool, cautious: bool, curve: bool, **options: Any) -> Any:
    if apply_ and options["version"] is not None:
        raise UsageError("--apply chooses the newest version's threshold; leave --version out")
    report = workspace.audit_report(name, **options)
    applied = _chosen(report, options["threshold"], cautious) if apply_ else None
    if applied is not None:
        workspace.set_threshold(name, applied)
    return _values(report, applied, curve), _text(report, applied, curve)


def _chosen(report: AuditReport, threshold: float | None, cautious: bool) -> float:
    if report.wanted is None:
        if threshold is None:
            raise UsageError("nothing to apply; give --threshold T, or --precision P once there are enough answers")
        return threshold
    kept = report.wanted.cautious if cautious else report.wanted.estimated
    if kept is None:
        raise UsageError(
            f"no threshold keeps a precision of {report.wanted.precision:g}; ask for less, or teach the class further"
        )
    return kept.threshold


def _values(report: AuditReport, applied: float | None, curve: bool) -> dict[str, Any]:
    names = ("version", "threshold", "answers", "yes", "no", "unsure", "needed", "effective")
    value = {"class": report.visual_class, **{name: getattr(report, name) for name in names}}
    value |= figure_values(report.figures)
    value |= {"calibration": report.calibration, "wanted": report.wanted, "applied": applied}
    value |= {"notes": report.notes, "audits": report.audits}
    return value | ({"curve": report.curve} if curve else {})


def _text(report: AuditReport, applied: float | None, curve: bool) -> str:
    unsure = f", {report.unsure} unsure" if report.unsure else ""
    lines = [
        f"{report.visual_class}, version {report.version}: {counted(report.answers, 'blind answer')} "
        f"({report.yes} yes, {report.no} no{unsure})"
    ]
    if report.figures is not None:
        lines += [f"from a score of {report.threshold:.3f} on:", *figure_lines(report.figures)]
    if report.wanted is not None:
        lines += _wanted_lines(report.wanted)
    if applied is not None:
        lines.append(f"the class's threshold is now {applied:.4f}")
    if curve:
        lines += ["", f"{'threshold':>10}{'proposed':>10}{'precision':>22}{'recall':>22}"]
        lines += [
            f"{one.threshold:10.3f}{one.proposed:10}{share(one.precision):>22}{share(one.recall):>22}"
            for one in report.curve
        ]
    if report.calibration is not None:
        chance = report.calibration.probability(0.0)
        lines.append(f"calibrated: an item with a score of 0 belongs with a probability of {chance:.0%}")
    lines += [f"note: {note}" for note in report.notes]
    return "\n".join(lines + [_audit_line(one) for one in report.audits])


def _wanted_lines(wanted: ThresholdChoice) -> list[str]:
    lines = []
    for how, one in (("by the estimate", wanted.estimated), ("by the interval", wanted.cautious)):
        found = (
            "no threshold keeps it"
            if one is None
            else (f"from {one.threshold:.4f} on, {counted(one.proposed, 'item')}, recall {share(one.recall)}")
        )
        lines.append(f"precision {wanted.precision:.0%} {how}: {found}")
    return lines


def _audit_line(one: AuditSummary) -> str:
    learned = f", learned at version {one.learned_at}" if one.learned_at is not None else ""
    return f"audit of version {one.version}, {one.created_at:%Y-%m-%d %H:%M}: {one.answered} answered{learned}"


COMMANDS: tuple[click.Command, ...] = ()  # it belongs to the group `class`
