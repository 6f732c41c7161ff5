"""`flows serve` as a user runs it: a process of its own, with jobs and schedules that come from other processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.entities import Job, JobState
from snoop_prefect import api
from snoop_prefect.runner import Runner, find_runner

T = TypeVar("T")
DEADLINE = 120.0


def wait_for(look: Callable[[], T | None]) -> T:
    """What `look` gives as soon as it gives something."""
    pause, end = threading.Event(), time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if found := look():
            return found
        pause.wait(0.02)
    raise AssertionError("waited in vain")


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    pictures: Path,
    clean_environment: Mapping[str, str],
    make_workspace: Callable[[Path], Path],
) -> Iterator[Workspace]:
    """A harvested workspace with a runner; at the end the runner is stopped in an orderly way."""
    folder = make_workspace(tmp_path_factory.mktemp("served") / "archive")
    command = [sys.executable, "-m", "snoop_flow", "flows", "serve", "--json", "--workspace", str(folder)]
    log = folder.parent / "log"
    with Workspace.open(folder) as workspace, log.open("w") as errors:
        workspace.harvest([str(pictures)], collection="pictures")
        process = subprocess.Popen(command, env=clean_environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready, log.read_text()
        yield workspace
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0, log.read_text()
    assert find_runner(folder) is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{json.loads(ready)['api']}/health", trust_env=False)


def runner_of(workspace: Workspace) -> Runner:
    runner = find_runner(workspace.folder)
    assert runner is not None
    return runner


def wait_until_final(workspace: Workspace, job: Job) -> Job:
    def look() -> Job | None:
        now = workspace.job(job.id)
        return None if now.state in (JobState.QUEUED, JobState.RUNNING) else now

    return wait_for(look)


def flow_run(workspace: Workspace, job: Job) -> dict[str, Any]:
    address = f"{runner_of(workspace).api}/flow_runs/{job.flow_run}"
    answer: dict[str, Any] = httpx.get(address, trust_env=False).raise_for_status().json()
    return answer


def test_killed_flow_run_goes_on_by_itself(served: Workspace) -> None:
    job = served.start_job("embed", {})
    assert job.flow_run

    def worker() -> int | None:
        host, _, pid = served.job(job.id).owner.rpartition(":")
        return None if host in ("", "elsewhere") else int(pid)

    os.kill(wait_for(worker), signal.SIGKILL)
    done = wait_until_final(served, job)

    assert (done.state, done.error) == (JobState.DONE, "")
    assert served.status().embedded == 24
    assert flow_run(served, done)["run_count"] == 2


def test_started_job_runs_as_a_flow_run(served: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    job = served.start_job("index", {})
    assert api.launch(runner_of(served), job, served.folder) == job.flow_run  # asked twice, it runs once
    done = wait_until_final(served, job)

    assert (done.state, done.error) == (JobState.DONE, "")
    assert done.report["items"] == 24
    ended = wait_for(lambda: flow_run(served, done)["state"]["type"] == "COMPLETED")
    assert ended
    assert run(["flows", "list", "--json", "--workspace", str(served.folder)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["runs"][0]["flow"], listed["runs"][0]["job"]) == ("index", done.id)
    assert {one["flow"] for one in listed["deployments"]} == {
        "harvest",
        "embed",
        "index",
        "enrich",
        "publish",
        "push",
        "retry",
        "refine",
        "harvest_videos",
        "segment",
        "ingest",
        "switch",
    }


def test_schedule_made_while_the_runner_is_up_has_runs(
    served: Workspace, capsys: pytest.CaptureFixture[str], pictures: Path
) -> None:
    folder = ["--workspace", str(served.folder), "--json"]
    made = ["schedule", "nightly", "--source", str(pictures), "--cron", "0 3 * * *", "--timezone", "Europe/Paris"]
    assert run([*made, *folder]) == 0
    assert json.loads(capsys.readouterr().out)["registered"]

    def coming() -> str | None:
        run(["schedule", "--list", *folder])
        (row,) = json.loads(capsys.readouterr().out)["schedules"]
        return str(row["next"] or "")

    assert wait_for(coming)[11:] in ("01:00:00Z", "02:00:00Z")  # three o'clock in Paris
    assert run(["schedule", "nightly", "--remove", *folder]) == 0
    assert "nightly" not in [one["name"] for one in api.deployments(runner_of(served))]


def test_second_runner_is_refused(served: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flows", "serve", "--workspace", str(served.folder)]) == 2
    assert "served already" in capsys.readouterr().err
