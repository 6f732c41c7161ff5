"""kill -9 in the middle of an enrichment loses nothing and doubles nothing, on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from snoop_flow import Workspace
from snoop_flow.benchmarks.archives import add_classes, made_up_archive
from snoop_flow.benchmarks.corpora import made_up
from snoop_flow.entities import Job, JobState, Status
from snoop_flow.store.schema import prediction, unit

ITEMS, DIMENSION = 6_000, 16


@pytest.fixture(params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Six thousand made-up vectors, enriched in units of 50."""
    if request.param == "postgresql":
        monkeypatch.setenv("SNOOP_FLOW_DATABASE", request.getfixturevalue("empty_postgresql"))
    monkeypatch.setenv("SNOOP_FLOW_ENRICH_BATCH", "50")
    blocks = made_up(ITEMS, DIMENSION, np.random.default_rng(0))
    with made_up_archive(tmp_path / "archive", blocks, DIMENSION) as workspace:
        yield workspace


def _predictions(workspace: Workspace) -> dict[tuple[str, int], tuple[float, str]]:
    with workspace.catalogue.read() as connection:
        rows = connection.execute(select(prediction)).all()
    return {(row.class_id, row.item): (row.score, row.status) for row in rows}


def _finished(workspace: Workspace, job_id: str) -> dict[int, object]:
    query = select(unit.c.number, unit.c.finished_at).where(unit.c.job_id == job_id, unit.c.finished_at.is_not(None))
    with workspace.catalogue.read() as connection:
        return {row.number: row.finished_at for row in connection.execute(query)}


def _killed(workspace: Workspace, ids: list[str]) -> Job:
    """The job of an enrichment whose process was killed when some of its units were done."""
    command = [sys.executable, "-m", "snoop_flow", "enrich", *ids, "--workspace", str(workspace.folder)]
    process = subprocess.Popen(command, env=dict(os.environ))
    deadline = time.monotonic() + 120
    while not (found := [job for job in workspace.jobs(5) if job.kind == "enrich" and job.done >= 3]):
        assert time.monotonic() < deadline
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return workspace.job(found[0].id)


def test_a_killed_enrichment_goes_on_where_it_stopped(archive: Workspace) -> None:
    ids = add_classes(archive, 5, 100, np.random.default_rng(0))
    left = _killed(archive, ids)
    assert left.state is JobState.RUNNING
    assert 3 <= left.done < left.total
    before = _finished(archive, left.id)
    verdict = min(_predictions(archive), default=None)
    if verdict is not None:  # a person decides while nothing runs
        archive.review(verdict[0], reject=[str(verdict[1])])

    report = archive.enrich(ids)

    assert report.job == left.id
    after = _finished(archive, left.id)
    assert len(after) == left.total
    assert {number: after[number] for number in before} == before  # nothing was done again
    assert (report.scored, report.predicted) == (5 * ITEMS, 5 * 100)
    resumed = _predictions(archive)
    archive.enrich(ids, everything=True)
    assert _predictions(archive) == resumed
    assert len(resumed) == 5 * 100
    assert [key for key, (_, status) in resumed.items() if status == Status.REJECTED] == ([verdict] if verdict else [])
