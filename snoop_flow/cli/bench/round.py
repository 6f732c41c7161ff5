"""`bench round`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.bench.tables import table
from snoop_flow.cli.options import answering


@click.command("round")
@click.option("--items", type=click.IntRange(10_000), default=1_000_000, show_default=True, help="Vectors.")
@click.option("--dimension", type=click.IntRange(2, 8192), default=768, show_default=True)
@click.option("--count", type=click.IntRange(1), default=1_000, show_default=True, help="Best rows wanted.")
@click.option("--repeats", type=click.IntRange(1), default=9, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--features", type=click.Path(path_type=Path, dir_okay=False), help="A .npy file to make vectors from.")
@click.option("--peers/--no-peers", default=True, show_default=True, help="Measure other engines as well.")
@answering
def round_(**options: Any) -> Any:
    """Measure one interaction round: fit, score everything, rank exactly, choose.

    \b
    Example:  snoop-flow bench round --items 1000000 --dimension 384
    """
    from snoop_flow.benchmarks.round import bench_round  # late: other commands need none of it

    report = bench_round(**options)
    return report, table(report)
