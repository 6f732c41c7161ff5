"""`evaluate`: a simulated curator on a labelled folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import Function, answering, progress_bar
from snoop_flow.evaluation import Evaluation, evaluate_folder


def _options(command: Function) -> Function:
    for option in (
        click.argument("labels", metavar="LABELS.csv", type=click.Path(path_type=Path, dir_okay=False)),
        click.option("--backbone", metavar="NAME", help="Backbone, as NAME or FAMILY:FILE (see plugins)."),
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
    ):
        command = option(command)
    return command


@click.command()
@_options
@answering
def evaluate(labels: Path, strategies: Sequence[str], **options: Any) -> Any:
    """Measure how well classes are learned: a simulated curator marks a labelled folder truthfully.

    LABELS.csv has the columns file and label; files are relative to it, several rows give several labels. Average
    precision is over the whole set; round 0 is one positive example without feedback.

    \b
    Example:  snoop-flow evaluate photos/labels.csv --rounds 3 --strategy relevant
    """
    with progress_bar("evaluate") as progress:
        found = evaluate_folder(labels, strategies=strategies, progress=progress, **options)
    return found, "\n\n".join(_table(one) for one in found.strategies)


def _table(one: Evaluation) -> str:
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


def _number(value: float | None) -> str:
    return f"{'–' if value is None else f'{value:.3f}':>9}"


COMMANDS = (evaluate,)
