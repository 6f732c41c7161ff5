"""A harvest that is killed at any moment loses and doubles nothing; what did not change is not read again."""

from __future__ import annotations

import json
import random
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
from snoop_flow.errors import ConflictError

MANIFESTS, CANVASES, KILLS = 600, 2, 8


def rows(folder: Path) -> dict[str, Any]:
    """What a catalogue holds of its records, without the moments."""
    with Workspace.open(folder) as workspace:
        found = {}
        for offset in range(0, 10_000, 500):
            records = workspace.records("c", offset, 500)
            for record in records:
                items = [(item.id, item.uri, item.image_digest) for item in workspace.record_items(record.id)]
                found[record.id] = (record.uri, record.digest, items)
            if len(records) < 500:
                return found
        raise AssertionError("more records than there are manifests")


def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    rng = random.Random(1856)
    with serving_manifests(MANIFESTS, CANVASES) as url:
        undisturbed = tmp_path / "undisturbed"
        with Workspace.create(undisturbed) as workspace:
            workspace.harvest([url], collection="c", allow_hosts=[urlsplit(url).netloc])
        before = given(url)
        folder = tmp_path / "killed"
        Workspace.create(folder).close()
        command = [sys.executable, "-m", "snoop_flow", "harvest", url, "--collection", "c", "--json"]
        command += ["--allow-host", urlsplit(url).netloc, "--workspace", str(folder)]
        killed = 0
        for moment in sorted(rng.sample(range(20, MANIFESTS - 20), KILLS)):
            so_far = sum(before.values()) + moment
            httpx.get(url.replace("/all", f"/most/{so_far + 20}"))  # however fast it is, it does not get to its end
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while process.poll() is None and sum(given(url).values()) < so_far:
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.02))  # between two requests, while it writes, at any moment
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            process.communicate()
        httpx.get(url.replace("/all", "/most/1000000"))
        last = subprocess.run(command, capture_output=True, check=True, text=True)
        after = given(url)
    report = json.loads(last.stdout)
    assert killed == KILLS
    assert (report["records"], report["failed"], report["gone"]) == (MANIFESTS, [], 0)
    assert rows(folder) == rows(undisturbed)
    assert len(rows(folder)) == MANIFESTS
    asked = after["200"] + after["304"] - before["200"] - before["304"]
    print(f"killed {killed} times; {MANIFESTS} records, {MANIFESTS * CANVASES} items; {asked} answers of the server")  # noqa: T201
    with Workspace.open(folder) as workspace:
        # units are of 64 records, three are under way at once, and each run lists the collection again at most once
        assert MANIFESTS < asked <= MANIFESTS + (3 * 64 + 1) * (killed + 1)
        assert all(job.state is JobState.DONE for job in workspace.jobs())


def given(url: str) -> dict[str, int]:
    return dict(json.loads(httpx.get(url.replace("/all", "/counts")).content))


def test_unchanged_manifests_are_not_read_again_and_nothing_is_embedded(tmp_path: Path) -> None:
    """The same over 10 000 manifests is `snoop-flow bench harvest`."""
    with serving_manifests(200, 1) as url, Workspace.create(tmp_path / "w") as workspace:
        workspace.harvest([url], allow_hosts=[urlsplit(url).netloc])
        before = given(url)
        again = workspace.harvest([url])
        after = given(url)
        assert (again.unchanged, again.skipped, again.changed, again.items) == (200, 200, 0, 200)
        assert after["304"] - before["304"] == 200
        assert after["200"] - before["200"] == 1  # the collection


def test_a_paused_harvest_goes_on_where_it_was_left(tmp_path: Path) -> None:
    with serving_manifests(300, 1) as url, Workspace.create(tmp_path / "w") as workspace:
        seen: list[int] = []

        def pause(done: int, total: int, _: str) -> None:
            seen.append(done)
            if done == 2:
                workspace.pause_job(workspace.jobs(1)[0].id)

        with pytest.raises(ConflictError, match="paused before it was done"):
            workspace.harvest([url], allow_hosts=[urlsplit(url).netloc], progress=pause)
        job = workspace.jobs(1)[0]
        assert job.state is JobState.PAUSED
        assert 0 < job.done < job.total
        left = given(url)["200"]
        assert left < 300
        assert workspace.resume_job(job.id).state in (JobState.QUEUED, JobState.RUNNING, JobState.DONE)
        for _ in range(600):
            if workspace.job(job.id).state is JobState.DONE:
                break
            time.sleep(0.05)
        assert workspace.job(job.id).report["records"] == 300
        assert given(url)["200"] <= 302
