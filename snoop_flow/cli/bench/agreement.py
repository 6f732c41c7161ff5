"""`bench agreement`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snoop_flow.cli.options import answering

if TYPE_CHECKING:
    from snoop_flow.benchmarks.agreement import AgreementBench, CrowdReport

_WAYS = ("truth", "latest mark", "majority", "weighted")


@click.command()
@click.argument("features", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("labels", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--batch", type=click.IntRange(9), default=60, show_default=True, help="Items that are marked.")
@click.option("--seeds", type=click.IntRange(2), default=3, show_default=True)
@answering
def agreement(features: Path, labels: Path, batch: int, seeds: int) -> Any:
    """Simulate annotators who err, and compare ways to combine their marks.

    FEATURES is a .npy file of vectors, LABELS a CSV with the column label, a row for each vector.

    \b
    Example:  snoop-flow bench agreement vectors.npy labels.csv
    """
    from snoop_flow.benchmarks.agreement import bench_agreement  # late: other commands need none of it

    report = bench_agreement(features, labels, batch=batch, seeds=seeds)
    return report, _table(report)


def _table(report: AgreementBench) -> str:
    setting = f"items {report.items}, classes {report.classes}, seeds {report.seeds}, batch {report.batch}"
    head = f"{'average precision':28}{''.join(f'{way:>13}' for way in _WAYS)}   weighted − majority"
    return "\n".join([setting, head, *map(_row, report.crowds)])


def _row(one: CrowdReport) -> str:
    values = "".join(f"{one.average_precision[way]:13.3f}" for way in _WAYS)
    return f"{one.crowd:28}{values}   {one.gain['majority']:+.3f} ± {one.error['majority']:.3f}"
