"""`bench video`, added to the command line of snoop-flow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.bench.tables import table
from snoop_flow.cli.options import answering


@click.command("video")
@click.option("--seconds", type=click.IntRange(1), default=1800, show_default=True, help="Length of the film.")
@click.option("--width", type=click.IntRange(16), default=640, show_default=True)
@click.option("--height", type=click.IntRange(16), default=480, show_default=True)
@click.option("--fps", type=click.FloatRange(1, 240), default=25.0, show_default=True)
@click.option("--film", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Your own, repeated.")
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True)
@click.option("--memory/--no-memory", default=True, show_default=True, help="Also a film of three hours.")
@answering
def video(width: int, height: int, **options: Any) -> Any:
    """Measure decoding films and cutting them into shots, beside PyAV that decodes and throws away.

    \b
    Examples:  snoop-flow bench video --seconds 60
               snoop-flow bench video --film reel-1.mp4 --no-memory
    """
    from snoop_video.benchmark import bench_video  # late: other commands need none of it

    report = bench_video(size=(width // 2 * 2, height // 2 * 2), **options)
    return report, table(report)
