"""`bench audit`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snoop_flow.cli.options import answering, progress_bar

if TYPE_CHECKING:
    from snoop_flow.benchmarks.audits.record import WayReport
    from snoop_flow.benchmarks.audits.simulation import AuditBench

_FIGURES = ("precision", "recall", "members")


@click.command()
@click.argument("files", metavar="FEATURES LABELS...", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--column", "columns", multiple=True, default=("label",), show_default=True, help="Holds labels.")
@click.option("--items", type=click.IntRange(100), help="Multiply the corpus to so many, within its labels.")
@click.option("--classes", type=click.IntRange(1), default=24, show_default=True, help="Classes, from rare to common.")
@click.option("--audits", type=click.IntRange(1), default=600, show_default=True, help="Audits of each way, at least.")
@click.option("--budget", "budgets", multiple=True, type=click.IntRange(1), default=(60, 100, 200), show_default=True)
@click.option("--made-up", is_flag=True, help="Instead audit made-up classes whose scores mislead; needs no files.")
@click.option("--seed", type=int, default=0, show_default=True)
@answering
def audit(files: Sequence[Path], **options: Any) -> Any:
    """Simulate blind audits on labelled vectors: do the 95 % intervals hold the truth?

    FEATURES is a .npy file of vectors, LABELS a CSV with a row for each vector; several pairs make one corpus. Labels
    in a column may be several, separated by |.

    \b
    Example:  snoop-flow bench audit vectors.npy labels.csv --audits 600
    """
    from snoop_flow.benchmarks.audits.simulation import bench_audit  # late: other commands need none of it

    with progress_bar("audit") as progress:
        report = bench_audit(files, progress=progress, **options)
    return report, _table(report)


def _table(report: AuditBench) -> str:
    setting = f"{report.setting['items']} items, {report.classes} classes, seed {report.setting['seed']}"
    lines = [f"{report.audits} audits of each way; {setting}", ""]
    lines.append("how often 95 % intervals hold the truth, of all and of the worst class, and their mean width")
    lines.append(f"{'':30}" + "".join(f"{name:>9}{'worst':>7}{'width':>7}" for name in _FIGURES))
    lines += [_row(way) for way in report.ways]
    lines += ["", "by number of answers: precision, recall, members"]
    lines += [_budgets(way) for way in report.ways]
    lines += ["", "error of the number of members (decimal logarithm, median)"]
    lines += [f"{way:30}{error:9.3f}" for way, error in report.positives_error.items()]
    lines += ["", "a threshold chosen for a precision of 90 % keeps it"]
    for how, one in report.threshold_kept.items():
        lines.append(f"{how:30}{one['kept']:9.1%} (there is one in {one['found']:.1%})")
    return "\n".join(lines)


def _row(one: WayReport) -> str:
    parts = [one.figures[name] for name in _FIGURES]
    return f"{one.way:30}" + "".join(f"{part.held:9.3f}{part.worst[1]:7.2f}{part.width:7.2f}" for part in parts)


def _budgets(one: WayReport) -> str:
    parts = [
        f"{budget}: " + " ".join(f"{held[name]:.3f}" for name in _FIGURES)
        for budget, held in one.held_by_budget.items()
    ]
    return f"{one.way:30}  " + "   ".join(parts)
