"""`snoop-flow schedule` and `snoop-flow flows`."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import httpx

from snoop_flow import Workspace
from snoop_flow.cli.options import answering, workspace_folder, workspace_option
from snoop_flow.errors import SnoopError, UsageError
from snoop_prefect import api
from snoop_prefect.environment import prefect_environment
from snoop_prefect.ports import choose_port
from snoop_prefect.runner import Runner, find_runner, only_runner
from snoop_prefect.schedules import Schedule, keep_schedule, read_schedules, remove_schedule

Answer = tuple[Any, str]


@click.command()
@click.argument("name", required=False)
@click.option("--source", "locations", metavar="URL", multiple=True, help="What to harvest; may be repeated.")
@click.option("--cron", help='When, in five fields: minute, hour, day, month, weekday, as in "0 3 * * *".')
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of --cron, such as Europe/Paris.")
@click.option("--collection", help="Slug of the collection to fill.")
@click.option("--allow-host", "allow_hosts", multiple=True, help="A private host that the source may reach.")
@click.option("--list", "listing", is_flag=True, help="List the schedules.")
@click.option("--remove", is_flag=True, help="Remove the schedule NAME.")
@answering
@workspace_option
def schedule(
    folder: Path | None,
    name: str | None,
    locations: Sequence[str],
    cron: str | None,
    listing: bool,
    remove: bool,
    **options: Any,
) -> Answer:
    """Ingest a source again and again: harvest, embed what is new, bring the index up to date.

    Schedules are kept in the workspace and run while `snoop-flow up` or `snoop-flow flows serve` is running. A
    schedule of the same NAME is replaced.

    \b
    Examples:  snoop-flow schedule nightly --source https://example.org/iiif/collection.json --cron "0 3 * * *"
               snoop-flow schedule --list
               snoop-flow schedule nightly --remove
    """
    workspace = _checked(workspace_folder(folder))
    if listing or name is None:
        return _listed(workspace)
    if remove:
        remove_schedule(workspace, name)
        return _registered(workspace, {"removed": name}, f"Schedule {name} removed")
    if cron is None:
        raise UsageError(f'schedule {name}: say when, as in --cron "0 3 * * *"')
    hosts = tuple(options["allow_hosts"])
    wanted = Schedule(name, cron, options["timezone"], tuple(locations), options["collection"], hosts)
    return _keep(workspace, wanted)


def _keep(workspace: Path, wanted: Schedule) -> Answer:
    from snoop_prefect.deployments import check_cron

    check_cron(wanted)
    keep_schedule(workspace, wanted)
    text = f"Schedule {wanted.name}: {wanted.cron} ({wanted.timezone})"
    return _registered(workspace, {"schedule": asdict(wanted)}, text)


def _registered(workspace: Path, value: dict[str, Any], text: str) -> Answer:
    runner = find_runner(workspace)
    if runner is None:
        later = "; nothing runs it yet: start snoop-flow up (or: snoop-flow flows serve)"
        return {**value, "registered": False}, text + ("" if "removed" in value else later)
    try:
        asyncio.run(_register(runner, workspace))
    except httpx.HTTPError as error:
        raise SnoopError(
            f"{text}: kept, but the runner at {runner.api} does not answer ({error}); restart it"
        ) from error
    return {**value, "registered": True}, text


async def _register(runner: Runner, workspace: Path) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from snoop_prefect.deployments import register_schedules

    with temporary_settings({PREFECT_API_URL: runner.api}):
        async with get_client() as client:
            await register_schedules(client, workspace, read_schedules(workspace))


def _listed(workspace: Path) -> Answer:
    runner = find_runner(workspace)
    deployed = api.deployments(runner) if runner else []
    coming = {one["name"]: one["next"] for one in deployed if one["flow"] == "ingest"}
    rows = [{**asdict(one), "next": coming.get(one.name)} for one in read_schedules(workspace)]
    lines = [
        f"{row['name']}: {row['cron']} ({row['timezone']}), {', '.join(row['locations'])}"
        f"; {'next ' + row['next'] if row['next'] else 'not running'}"
        for row in rows
    ]
    return {"schedules": rows, "runner": runner.api if runner else None}, "\n".join(lines) or "No schedules"


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
@workspace_option
@click.pass_context
def flows(context: click.Context, folder: Path | None, as_json: bool) -> None:
    """The Prefect flows of a workspace: what is deployed and what ran.

    \b
    Examples:  snoop-flow flows --workspace archive
               snoop-flow flows serve --workspace archive
    """
    given = {"folder": folder, "as_json": as_json}
    context.default_map = dict.fromkeys(flows.commands, given)  # options before the subcommand's name count as well
    if context.invoked_subcommand is None:
        context.invoke(list_flows, **given)


@flows.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many runs.")
@answering
@workspace_option
def list_flows(folder: Path | None, limit: int) -> Answer:
    """List deployments and recent runs.

    \b
    Example:  snoop-flow flows list --limit 5
    """
    runner = find_runner(_checked(workspace_folder(folder)))
    if runner is None:
        nothing: dict[str, Any] = {"runner": None, "ui": None, "deployments": [], "runs": []}
        return nothing, "No runner is up; start snoop-flow up (or: snoop-flow flows serve)"
    try:
        deployed, ran = api.deployments(runner), api.recent_runs(runner, limit)
    except httpx.HTTPError as error:
        raise SnoopError(f"the runner at {runner.api} does not answer ({error}); restart it") from error
    value = {"runner": runner.api, "ui": runner.ui, "deployments": deployed, "runs": ran}
    lines = [
        f"{one['flow']}/{one['name']}" + (f": {one['cron']}, next {one['next']}" if one["cron"] else "")
        for one in deployed
    ]
    lines += [f"{run['started']}  {run['state']:<10} {run['name']} ({run['seconds']} s)" for run in ran]
    return value, "\n".join([f"Prefect: {runner.ui}", *lines])


@flows.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the Prefect server; by default a free one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout when ready.")
@workspace_option
def serve_flows(folder: Path | None, port: int | None, as_json: bool) -> None:
    """Serve the Prefect API and run flows until stopped; `snoop-flow up` does this as well.

    \b
    Example:  snoop-flow flows serve --workspace archive
    """
    workspace = _checked(workspace_folder(folder))
    with only_runner(workspace):
        free = choose_port(port)
        os.environ.update(prefect_environment(workspace, free))
        from snoop_prefect.serving import serve

        serve(workspace, free, lambda runner: _ready(runner, as_json))


def _ready(runner: Runner, as_json: bool) -> None:
    facts = {"api": runner.api, "ui": runner.ui, "pid": runner.pid}
    click.echo(json.dumps(facts) if as_json else f"Flows are served; Prefect: {runner.ui} (Ctrl-C stops)")


def _checked(folder: Path) -> Path:
    # opened once, so that a wrong folder or version is told here and not by a flow
    with Workspace.open(folder) as workspace:
        return workspace.folder
