"""`evaluate`: a simulated curator on a labelled folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import Function, answering, progress_bar
from snoop_flow.evaluation import Evaluation, EvaluationReport, evaluate_folder
from snoop_flow.evaluation.plotting import check_plot, plot_curves

PANELS = {
    "average precision, whole set": "average_precision",
    "average precision, unseen": "unseen_average_precision",
    "R-precision": "r_precision",
    "coverage": "coverage",
    "positives in a batch": "batch_precision",
}


def _options(command: Function) -> Function:
    for option in (
        click.argument("labels", metavar="LABELS.csv", type=click.Path(path_type=Path, dir_okay=False)),
        click.option("--backbone", metavar="NAME", help="Backbone, as NAME or FAMILY:FILE (see plugins)."),
        click.option(
            "--features",
            metavar="FILE.npy",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Vectors, row j for row j of LABELS.csv, instead of a backbone.",
        ),
        click.option(
            "--strategy",
            "strategies",
            multiple=True,
            default=("relevant", "most-useful"),
            show_default=True,
            metavar="NAME",
            help="Query strategy; may be repeated.",
        ),
        click.option("--rounds", type=click.IntRange(1), default=10, show_default=True),
        click.option("--batch", type=click.IntRange(1), default=15, show_default=True, help="Marks in a round."),
        click.option("--baselines", is_flag=True, help="Measure what others do as well."),
        click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Repetitions."),
        click.option(
            "--plot",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Draw the mean curves as .png, .svg or .pdf (needs the extra bench).",
        ),
    ):
        command = option(command)
    return command


@click.command()
@_options
@answering
def evaluate(labels: Path, strategies: Sequence[str], plot: Path | None, **options: Any) -> Any:
    """Measure how well classes are learned: a simulated curator marks a labelled folder truthfully.

    LABELS.csv has the columns file and label; files are relative to it, several rows give several labels, rows without
    a label are images of no class. Average precision is over the whole set; round 0 is one positive example without
    feedback.

    \b
    Example:  snoop-flow evaluate photos/labels.csv --rounds 3 --strategy relevant --baselines
    """
    if plot is not None:
        check_plot(plot)
    with progress_bar("evaluate") as progress:
        found = evaluate_folder(labels, strategies=strategies, progress=progress, **options)
    if plot is not None:
        _draw(plot, found)
    return found, "\n\n".join([*(_table(one) for one in found.strategies), _comparison(found)])


def _draw(path: Path, found: EvaluationReport) -> None:
    everything = (*found.strategies, *found.baselines)
    panels = {title: {one.strategy: getattr(one.mean, name) for one in everything} for title, name in PANELS.items()}
    marks = [1 + number * found.batch for number in range(found.rounds + 1)]
    plot_curves(path, panels, marks, [one.strategy for one in found.strategies])


def _table(one: Evaluation) -> str:
    """Every class, as one strategy learns it."""
    rounds = range(len(one.mean.average_precision))
    last = f"round {rounds[-1]}"
    head = f"{'':24}" + "".join(f"{f'round {n}':>9}" for n in rounds)
    lines = [
        f"strategy {one.strategy}",
        f"{'average precision':24}{'whole set':>{9 * len(rounds)}}{'unseen, ' + last:>18}",
        head + f"{'without':>9}{'with':>9}{'positives':>11}{'ms/round':>10}",
    ]
    for row in (*one.classes, one.mean):
        values = "".join(map(_number, row.average_precision))
        unseen = _number(row.unseen_without_feedback[-1]) + _number(row.unseen_average_precision[-1])
        text = f"{row.label[:24]:24}{values}{unseen}{row.positives_found:11.1f}{row.milliseconds_per_round:10.1f}"
        lines.append(text)
    return "\n".join(lines)


def _comparison(found: EvaluationReport) -> str:
    """Strategies and baselines below each other, on the mean over all classes."""
    rounds = found.rounds
    shown = sorted({0, 1, min(3, rounds), min(5, rounds), rounds})
    classes = found.strategies[0].classes
    lines = [
        f"mean of {len(classes)} classes, {found.items} items, {found.backbone}, {found.batch} marks a round, "
        f"{found.seeds} seeds; whole set, and at the end",
        f"{'':24}{'average precision after round':>{8 * len(shown)}}{'unseen':>16}{'R-prec-':>9}{'cov-':>8}"
        f"{'posi-':>8}{'share in':>10}{'ms a round':>14}",
        f"{'':24}" + "".join(f"{number:8}" for number in shown) + f"{'without':>9}{'with':>7}{'ision':>9}{'erage':>8}"
        f"{'tives':>8}{'a batch':>10}{'p50':>7}{'p95':>7}",
    ]
    for one in (*found.strategies, *found.baselines):
        mean = one.mean
        shares = [value for value in mean.batch_precision if value is not None]
        lines.append(
            f"{one.strategy[:23]:24}"
            + "".join(_number(mean.average_precision[number], 8) for number in shown)
            + _number(mean.unseen_without_feedback[-1])
            + _number(mean.unseen_average_precision[-1], 7)
            + _number(mean.r_precision[-1])
            + _number(mean.coverage[-1], 8)
            + f"{mean.positives_found:8.1f}"
            + _number(sum(shares) / len(shares) if shares else None, 10)
            + f"{mean.milliseconds_per_round:7.1f}{mean.milliseconds_p95:7.1f}"
        )
    lines.append(f"peak memory {found.peak_megabytes:.0f} MB")
    return "\n".join(lines)


def _number(value: float | None, width: int = 9) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>{width}}"


COMMANDS = (evaluate,)
