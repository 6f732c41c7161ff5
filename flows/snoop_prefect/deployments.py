"""The deployments of a workspace: one for each flow, run on demand, and one for each schedule.

All belong to one work pool, from which the runner's worker takes flow runs. Flows are named by module path, so a run
needs no copy of any code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.processutils import command_to_string
from prefect.workers.process import ProcessWorker

from snoop_flow.errors import UsageError
from snoop_prefect.flows import FLOWS, ingest
from snoop_prefect.schedules import Schedule

POOL = "snoop-flow"
ON_DEMAND = "on demand"
SCHEDULED = "schedule"  # the tag of deployments made from schedules


def check_cron(schedule: Schedule) -> None:
    """See whether a schedule can ever come due.

    Raises:
        UsageError: the cron expression or the time zone cannot be read.
    """
    try:
        CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    except ValueError as error:
        raise UsageError(
            f"schedule {schedule.name}: cannot read {schedule.cron!r} in {schedule.timezone!r}; "
            'give five fields as in --cron "0 3 * * *" and a time zone such as Europe/Paris'
        ) from error


async def register_flows(client: PrefectClient, workspace: Path) -> dict[str, str]:
    """Make the work pool and a deployment for each flow; returns kind → deployment id."""
    template = ProcessWorker.get_default_base_job_template()
    await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template), overwrite=True)
    ids = {}
    for flow in FLOWS:
        deployment = await _deployment(flow, ON_DEMAND, workspace, {})
        ids[flow.name] = str(await deployment.aapply())
    return ids


async def register_schedules(client: PrefectClient, workspace: Path, schedules: Sequence[Schedule]) -> None:
    """Make the cron deployments what the schedules say; one that is right already is not touched."""
    tagged = DeploymentFilter(tags=DeploymentFilterTags(all_=[SCHEDULED]))
    known = {one.name: one for one in await client.read_deployments(deployment_filter=tagged)}
    for schedule in schedules:
        parameters = {"workspace": str(workspace), **schedule.parameters}
        if _same(known.pop(schedule.name, None), schedule, parameters):
            continue  # so what was paused in Prefect's pages stays paused
        cron = Cron(schedule.cron, timezone=schedule.timezone)
        deployment = await _deployment(ingest, schedule.name, workspace, schedule.parameters, cron)
        await deployment.aapply()
    for gone in known.values():
        await client.delete_deployment(gone.id)


def _same(known: DeploymentResponse | None, schedule: Schedule, parameters: dict[str, Any]) -> bool:
    if known is None or known.parameters != parameters:
        return False
    kept = [one.schedule for one in known.schedules]
    return [(one.cron, one.timezone) for one in kept if isinstance(one, CronSchedule)] == [
        (schedule.cron, schedule.timezone)
    ]


async def _deployment(
    flow: Flow[..., Any], name: str, workspace: Path, parameters: dict[str, Any], cron: Any = None
) -> RunnerDeployment:
    return await flow.ato_deployment(
        name,
        parameters={"workspace": str(workspace), **parameters},
        schedule=cron,
        tags=[SCHEDULED] if cron else [],
        work_pool_name=POOL,
        entrypoint_type=EntrypointType.MODULE_PATH,
        # a command of its own makes the worker start the run at once, without preparing a folder for it (3 s)
        job_variables={
            "command": command_to_string([sys.executable, "-m", "snoop_prefect.child", "prefect.engine"]),
            "working_dir": str(workspace),
        },
    )
