from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling
from sqlalchemy import select

from snoop_flow import Workspace, jobs
from snoop_flow.entities import Job, JobState
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.store.schema import unit
from snoop_prefect import flows

pytestmark = pytest.mark.usefixtures("prefect")
SCRIPT = "import sys; from snoop_prefect.flows import embed; embed(sys.argv[1], job_id=sys.argv[2])"
EMBED = {"collection": None, "backbone": None, "device": None}


def newest(workspace: Workspace) -> Job:
    return workspace.jobs(1)[0]


def test_ingest_harvests_embeds_and_indexes_once(workspace: Workspace, pictures: Path) -> None:
    reports = flows.ingest(str(workspace.folder), locations=[str(pictures)], collection="pictures")

    assert reports["harvest"]["items"] == 24
    assert reports["embed"]["embedded"] == 24
    assert reports["index"]["items"] == 24
    assert [(job.kind, job.state) for job in reversed(workspace.jobs())] == [
        ("harvest", JobState.DONE),
        ("embed", JobState.DONE),
        ("index", JobState.DONE),
    ]

    again = flows.ingest(str(workspace.folder), locations=[str(pictures)], collection="pictures")

    assert again["harvest"]["unchanged"] == again["harvest"]["records"] == 1
    assert again["embed"]["embedded"] == 0
    assert workspace.status().items == workspace.status().embedded == 24


def test_flow_runs_a_queued_job_and_leaves_a_finished_one_alone(harvested: Workspace) -> None:
    job = jobs.create(harvested, "embed", EMBED)

    report = flows.embed(str(harvested.folder), job_id=job.id)

    done = harvested.job(job.id)
    assert report["embedded"] == 24
    assert (done.state, done.done) == (JobState.DONE, done.total)
    assert flows.embed(str(harvested.folder), job_id=job.id) == report
    assert harvested.job(job.id) == done


def test_same_parameters_take_up_an_abandoned_job(harvested: Workspace) -> None:
    job = jobs.create(harvested, "embed", EMBED)
    first, *_ = harvested.plan_job(job.id)
    harvested.do_unit(first)

    flows.embed(str(harvested.folder))

    assert harvested.job(job.id).state is JobState.DONE
    assert [one.id for one in harvested.jobs() if one.kind == "embed"] == [job.id]


def test_enrich_and_publish_as_flows(harvested: Workspace) -> None:
    harvested.embed()
    items = [item.id for record in harvested.records("pictures") for item in harvested.record_items(record.id)]
    harvested.create_class("stripes", positives=items[:3])
    harvested.mark("stripes", dict.fromkeys(items[3:6], -1), op_id="one")
    harvested.fit("stripes")

    enriched = flows.enrich(str(harvested.folder), names=["stripes"], threshold=-1e9)
    published = flows.publish(str(harvested.folder), names=["stripes"], policy="all")

    assert (enriched["scored"], enriched["predicted"]) == (24, 21)  # what was marked negative is no candidate
    assert published["annotations"] == 21


def test_push_as_a_flow(harvested: Workspace, tmp_path: Path) -> None:
    harvested.embed()
    items = [item.id for record in harvested.records("pictures") for item in harvested.record_items(record.id)]
    harvested.create_class("stripes", positives=items[:3])
    harvested.fit("stripes")
    harvested.enrich(["stripes"])
    total = harvested.publish(["stripes"]).annotations
    folder, target = str(harvested.folder), str(tmp_path / "sent")

    first = flows.push(folder, target=target, classes=["stripes"])
    again = flows.push(folder, target=target, classes=["stripes"])

    assert (first["sent"], again["sent"], again["unchanged"]) == (total, 0, total)
    assert sum(path.is_file() for path in (tmp_path / "sent").rglob("*.json")) == total + first["verdicts"]
    with pytest.raises(UsageError, match="writes to a web address"):
        flows.push(folder, target=target, kind="sas")
    assert newest(harvested).state is JobState.FAILED


def test_task_is_a_plain_function_underneath(harvested: Workspace) -> None:
    job = jobs.create(harvested, "embed", EMBED)
    units = harvested.plan_job(job.id)

    for one in units:
        flows.do_unit.fn(str(harvested.folder), one)

    assert harvested.finish_job(job.id).report["embedded"] == 24


def test_failure_is_kept_in_the_job(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError):
        flows.enrich(str(workspace.folder), names=["no such class"])

    assert newest(workspace).state is JobState.FAILED
    assert "no such class" in newest(workspace).error


def test_cancelled_job_ends_as_a_cancelled_flow_run(harvested: Workspace) -> None:
    job = jobs.create(harvested, "embed", EMBED)
    harvested.plan_job(job.id)
    harvested.cancel_job(job.id)

    state = flows.embed(str(harvested.folder), job_id=job.id, return_state=True)

    assert state.is_cancelled()
    assert harvested.job(job.id).done == 0


def test_flow_run_cancelled_in_prefect_cancels_its_job(harvested: Workspace) -> None:
    job = jobs.create(harvested, "embed", EMBED)
    run = FlowRun(flow_id=uuid4(), parameters={"workspace": str(harvested.folder), "job_id": job.id})

    for hook in flows.embed.on_cancellation_hooks:
        hook(flow=flows.embed, flow_run=run, state=Cancelling())

    assert harvested.job(job.id).state is JobState.CANCELLED


def finished_units(workspace: Workspace, job_id: str) -> Mapping[int, object]:
    query = select(unit.c.number, unit.c.finished_at).where(unit.c.job_id == job_id, unit.c.finished_at.is_not(None))
    with workspace.catalogue.read() as connection:
        return {row.number: row.finished_at for row in connection.execute(query)}


def kill_after_first_batch(folder: str, job_id: str, environment: Mapping[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, folder, job_id], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        log = []
        for line in process.stderr:
            log.append(line)
            if "'embed 1'" in line and "Completed" in line:
                break
        process.kill()
    assert process.returncode == -9, "".join(log)


def test_kill_9_in_the_middle_of_embed(
    harvested: Workspace, prefect: str, clean_environment: Mapping[str, str]
) -> None:
    job = jobs.create(harvested, "embed", EMBED)
    kill_after_first_batch(str(harvested.folder), job.id, {**clean_environment, "PREFECT_API_URL": prefect})
    interrupted = harvested.job(job.id)
    before = finished_units(harvested, job.id)
    assert interrupted.state is JobState.RUNNING
    assert 0 < interrupted.done < interrupted.total

    flows.embed(str(harvested.folder), job_id=job.id)

    after = finished_units(harvested, job.id)
    assert harvested.job(job.id).state is JobState.DONE
    assert {number: after[number] for number in before} == before  # nothing was redone
    assert len(after) == interrupted.total
    vectors = harvested.vectors(harvested.embedding_set())
    assert len(vectors) == len(set(vectors.numbers.tolist())) == 24  # nothing was doubled or lost


def test_switch_embeds_indexes_and_moves_classes(harvested: Workspace) -> None:
    flows.embed(str(harvested.folder))
    report = flows.switch(str(harvested.folder), backbone="distilled")

    assert report["embed"]["skipped"] == 24
    assert report["index"]["items"] == 24
    assert (report["moved"], report["left"]) == ([], [])
    with pytest.raises(UsageError, match="unknown backbone"):
        flows.switch(str(harvested.folder), backbone="nothing")
