"""`bench NAME`: the project's benchmarks, one module each."""

from __future__ import annotations

import click


@click.group()
def bench() -> None:
    """Measure speed and quality: the floor, ours and others in one run.

    Compare ratios; milliseconds are those of this machine at this moment.
    """


COMMANDS = (bench,)
