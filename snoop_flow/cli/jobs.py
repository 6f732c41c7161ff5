"""`jobs`: what ran and runs, how far it is, and what it took."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.options import in_workspace
from snoop_flow.entities import Job
from snoop_flow.facade import Workspace
from snoop_flow.frugality import Cost, energy_text


@click.command()
@click.option("-n", "limit", type=click.IntRange(1), default=20, show_default=True, help="Number of jobs.")
@in_workspace
def jobs(workspace: Workspace, limit: int) -> Any:
    """List the newest jobs: harvests, embeddings, indexes, enrichments, publications.

    \b
    Example:  snoop-flow jobs -n 5
    """
    found = workspace.jobs(limit)
    text = "\n".join(map(_line, found)) or "No jobs yet; one begins with: snoop-flow harvest"
    return {"jobs": found}, text


def _line(job: Job) -> str:
    cost = Cost.of(job.cost)
    parts = [f"{job.created_at:%Y-%m-%d %H:%M}  {job.kind}, {job.state}, {job.done} of {job.total} units"]
    if cost.method:
        parts.append(f"{cost.seconds:.1f} s of work, {energy_text(cost.joules, cost.method)}")
    if job.error:
        parts.append(job.error)
    return "; ".join(parts)


COMMANDS = (jobs,)
