"""`bench enrich`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.bench.tables import table
from snoop_flow.cli.options import answering


@click.command()
@click.option("--items", type=click.IntRange(1_000), default=1_000_000, show_default=True, help="Vectors.")
@click.option("--classes", "class_count", type=click.IntRange(1), default=100, show_default=True)
@click.option("--dimension", type=click.IntRange(2, 8192), default=768, show_default=True)
@click.option("--kept", type=click.IntRange(1), default=1_000, show_default=True, help="Items each class proposes.")
@click.option("--repeats", type=click.IntRange(1), default=5, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--features", type=click.Path(path_type=Path, dir_okay=False), help="A .npy file to make vectors from.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes to compare with one.")
@click.option("--peers/--no-peers", default=True, show_default=True, help="Measure plain products as well.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where to make the archive.")
@answering
def enrich(**options: Any) -> Any:
    """Measure an enrichment by many classes, proposals written, beside the plain product of the same numbers.

    \b
    Example:  snoop-flow bench enrich --items 1000000 --classes 100
    """
    from snoop_flow.benchmarks.enrich import bench_enrich  # late: other commands need none of it

    report = bench_enrich(**options)
    return report, table(report)
