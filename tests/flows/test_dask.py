"""Enrichment by Dask: two processes really do the units of one job, each with one thread."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from prefect.task_runners import ThreadPoolTaskRunner
from sqlalchemy import select

from snoop_flow import Workspace
from snoop_flow import jobs as running
from snoop_flow.benchmarks.archives import add_classes, made_up_archive
from snoop_flow.benchmarks.corpora import made_up
from snoop_flow.errors import UsageError
from snoop_flow.store import jobs
from snoop_flow.store.schema import prediction
from snoop_prefect.task_runners import task_runner

ITEMS, DIMENSION = 4_000, 32
SCRIPT = """
import json, sys
from snoop_flow import Workspace
from snoop_flow import jobs as running
from snoop_prefect.flows import enrich
if __name__ == "__main__":
    print(json.dumps(enrich(sys.argv[1], job_id=sys.argv[2])))
"""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An archive of made-up vectors whose enrichment has nine units."""
    monkeypatch.setenv("SNOOP_FLOW_ENRICH_BATCH", "500")
    rng = np.random.default_rng(0)
    return made_up_archive(tmp_path / "archive", made_up(ITEMS, DIMENSION, rng), DIMENSION)


def test_two_processes_do_the_units_of_one_enrichment(
    archive: Workspace, prefect: str, clean_environment: Mapping[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("prefect_dask")
    ids = add_classes(archive, 3, 40, np.random.default_rng(0))
    archive.enrich(ids)
    wanted = _predictions(archive)
    with archive.catalogue.write() as connection:
        connection.execute(prediction.delete())
    queued = running.create(archive, "enrich", {"names": ids, "collection": None, "everything": True})
    archive.plan_job(queued.id)
    with archive.catalogue.write() as connection:
        jobs.change(connection, queued.id, owner="")
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    environment = {**clean_environment, "PREFECT_API_URL": prefect, "SNOOP_FLOW_TASK_RUNNER": "dask:2"}
    command = [sys.executable, str(script), str(archive.folder), queued.id]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    with archive.catalogue.read() as connection:
        reports = jobs.reports(connection, queued.id)
    workers = [report["worker"] for report in reports]
    assert len(set(workers)) == 2
    assert archive.job(queued.id).report["workers"] == 2
    assert _predictions(archive) == wanted
    archive.close()


def _predictions(workspace: Workspace) -> list[tuple[str, int, float]]:
    rows = select(prediction.c.class_id, prediction.c.item, prediction.c.score)
    with workspace.catalogue.read() as connection:
        return [tuple(row) for row in connection.execute(rows.order_by(prediction.c.class_id, prediction.c.item))]


@pytest.mark.parametrize("wanted", ["threads", ""])
def test_a_flow_keeps_its_own_threads_by_default(wanted: str) -> None:
    assert task_runner(wanted) is None


def test_a_task_runner_is_made_from_the_setting() -> None:
    pytest.importorskip("prefect_dask")
    assert task_runner("threads:3") == ThreadPoolTaskRunner(max_workers=3)
    local, far = task_runner("dask:2"), task_runner("tcp://10.0.0.5:8786")
    assert vars(local)["cluster_kwargs"]["n_workers"] == 2
    assert vars(far)["address"] == "tcp://10.0.0.5:8786"


@pytest.mark.parametrize("wanted", ["ray", "dask:0", "dask:many", "10.0.0.5:8786", "threads:-1"])
def test_a_setting_that_cannot_be_read_is_refused(wanted: str) -> None:
    with pytest.raises(UsageError, match="threads:N, dask, dask:N or the address"):
        task_runner(wanted)
