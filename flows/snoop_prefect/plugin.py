"""What Prefect gives the engine: jobs run as flow runs, and the commands `schedule` and `flows`.

Importing this module is cheap; Prefect is imported only by the commands that need it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow import hookimpl
from snoop_flow.entities import Job


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this room says in errors, in French."""
    return [Path(__file__).parent / "translations"]


@hookimpl
def launch_job(job: Job, workspace: Path) -> dict[str, Any] | None:
    """Let the runner of this workspace execute the job, if one is up."""
    from snoop_prefect.api import launch
    from snoop_prefect.runner import find_runner

    runner = find_runner(workspace)
    flow_run = launch(runner, job, workspace) if runner else None
    return {"flow_run": flow_run} if flow_run else None


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `schedule` and `flows`."""
    from snoop_prefect.commands import flows, schedule

    cli.add_command(schedule)
    cli.add_command(flows)
