from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

import pytest

from snoop_flow import Workspace, jobs
from snoop_flow.cli import run
from snoop_flow.errors import ConflictError, UsageError
from snoop_prefect.plugin import launch_job
from snoop_prefect.ports import choose_port
from snoop_prefect.runner import announce, find_runner, only_runner

EMBED = {"collection": None, "backbone": None, "device": "cpu"}


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_without_a_runner_the_engine_runs_the_job_itself(harvested: Workspace) -> None:
    assert launch_job(jobs.create(harvested, "embed", EMBED), harvested.folder) is None


def test_what_a_dead_runner_left_is_not_believed(harvested: Workspace) -> None:
    announce(harvested.folder, "http://127.0.0.1:9/api", {"embed": "x"})
    file = harvested.folder / "run" / "prefect.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "pid": dead_process()}))

    assert find_runner(harvested.folder) is None
    assert launch_job(jobs.create(harvested, "embed", EMBED), harvested.folder) is None


def test_runner_that_does_not_answer_leaves_the_job(harvested: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connecting is refused
        announce(harvested.folder, f"http://127.0.0.1:{taken.getsockname()[1]}/api", {"embed": "x"})

        assert find_runner(harvested.folder) is not None
        assert launch_job(jobs.create(harvested, "embed", EMBED), harvested.folder) is None


def test_one_runner_at_a_time(workspace: Workspace) -> None:
    with only_runner(workspace.folder):
        announce(workspace.folder, "http://127.0.0.1:9/api", {})
        with pytest.raises(ConflictError, match="served already"), only_runner(workspace.folder):
            pass
        assert find_runner(workspace.folder) is not None
    assert find_runner(workspace.folder) is None


def test_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="in use"):
            choose_port(taken.getsockname()[1])
    assert choose_port(None) > 0


def test_flows_without_a_runner(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--workspace", str(workspace.folder), "--json"]
    for command in (["flows", *folder], ["flows", "list", *folder], ["flows", *folder, "list"]):
        assert run(command) == 0
        assert json.loads(capsys.readouterr().out) == {"runner": None, "ui": None, "deployments": [], "runs": []}


def test_help_does_not_import_prefect(clean_environment: Mapping[str, str]) -> None:
    script = "import sys; from snoop_flow.cli import run; run(['--help']); sys.exit('prefect' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean_environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "schedule" in done.stdout


def test_child_ends_with_its_parent() -> None:
    # the grandchild holds the pipe open, so reading to the end waits for it
    parent = (
        "import os, subprocess, sys\n"
        "os.environ['SNOOP_FLOW_PARENT'] = str(os.getpid())\n"
        "subprocess.Popen([sys.executable, '-m', 'snoop_prefect.child', 'http.server', '0', '--bind', '127.0.0.1'])\n"
        "print('up', flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert output.startswith(b"up")
