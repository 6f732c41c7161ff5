"""The few calls to Prefect's REST API that must be quick, made without importing Prefect.

Importing it takes about a second; the web UI launches jobs and the command line lists runs without that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import httpx
import stamina

from snoop_flow.entities import Job
from snoop_prefect.runner import Runner

_FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_TIMEOUT = httpx.Timeout(10.0, connect=1.0)


def launch(runner: Runner, job: Job, workspace: Path) -> str | None:
    """Have a runner execute a job; returns the flow run's id, or None if the runner cannot be had.

    One flow run belongs to one job: launched again, a run that has ended is started once more, and one that waits or
    works is left alone.
    """
    deployment = runner.deployments.get(job.kind)
    if deployment is None:
        return None
    wanted = {
        "name": f"{job.kind} {job.id[:8]}",
        "parameters": {"workspace": str(workspace), "job_id": job.id},
        "idempotency_key": job.id,
        "state": {"type": "SCHEDULED"},
    }
    try:
        run = _post(runner, f"/deployments/{deployment}/create_flow_run", wanted)
        if run["state"]["type"] in _FINAL:
            again = {"type": "SCHEDULED", "name": "AwaitingRetry"}
            _post(runner, f"/flow_runs/{run['id']}/set_state", {"state": again, "force": True})
    except httpx.HTTPError:
        return None
    return str(run["id"])


def deployments(runner: Runner) -> list[dict[str, Any]]:
    """The deployments of a runner: `{name, flow, cron, timezone, next}`, by flow and name."""
    flows = {one["id"]: one["name"] for one in _post(runner, "/flows/filter", {})}
    found = _post(runner, "/deployments/filter", {"sort": "NAME_ASC"})
    rows = [_deployment(runner, one, flows[one["flow_id"]]) for one in found]
    return sorted(rows, key=lambda row: (row["flow"], row["name"]))


def recent_runs(runner: Runner, limit: int) -> list[dict[str, Any]]:
    """The runs that began last or run now: `{id, name, flow, state, started, seconds, job}`."""
    flows = {one["id"]: one["name"] for one in _post(runner, "/flows/filter", {})}
    begun = {"flow_runs": {"start_time": {"is_null_": False}}, "sort": "START_TIME_DESC", "limit": limit}
    return [
        {
            "id": run["id"],
            "name": run["name"],
            "flow": flows[run["flow_id"]],
            "state": run["state"]["name"],
            "started": run["start_time"],
            "seconds": round(run["total_run_time"], 1),
            "job": run["parameters"].get("job_id"),
        }
        for run in _post(runner, "/flow_runs/filter", begun)
    ]


def _deployment(runner: Runner, one: Mapping[str, Any], flow: str) -> dict[str, Any]:
    cron: Mapping[str, Any] = next((given["schedule"] for given in one["schedules"] if given["active"]), {})
    return {
        "name": one["name"],
        "flow": flow,
        "cron": cron.get("cron"),
        "timezone": cron.get("timezone"),
        "next": _next(runner, one["id"]) if cron else None,
    }


def _next(runner: Runner, deployment: str) -> str | None:
    waiting = {
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "deployments": {"id": {"any_": [deployment]}},
        "sort": "NEXT_SCHEDULED_START_TIME_ASC",
        "limit": 1,
    }
    runs = _post(runner, "/flow_runs/filter", waiting)
    return cast(str, runs[0]["next_scheduled_start_time"]) if runs else None


def _busy(error: Exception) -> bool:
    # a server on SQLite answers 503 at once when two of its transactions meet; Prefect's own client tries again too
    return isinstance(error, httpx.HTTPStatusError) and error.response.status_code in (429, 503)


@stamina.retry(on=_busy, attempts=12, timeout=10.0, wait_initial=0.05, wait_max=1.0, wait_jitter=0.1)
def _post(runner: Runner, path: str, content: Mapping[str, Any]) -> Any:
    # trust_env=False: a proxy of the environment has no business between two processes of one machine
    with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
        return client.post(runner.api + path, json=dict(content)).raise_for_status().json()
