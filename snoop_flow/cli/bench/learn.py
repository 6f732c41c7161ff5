"""`bench learn`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.benchmarks import BenchReport
from snoop_flow.cli.options import Function, answering, progress_bar
from snoop_flow.evaluation.plotting import check_plot, plot_curves


def _options(command: Function) -> Function:
    for option in (
        click.argument("labels", metavar="[LABELS.csv]…", nargs=-1, type=click.Path(path_type=Path, dir_okay=False)),
        click.option("--backbone", metavar="NAME", help="Backbone, as NAME or FAMILY:FILE (see plugins)."),
        click.option("--windows", type=click.IntRange(0), default=5, show_default=True, help="Cut from each image."),
        click.option("--dimension", type=click.IntRange(2), help="Reduce vectors to so many principal axes."),
        click.option("--concepts", type=click.IntRange(1), default=40, show_default=True, help="Classes, at most."),
        click.option(
            "--prevalence",
            "prevalences",
            type=(click.FloatRange(0, 0.5, min_open=True), click.FloatRange(0, 0.5, min_open=True)),
            default=(0.0002, 0.1),
            show_default=True,
            help="Lowest and highest share of members.",
        ),
        click.option("--rounds", type=click.IntRange(1), default=16, show_default=True),
        click.option("--batch", type=click.IntRange(1), default=10, show_default=True, help="Marks in a round."),
        click.option("--seeds", type=click.IntRange(1), default=5, show_default=True, help="Repetitions."),
        click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes."),
        click.option(
            "--cache",
            metavar="FILE.npz",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Keeps the vectors for another run.",
        ),
        click.option(
            "--plot",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Draw the mean curves as .png, .svg or .pdf (needs the extra bench).",
        ),
    ):
        command = option(command)
    return command


@click.command("learn")
@_options
@answering
def learn(labels: tuple[Path, ...], plot: Path | None, **options: Any) -> Any:
    """Measure quality against marks, beside what others do, on classes from common to rare.

    LABELS.csv are labelled sets as for evaluate, joined to one corpus; without any the sample archive is drawn. Half of
    each corpus is held out: no curator sees it, and all learners are measured on it.

    \b
    Example:  snoop-flow bench learn photos/labels.csv prints/labels.csv --plot curves.svg
    """
    from snoop_flow.benchmarks.learn import MEASURES, OURS, bench_learn  # late: other commands need none of it

    if plot is not None:
        check_plot(plot)
    with progress_bar("bench learn") as progress:
        report = bench_learn(labels, progress=progress, **options)
    if plot is not None:
        curves = report.details["curves"]
        panels = {title: curves[measure] for measure, title in MEASURES.items()}
        plot_curves(plot, panels, report.details["marks"], [OURS])
    return report, _table(report)


def _table(report: BenchReport) -> str:
    details, setting = report.details, report.setting
    marks = details["marks"]
    shown = [number for number in (1, 3, 5, 7, 10, 16) if number < len(marks) - 1] + [len(marks) - 1]
    low, high = setting["prevalence"]
    lines = [
        f"learn: {setting['concepts']} concepts of {100 * low:.2g} % to {100 * high:.2g} %, in up to "
        f"{setting['items']} items, {setting['backbone']} ({setting['dimension']} dimensions), "
        f"{setting['batch']} marks a round, {setting['seeds']} seeds",
        f"{'':24}{'average precision, held out, after so many marks':>{8 * len(shown) + 16}}{'whole':>8}"
        f"{'R-prec-':>9}{'posi-':>8}{'ours ahead':>16}{'marks to':>10}{'ms a round':>14}",
        f"{'':24}"
        + "".join(f"{marks[number] - 1:8}" for number in (0, *shown))
        + f"{'mean':>8}{'mean':>8}{'ision':>9}{'tives':>8}{'held out':>16}{'Rocchio':>10}{'p50':>7}{'p95':>7}",
    ]
    for name, one in details["learners"].items():
        curve = details["curves"]["held_out_average_precision"][name]
        timing = report.peers.get(name, report.milliseconds)
        ahead, error = one["ours_ahead_by"]
        reached = one["marks_to_the_quality_of_rocchio_at_the_end"]["r_precision"]
        lines.append(
            f"{name[:23]:24}"
            + "".join(f"{curve[number]:8.3f}" for number in (0, *shown))
            + f"{one['held_out_average_precision']:8.3f}{one['average_precision']:8.3f}"
            + f"{one['r_precision_at_the_end']:9.3f}{one['positives_found']:8.1f}"
            + (f"{ahead:+9.3f} ±{error:.3f}" if ahead or error else f"{'':16}")
            + f"{'–' if reached is None else reached:>10}{timing.median:7.1f}{timing.p95:7.1f}"
        )
    below = details["below no feedback"]
    lines.append(
        f"below no feedback beyond noise: {below['rounds']} of {below['of']} rounds"
        + (f", in {', '.join(below['concepts'])}" if below["concepts"] else "")
    )
    lines.append(
        f"floor (scoring every item once) {report.floor_milliseconds:.1f} ms; peak memory "
        f"{details['peak_megabytes']:.0f} MB"
    )
    return "\n".join(lines)
