"""A harvest flow whose process is killed in the middle loses and doubles nothing, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from snoop_flow import Workspace
from snoop_flow.benchmarks.manifests import serving_manifests
from snoop_flow.entities import JobState
from snoop_prefect import flows

MANIFESTS, CANVASES, KILLS = 200, 2, 2
SCRIPT = """
import sys
from snoop_prefect.flows import harvest
harvest(sys.argv[1], locations=[sys.argv[2]], collection="c", allow_hosts=[sys.argv[3]])
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("empty_postgresql"))


def made(folder: Path, database: str = "") -> Path:
    Workspace.create(folder).close()
    with (folder / "snoop-flow.toml").open("a") as settings:
        settings.write("harvest_batch = 16\n")
        if database:
            settings.write(f"database = {json.dumps(database)}\n")
    Workspace.create(folder).close()
    return folder


def rows(folder: Path) -> dict[str, Any]:
    """What a catalogue holds of its records, without the moments."""
    with Workspace.open(folder) as workspace:
        found = {}
        for record in workspace.records("c", 0, 1000):
            items = [(item.id, item.uri, item.image_digest) for item in workspace.record_items(record.id)]
            found[record.id] = (record.uri, record.digest, items)
        return found


def given(url: str) -> int:
    return sum(json.loads(httpx.get(url.replace("/all", "/counts")).content).values())


def test_kill_9_in_the_middle_of_a_harvest(prefect: str, database: str, tmp_path: Path) -> None:
    with serving_manifests(MANIFESTS, CANVASES) as url:
        host = urlsplit(url).netloc
        with Workspace.open(made(tmp_path / "undisturbed")) as workspace:
            workspace.harvest([url], collection="c", allow_hosts=[host])
        folder = made(tmp_path / "killed", database)
        before = given(url)
        environment = {**os.environ, "PREFECT_API_URL": prefect}
        killed = []
        for kill in range(KILLS):
            until = before + MANIFESTS * (kill + 1) // (KILLS + 1)
            httpx.get(url.replace("/all", f"/most/{until + 16}"))  # however fast it is, it does not get to its end
            process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(folder), url, host],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while process.poll() is None and given(url) < until:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
            killed.append(len(rows(folder)))
        httpx.get(url.replace("/all", "/most/1000000"))
        report = flows.harvest(str(folder), locations=[url], collection="c", allow_hosts=[host])
        asked = given(url) - before
    assert (report["records"], report["failed"], report["gone"]) == (MANIFESTS, [], 0)
    assert 0 < killed[-1] < MANIFESTS
    assert rows(folder) == rows(tmp_path / "undisturbed")
    with Workspace.open(folder) as workspace:
        assert [(job.kind, job.state) for job in workspace.jobs()] == [("harvest", JobState.DONE)]
        assert (workspace.status().records, workspace.status().items) == (MANIFESTS, MANIFESTS * CANVASES)
    print(f"killed with {killed} of {MANIFESTS} records kept; {asked} answers of the server")  # noqa: T201
    assert asked <= MANIFESTS + (2 * 16 + 1) * (KILLS + 1)  # two units are under way at once
