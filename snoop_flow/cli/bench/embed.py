"""`bench embed`."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.bench.tables import table
from snoop_flow.cli.options import answering


@click.command("embed")
@click.option("--items", type=click.IntRange(32), default=1_000, show_default=True, help="Images.")
@click.option("--backbone", metavar="NAME", help="Image encoder, by default that of a new workspace.")
@click.option("--device", default="cpu", show_default=True, help="What the encoder runs on.")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seed", type=int, default=1783, show_default=True)
@answering
def embed(**options: Any) -> Any:
    """Measure embedding end to end, from a IIIF server on this machine, beside the model alone.

    On the processor it is measured twice: on all threads, and on one, which leaves the other cores to loading.

    \b
    Example:  snoop-flow bench embed --backbone onnx:model.toml
    """
    from snoop_flow.benchmarks.embed import bench_embed  # late: other commands need none of it

    report = bench_embed(**options)
    return report, table(report)
