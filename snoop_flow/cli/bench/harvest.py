"""`bench harvest`."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.bench.tables import table
from snoop_flow.cli.options import answering


@click.command("harvest")
@click.option("--manifests", type=click.IntRange(1), default=10_000, show_default=True, help="Manifests.")
@click.option("--canvases", type=click.IntRange(1), default=4, show_default=True, help="Canvases of each.")
@click.option("--repeats", type=click.IntRange(1), default=1, show_default=True)
@answering
def harvest(**options: Any) -> Any:
    """Measure harvesting from a server on this machine, beside a bare loop that keeps nothing; then harvest again.

    \b
    Example:  snoop-flow bench harvest --manifests 2000
    """
    from snoop_flow.benchmarks.harvest import bench_harvest  # late: other commands need none of it

    report = bench_harvest(**options)
    return report, table(report)
