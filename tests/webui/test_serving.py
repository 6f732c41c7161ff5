"""`up` as a process: it serves, says where, and stops when it is asked to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from snoop_flow import Workspace


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


def _up(folder: Path, port: int) -> list[str]:
    command = [sys.executable, "-m", "snoop_flow", "up", "--workspace", str(folder), "--port", str(port)]
    return [*command, "--no-prefect"]


def test_up_serves_until_it_is_stopped(archive: Workspace, port: int) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        _up(archive.folder, port), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(2)]
        assert f"http://localhost:{port}/" in lines[1]
        with httpx.Client(trust_env=False) as client:
            assert client.get(f"http://127.0.0.1:{port}/healthz").json() == {"ok": True}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize("place", ["port", "workspace"])
def test_up_says_in_one_line_what_is_wrong(archive: Workspace, port: int, tmp_path: Path, place: str) -> None:
    folder = archive.folder if place == "port" else tmp_path / "nothing"
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", port))
        busy.listen()
        done = subprocess.run(_up(folder, port), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert (f"port {port} is in use" if place == "port" else "is no workspace") in done.stderr
