"""The verbs as Prefect flows: plan, map a task over the open units, finish.

No rule of the pipeline lives here. What is done is kept in the catalogue unit by unit, so a flow run that was killed is
simply run again, with the same job id or the same parameters: it does the units that are still open. A unit is a batch,
hundreds of items or more; Prefect only knows tasks of that size.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
from prefect import Flow, flow, task, unmapped
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Cancelled
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

from snoop_flow import Workspace, jobs
from snoop_flow.entities import Job, JobState, Unit
from snoop_flow.errors import ConflictError, UsageError
from snoop_flow.videos import VIDEOS
from snoop_prefect.task_runners import task_runner

Report = dict[str, Any]
DISTRIBUTED = ("enrich",)  # units that need nothing but the workspace
# while one unit computes, the next one fetches; the setting `task_runner` gives enrichment to Dask instead
THREADS: Any = ThreadPoolTaskRunner(max_workers=2)
PARTS: Any = ThreadPoolTaskRunner(max_workers=VIDEOS.at_once)  # of films


@lru_cache(maxsize=1)
def open_workspace(folder: str) -> Workspace:
    """The workspace, opened once in this process, so that a backbone is loaded once and not for each unit."""
    workspace = Workspace.open(Path(folder))
    atexit.register(workspace.close)
    return workspace


def _may_mend_itself(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    # a wrong request stays wrong: only what a later try can change is tried again
    return not isinstance(state.result(raise_on_failure=False), UsageError)


def _cancel_job(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    # cancelled in Prefect's pages; the runner calls this after it ended the run's process
    if job_id := flow_run.parameters.get("job_id"):
        with Workspace.open(flow_run.parameters["workspace"]) as workspace:
            workspace.cancel_job(job_id)


@task(
    name="unit",
    task_run_name="{unit.kind} {unit.number}",
    retries=2,
    retry_delay_seconds=[2, 20],
    retry_condition_fn=_may_mend_itself,
    cache_policy=NO_CACHE,  # the catalogue knows what is done
    persist_result=False,
)
def do_unit(workspace: str, unit: Unit) -> Report:
    """Do one unit of a job, unless the job was cancelled or paused meanwhile."""
    opened = open_workspace(workspace)
    if opened.job(unit.job_id).state in (JobState.CANCELLED, JobState.PAUSED):
        return {}
    return opened.do_unit(unit)


@task(name="move classes", retries=2, retry_delay_seconds=[2, 20], cache_policy=NO_CACHE, persist_result=False)
def move_classes(workspace: str, backbone: str) -> dict[str, Any]:
    """Teach the classes on another backbone; those that are on it already are left alone."""
    report = open_workspace(workspace).move_classes(backbone)
    return {"moved": [asdict(one) for one in report.moved], "left": [asdict(one) for one in report.left]}


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def harvest(
    workspace: str,
    job_id: str | None = None,
    locations: list[str] | None = None,
    collection: str | None = None,
    source: str | None = None,
    limit: int | None = None,
    allow_hosts: list[str] | None = None,
    full: bool = False,
) -> Report:
    """Read records and items from sources into the catalogue.

    How often a host is asked is not Prefect's to limit: the queues at the hosts are shared by all flows, commands and
    pages of a workspace, and a killed run leaves them at once.

    Args:
        workspace: folder of the workspace, as for all flows.
        job_id: a job that is queued or was interrupted; the other arguments are then those of the job.
        locations: addresses or folders.
        full: list everything, also where a source tells what changed since last time.
    """
    parameters = {"locations": locations or [], "collection": collection, "source": source, "limit": limit}
    parameters |= {"allow_hosts": allow_hosts or []} | ({"full": True} if full else {})
    again = open_workspace(workspace).job(job_id).parameters.get("retry") if job_id else None
    return _with_films(workspace, _carry_out(workspace, job_id, "harvest", parameters), again)


@flow(name="harvest_videos", task_runner=PARTS, persist_result=False, on_cancellation=[_cancel_job])
def harvest_videos(
    workspace: str,
    job_id: str | None = None,
    locations: list[str] | None = None,
    collection: str | None = None,
    segmenter: str | None = None,
    keyframes: int | None = None,
    every: float | None = None,
    retry: dict[str, Any] | None = None,
) -> Report:
    """Cut films into shots with keyframes, a unit for each part of a film, after harvesting what is named.

    Args:
        locations: films, folders or addresses to read into the catalogue before.
        keyframes: of a shot at most; `every` so many seconds one, instead.
        retry: instead of all this, films that could not be cut: at a `host`, or also `early`.
    """
    if locations:
        parameters = {"locations": locations, "collection": collection, "source": None, "limit": None}
        harvested = _carry_out(workspace, None, "harvest", {**parameters, "allow_hosts": []})
        collection = harvested["collection"] if isinstance(harvested, dict) else collection
    how: Report = {"collection": collection, "segmenter": segmenter, "keyframes": keyframes, "every": every}
    return _carry_out(workspace, job_id, "harvest_videos", how | ({"retry": retry} if retry else {}))


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def retry(workspace: str, job_id: str | None = None, host: str | None = None, early: bool = False) -> Report:
    """Read again what failed in harvests and may be tried again, and cut again the films that could not be cut."""
    again = {"host": host, "early": early}
    return _with_films(workspace, _carry_out(workspace, job_id, "harvest", {"locations": [], "retry": again}), again)


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def embed(
    workspace: str,
    job_id: str | None = None,
    collection: str | None = None,
    backbone: str | None = None,
    device: str | None = None,
) -> Report:
    """Compute the vectors of items that lack one."""
    parameters = {"collection": collection, "backbone": backbone, "device": device}
    return _carry_out(workspace, job_id, "embed", parameters)


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def segment(
    workspace: str,
    job_id: str | None = None,
    collection: str | None = None,
    segmenter: str = "windows",
    backbone: str | None = None,
    per_image: int | None = None,
    by: str | None = None,
    device: str = "cpu",
) -> Report:
    """Cut images into regions, and compute their vectors."""
    parameters = {"collection": collection, "segmenter": segmenter, "backbone": backbone, "per_image": per_image}
    return _carry_out(workspace, job_id, "segment", {**parameters, "by": by, "device": device})


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def index(workspace: str, job_id: str | None = None, type: str | None = None, backbone: str | None = None) -> Report:
    """Build an index over the vectors, or bring it up to date."""
    return _carry_out(workspace, job_id, "index", {"type": type, "backbone": backbone})


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def enrich(
    workspace: str,
    job_id: str | None = None,
    names: list[str] | None = None,
    collection: str | None = None,
    threshold: float | None = None,
    floor: float | None = None,
    most: int | None = None,
    everything: bool = False,
) -> Report:
    """Score the corpus with visual classes and keep predictions."""
    parameters = {"names": names or [], "collection": collection, "threshold": threshold, "floor": floor}
    parameters |= {"most": most, "everything": everything}
    return _carry_out(workspace, job_id, "enrich", parameters)


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def refine(workspace: str, job_id: str | None = None, names: list[str] | None = None, device: str = "cpu") -> Report:
    """Draw the boxes that classes of regions propose tighter around the objects."""
    return _carry_out(workspace, job_id, "refine", {"names": names or [], "device": device})


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def publish(
    workspace: str, job_id: str | None = None, names: list[str] | None = None, policy: str = "accepted"
) -> Report:
    """Turn predictions of visual classes into annotations."""
    return _carry_out(workspace, job_id, "publish", {"names": names or [], "policy": policy})


@flow(task_runner=THREADS, persist_result=False, on_cancellation=[_cancel_job])
def push(
    workspace: str,
    job_id: str | None = None,
    target: str = "",
    kind: str = "",
    classes: list[str] | None = None,
    allow_hosts: list[str] | None = None,
) -> Report:
    """Send published annotations to an annotation server or a folder; what is there already is left alone."""
    parameters = {"target": target, "kind": kind, "classes": classes, "allow_hosts": allow_hosts or []}
    return _carry_out(workspace, job_id, "push", parameters)


@flow(persist_result=False)
def ingest(
    workspace: str,
    locations: list[str],
    collection: str | None = None,
    allow_hosts: list[str] | None = None,
) -> dict[str, Any]:
    """Harvest, retry what failed and is due, embed what is new, bring the index up to date: what a schedule runs."""
    harvested = harvest(workspace, locations=locations, collection=collection, allow_hosts=allow_hosts)
    if open_workspace(workspace).due():
        retry(workspace)
    return {"harvest": harvested, "embed": embed(workspace), "index": index(workspace)}


@flow(persist_result=False)
def switch(workspace: str, backbone: str, device: str | None = None, type: str | None = None) -> dict[str, Any]:
    """Embed everything with another backbone, index it, and teach all classes on it; the old one serves meanwhile.

    Args:
        workspace: folder of the workspace.
        backbone: name, or family and location.
    """
    embedded = embed(workspace, backbone=backbone, device=device)
    indexed = index(workspace, type=type, backbone=backbone)
    return {"embed": embedded, "index": indexed, **move_classes(workspace, backbone)}


FLOWS = (harvest, harvest_videos, retry, embed, segment, index, enrich, refine, publish, push, ingest, switch)


def _with_films(folder: str, harvested: Report, retry: Report | None = None) -> Report:
    """What a harvest reports, and what became of the films that it met, or that are to be tried again."""
    if not isinstance(harvested, dict):  # it was cancelled
        return harvested
    if retry is not None:
        lacking = open_workspace(folder).films_to_retry(**retry)
        return {**harvested, "videos": harvest_videos(folder, retry=retry)} if lacking else harvested
    slug = harvested.get("collection") or None
    if slug is None or not open_workspace(folder).films_to_cut(slug):
        return harvested
    return {**harvested, "videos": harvest_videos(folder, collection=slug)}


def _carry_out(folder: str, job_id: str | None, kind: str, parameters: Report) -> Report:
    workspace = open_workspace(folder)
    job = workspace.job(job_id) if job_id else _take_up(workspace, kind, parameters)
    try:
        with _runner(workspace, kind) as submit:
            units = workspace.plan_job(job.id)
            futures = submit(do_unit, {"workspace": unmapped(folder), "unit": units})
            _follow(workspace.job(job.id), futures)
            for future in futures:
                future.result()
        job = workspace.finish_job(job.id)
    except ConflictError:
        raise  # another process is at this job: it is not ours to fail
    except Exception as error:
        workspace.fail_job(job.id, str(error) or type(error).__name__)
        raise
    if job.state in (JobState.CANCELLED, JobState.PAUSED):
        # a state that a flow returns becomes the state of its run
        return cast(Report, Cancelled(message=f"job {job.id} was {job.state}"))
    return dict(job.report)


@contextmanager
def _runner(workspace: Workspace, kind: str) -> Iterator[Callable[..., Sequence[PrefectFuture[Report]]]]:
    """What maps a task over values: the flow's own threads, or what the settings name."""
    runner = task_runner(workspace.settings.task_runner) if kind in DISTRIBUTED else None
    if runner is None:
        yield lambda task, values: task.map(**values)
        return
    with runner as started:
        yield started.map


def _take_up(workspace: Workspace, kind: str, parameters: Report) -> Job:
    left = [job for job in jobs.abandoned(workspace) if job.kind == kind and job.parameters == parameters]
    return left[-1] if left else jobs.create(workspace, kind, parameters)


def _follow(job: Job, futures: Sequence[PrefectFuture[Report]]) -> None:
    """Show the progress in Prefect's pages too; that they cannot be told never stops the work."""
    with suppress(httpx.HTTPError):
        shown = create_progress_artifact(_percent(job.done, job.total), description=f"{job.kind} {job.id}")
        for done, _ in enumerate(as_completed(list(futures)), job.done + 1):
            update_progress_artifact(cast(UUID, shown), _percent(done, job.total))


def _percent(done: int, total: int) -> float:
    return 100.0 * done / total if total else 100.0
