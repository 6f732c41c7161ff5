"""Jobs: planned once, resumed after a kill, never doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import JobState
from snoop_flow.errors import ConflictError, NotFoundError, UsageError


def test_a_killed_embedding_goes_on_where_it_stopped(pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    with Workspace.create(folder) as workspace:
        workspace.harvest([str(pictures)])
    environment = {**os.environ, "SNOOP_FLOW_EMBED_BATCH": "2"}
    command = [sys.executable, "-m", "snoop_flow", "embed", "--workspace", str(folder)]
    process = subprocess.Popen(command, env=environment)
    with Workspace.open(folder) as workspace:
        deadline = time.monotonic() + 60
        while not (found := [job for job in workspace.jobs() if job.kind == "embed" and job.done >= 2]):
            assert time.monotonic() < deadline
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = workspace.job(found[0].id)
        assert left.state is JobState.RUNNING
        report = workspace.embed()
        assert report.job == left.id
        job = workspace.job(left.id)
        assert (job.state, job.done) == (JobState.DONE, job.total)
        # a unit that was killed after its vectors were kept, and before it was told so, finds nothing left to do
        assert report.embedded + report.skipped == 36
        view = workspace.vectors(workspace.embedding_set())
        assert sorted(set(view.numbers.tolist())) == sorted(view.numbers.tolist())
        assert len(view) == 36


def test_units_at_the_same_time_count_once() -> None:
    from snoop_flow.jobs import busy_seconds

    assert busy_seconds([{"span": [0.0, 2.0]}, {"span": [5.0, 6.0]}, {"span": [1.0, 3.0]}]) == 4.0
    assert busy_seconds([]) == 0.0


def test_a_job_runs_in_a_thread_of_its_own(archive: Workspace) -> None:
    job = archive.start_job("embed", {})
    deadline = time.monotonic() + 60
    while archive.job(job.id).state in (JobState.QUEUED, JobState.RUNNING):
        assert time.monotonic() < deadline
    assert archive.job(job.id).state is JobState.DONE
    assert archive.job(job.id).report["skipped"] == 36


def test_a_failed_job_keeps_its_reason(archive: Workspace) -> None:
    archive.create_class("Bare")
    job = archive.start_job("enrich", {"names": ["Bare"]})
    deadline = time.monotonic() + 60
    while archive.job(job.id).state is not JobState.FAILED:
        assert time.monotonic() < deadline
    assert "class Bare has no model yet" in archive.job(job.id).error


def test_units_can_be_done_one_by_one_and_twice(archive: Workspace) -> None:
    job = archive.start_job("index", {"type": "exact"})
    archive.close()
    with Workspace.open(archive.folder) as workspace:
        job = workspace.job(job.id)
        units = workspace.plan_job(job.id)
        if job.state is JobState.QUEUED:
            with pytest.raises(UsageError, match="open units"):
                workspace.finish_job(job.id)
        for unit in [*units, *units]:
            workspace.do_unit(unit)
        assert workspace.finish_job(job.id).state is JobState.DONE


def test_a_cancelled_job_does_no_more(archive: Workspace) -> None:
    from snoop_flow import jobs

    job = jobs.create(archive, "embed", {"collection": None, "backbone": None, "device": "cpu"})
    archive.cancel_job(job.id)
    assert archive.run_job(job.id).state is JobState.CANCELLED


def test_the_same_work_by_another_living_process_is_refused(archive: Workspace) -> None:
    from snoop_flow import jobs
    from snoop_flow.store import jobs as store

    parameters = {"collection": None, "backbone": "distilled", "device": "cpu"}
    job = jobs.create(archive, "embed", parameters)
    parent = f"{jobs._me().rpartition(':')[0]}:{os.getppid()}"
    with archive.catalogue.write() as connection:
        store.claim(connection, job.id, parent)
    with pytest.raises(ConflictError, match=job.id):
        archive.embed(backbone="distilled")


def test_unknown_jobs_and_kinds_are_said(archive: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no job"):
        archive.job("nothing")
    with pytest.raises(UsageError, match=r"known are harvest, .*embed"):
        archive.start_job("dream", {})
