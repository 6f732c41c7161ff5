"""`snoop-flow flows serve`: a Prefect server that stays, and the runner of a workspace's flows.

Three kinds of processes: this one, whose worker polls for flow runs; the server; and one process for each flow run. The
last two end with this one, however it ends. Import this module only after `prefect_environment` is set.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.workers.process import ProcessWorker

from snoop_flow import Workspace
from snoop_flow.errors import SnoopError
from snoop_prefect.child import PARENT
from snoop_prefect.deployments import POOL, register_flows, register_schedules
from snoop_prefect.environment import HOST, api_url
from snoop_prefect.recovery import Recovery
from snoop_prefect.runner import Runner, announce
from snoop_prefect.schedules import read_schedules

START_SECONDS = 180.0  # the first start makes the server's database
STOP_SECONDS = 8.0
LOOK_SECONDS = 2.0
log = logging.getLogger(__name__)


def serve(workspace: Path, port: int, ready: Callable[[Runner], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        port: a free port for the Prefect server.
        ready: called once when jobs are taken.

    Raises:
        SnoopError: the server does not start, or ended by itself.
    """
    os.environ[PARENT] = str(os.getpid())
    asyncio.run(_until_stopped(workspace, port, ready))


async def _until_stopped(workspace: Path, port: int, ready: Callable[[Runner], None]) -> None:
    work = asyncio.create_task(_serve(workspace, port, ready))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.info("stopped")


async def _serve(workspace: Path, port: int, ready: Callable[[Runner], None]) -> None:
    async with _server(workspace, port) as server, get_client() as client:
        recovery = Recovery(client, lambda run, reason: _give_up(workspace, run, reason))
        ids = await register_flows(client, workspace)
        await recovery.after_restart()
        await register_schedules(client, workspace, read_schedules(workspace))
        worker = ProcessWorker(POOL, name=POOL)
        services = (worker.start(printer=log.info), _keep_looking(recovery), _watch(server, workspace))
        tasks = [asyncio.create_task(service) for service in services]
        ready(announce(workspace, api_url(port), ids))
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_looking(recovery: Recovery) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await recovery.look()
        except httpx.HTTPError as error:
            log.warning("the Prefect server does not answer: %s", error)


async def _watch(server: asyncio.subprocess.Process, workspace: Path) -> None:
    status = await server.wait()
    raise SnoopError(f"the Prefect server ended with status {status}; see {_log_file(workspace)}")


@asynccontextmanager
async def _server(workspace: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    command = "-m snoop_prefect.child uvicorn --factory prefect.server.api.server:create_app --lifespan on"
    options = ["--host", HOST, "--port", str(port), "--log-level", "warning"]
    _log_file(workspace).parent.mkdir(exist_ok=True)
    with _log_file(workspace).open("ab") as output:
        server = await asyncio.create_subprocess_exec(
            sys.executable, *command.split(), *options, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        await _healthy(server, workspace, port)
        yield server
    finally:
        await _stop(server)


async def _healthy(server: asyncio.subprocess.Process, workspace: Path, port: int) -> None:
    end = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient(trust_env=False) as client:
        while server.returncode is None and time.monotonic() < end:
            with suppress(httpx.TransportError):
                if (await client.get(f"{api_url(port)}/health")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise SnoopError(f"the Prefect server did not start (status {server.returncode}); see {_log_file(workspace)}")


async def _stop(server: asyncio.subprocess.Process) -> None:
    if server.returncode is not None:
        return
    server.terminate()
    try:
        await asyncio.wait_for(server.wait(), STOP_SECONDS)
    except TimeoutError:
        server.kill()  # its database survives this, and what it holds can be made anew
        await server.wait()


def _give_up(workspace: Path, run: FlowRun, reason: str) -> None:
    log.error("flow run %s: %s", run.name, reason)
    with Workspace.open(workspace) as opened:
        for job in opened.jobs(500):
            if str(run.id) == job.flow_run or job.id == run.parameters.get("job_id"):
                opened.fail_job(job.id, reason)


def _log_file(workspace: Path) -> Path:
    return workspace / "prefect" / "server.log"
