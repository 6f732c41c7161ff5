"""`bench export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.bench.tables import table
from snoop_flow.cli.options import answering


@click.command("export")
@click.option("--annotations", type=click.IntRange(1_000), default=100_000, show_default=True)
@click.option("--format", "formats", multiple=True, default=("w3c", "marcxml"), show_default=True, metavar="FORMAT")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where to make the archive.")
@answering
def export_(**options: Any) -> Any:
    """Measure publishing and exporting, beside plain json.dumps and lxml of the same content.

    \b
    Example:  snoop-flow bench export --annotations 100000 --format w3c --format marcxml
    """
    from snoop_flow.benchmarks.export import bench_export  # late: other commands need none of it

    report = bench_export(**options)
    return report, table(report)
