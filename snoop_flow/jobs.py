"""Running verbs as jobs: plan once, do each unit once, resume what a killed process left.

A verb's work is cut into units that are kept in the catalogue. A unit may be done twice (a process can die between the
work and its record), so every `do_unit` is idempotent by natural keys; a finished unit is never done again.
"""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import Job, JobState, Unit
from snoop_flow.errors import ConflictError, SnoopError, UsageError
from snoop_flow.frugality import Cost, Meter, metered
from snoop_flow.plugin_types import Event
from snoop_flow.store import failures, jobs
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

Progress = Callable[[int, int, str], None]
Payload = Mapping[str, Any]
LEASE = timedelta(minutes=30)  # how long a silent process on another machine keeps its job
FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
STOPPED = (JobState.PAUSED, JobState.CANCELLED)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verb:
    """How a kind of job is done.

    Attributes:
        plan: the payloads of its units, small JSON each.
        do_unit: does one unit, idempotently; returns a small JSON report, or None where it was left for another time.
        finish: joins the reports of all units to the job's report.
        at_once: units that one process does at the same time: one waits for the network while another computes.
        charge: enters, when the job is done, what it took where that is kept as well, given report and cost.
    """

    kind: str
    plan: Callable[[Workspace, Job], Iterable[Payload]]
    do_unit: Callable[[Workspace, Job, Unit], Payload | None]
    finish: Callable[[Workspace, Job, Sequence[Payload]], Payload]
    at_once: int = 1
    charge: Callable[[Connection, Job, Payload, Cost], None] | None = None


def create(workspace: Workspace, kind: str, parameters: Payload, user: str | None = None) -> Job:
    """Enter a queued job."""
    owner = workspace.user(user)
    with workspace.catalogue.write() as connection:
        return jobs.add(connection, uuid.uuid4().hex, kind, parameters, owner.id)


def create_once(workspace: Workspace, kind: str, parameters: Payload, user: str | None = None) -> tuple[Job, bool]:
    """The unfinished job that is the same work, or a new one; and whether it is new."""
    owner, id_ = workspace.user(user), uuid.uuid4().hex
    with workspace.catalogue.write() as connection:
        job = jobs.add_once(connection, id_, kind, parameters, owner.id)
    return job, job.id == id_


def run(workspace: Workspace, verb: Verb, parameters: Payload, progress: Progress | None = None) -> Job:
    """Do a verb here and now, going on with the same work where a killed process left it.

    Raises:
        ConflictError: another living process is at the same work.
        SnoopError: what the verb raises; the job is kept as failed.
    """
    for job in unfinished(workspace, verb.kind, parameters):
        if job.state is JobState.RUNNING and alive(job):
            raise ConflictError(f"the same {job.kind} runs already as job {job.id} ({job.owner}); wait for it")
    job, _ = create_once(workspace, verb.kind, parameters)
    if job.state is JobState.PAUSED:
        job = unpause_job(workspace, job.id)
    # whoever asked is told why it fails, and needs no log for that
    return run_job(workspace, verb, job.id, progress, logged=logging.INFO)


def run_job(
    workspace: Workspace, verb: Verb, job_id: str, progress: Progress | None = None, *, logged: int = logging.ERROR
) -> Job:
    """Do all open units of a job in this process and finish it; a finished job is returned as it is.

    Args:
        logged: as what the log tells that it failed.

    Raises:
        ConflictError: another living process is at it.
        SnoopError: what the verb raises; the job is kept as failed.
    """
    if _claim(workspace, job_id) is None:
        return get(workspace, job_id)
    try:
        units = plan_job(workspace, verb, job_id)
        job = get(workspace, job_id)
        report = progress or _silent
        report(job.done, job.total, verb.kind)
        for done, wanted in enumerate(_done(workspace, verb, units), job.done + 1):
            if not wanted:
                return get(workspace, job_id)
            report(done, job.total, verb.kind)
        return finish_job(workspace, verb, job_id)
    except SnoopError as error:
        fail_job(workspace, job_id, str(error), logged=logged)
        raise
    except Exception as error:
        fail_job(workspace, job_id, f"{type(error).__name__}: {error}")
        raise


def _done(workspace: Workspace, verb: Verb, units: Sequence[Unit]) -> Iterator[bool]:
    """Do units, some at once; False for one that was left: the job was stopped, or the workspace is closing."""

    def attempt(unit: Unit) -> bool:
        if workspace.closing or _state(workspace, unit.job_id) in STOPPED:
            return False
        return do_unit(workspace, verb, unit) is not None

    if verb.at_once == 1:
        yield from map(attempt, units)
        return
    waiting = iter(units)
    with ThreadPoolExecutor(verb.at_once, verb.kind) as threads:
        working = {threads.submit(attempt, unit) for unit in islice(waiting, verb.at_once)}
        while working:  # a slow unit does not keep others from beginning, so their order is not kept
            ended, working = wait(working, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in ended)
            working |= {threads.submit(attempt, unit) for unit in islice(waiting, len(ended))}


def plan_job(workspace: Workspace, verb: Verb, job_id: str) -> list[Unit]:
    """Claim a job for this process, plan it unless that was done, and give its open units.

    Raises:
        ConflictError: another living process is at it.
    """
    job = _claim(workspace, job_id)
    if job is None:
        return []
    if not job.planned:
        # the plan may fetch for minutes, so it is made outside the transaction that keeps it
        with _metered(workspace, job) as meter:
            payloads = list(verb.plan(workspace, job))
        with workspace.catalogue.write() as connection:
            jobs.plan(connection, job_id, payloads)
            jobs.add_cost(connection, job_id, (Cost.of(job.cost) + meter.cost).as_json())
    with workspace.catalogue.read() as connection:
        return jobs.open_units(connection, job)


def _claim(workspace: Workspace, job_id: str) -> Job | None:
    """Take a job for this process; None when it is final."""
    with workspace.catalogue.write() as connection:
        job = jobs.by_id(connection, job_id, lock=True)
        if job.state is JobState.RUNNING and job.owner != _me() and alive(job):
            raise ConflictError(f"job {job_id} is being done by another process ({job.owner}); wait for it")
        return jobs.by_id(connection, job_id) if jobs.claim(connection, job_id, _me()) else None


def do_unit(workspace: Workspace, verb: Verb, unit: Unit) -> Payload | None:
    """Do one unit and keep that it is done; None where it stays open, since the job was stopped meanwhile."""
    job = get(workspace, unit.job_id)
    with _metered(workspace, job) as meter:
        report = verb.do_unit(workspace, job, unit)
    if report is None:
        return None
    with workspace.catalogue.write(waiting=False) as connection:  # without this note it is done again
        jobs.finish_unit(connection, unit, report, meter.cost.as_json())
    return report


def _metered(workspace: Workspace, job: Job) -> AbstractContextManager[Meter]:
    return metered(workspace.settings.watts_per_core, str(job.parameters.get("device", "cpu")))


def finish_job(workspace: Workspace, verb: Verb, job_id: str) -> Job:
    """Close a job whose units are all done; one that is final or paused is returned as it is.

    Raises:
        UsageError: units are still open.
    """
    job = get(workspace, job_id)
    if job.state in FINAL or job.state is JobState.PAUSED:
        return job
    if job.done < job.total:
        raise UsageError(f"job {job_id} has {job.total - job.done} open units; run it before finishing it")
    with workspace.catalogue.read() as connection:
        reports, costs = jobs.reports(connection, job_id), jobs.costs(connection, job_id)
    with _metered(workspace, job) as meter:
        result = dict(verb.finish(workspace, job, reports))
    cost = sum(map(Cost.of, costs), Cost.of(job.cost) + meter.cost)
    with workspace.catalogue.write() as connection:
        jobs.change(connection, job_id, state=JobState.DONE, report=result, finished_at=now())
        jobs.add_cost(connection, job_id, cost.as_json())
        if verb.charge is not None:
            verb.charge(connection, job, result, cost)
        failures.log_event(connection, f"{job.kind}.done", job_id, job.user_id, _small(result))
    workspace.host.track(Event(f"{job.kind}.done", job_id, job.user_id, now(), result))
    return get(workspace, job_id)


def busy_seconds(reports: Iterable[Payload]) -> float:
    """Seconds in which at least one unit was under way, from the `span` [begin, end] in their reports."""
    total, until = 0.0, float("-inf")
    for begin, end in sorted(report["span"] for report in reports):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def fail_job(workspace: Workspace, job_id: str, error: str, *, logged: int = logging.ERROR) -> None:
    """Keep that a job failed and why; its finished units stay done."""
    log.log(logged, "job %s failed: %s", job_id, error)
    with workspace.catalogue.write() as connection:
        if jobs.by_id(connection, job_id).state not in FINAL:
            jobs.change(connection, job_id, state=JobState.FAILED, error=error, finished_at=now())


def cancel_job(workspace: Workspace, job_id: str) -> Job:
    """Stop a job after its present unit; what is done stays done."""
    with workspace.catalogue.write() as connection:
        if jobs.by_id(connection, job_id).state not in FINAL:
            jobs.change(connection, job_id, state=JobState.CANCELLED, finished_at=now())
    return get(workspace, job_id)


def pause_job(workspace: Workspace, job_id: str) -> Job:
    """Let a job rest after its present unit, until it is taken up again."""
    with workspace.catalogue.write() as connection:
        if jobs.by_id(connection, job_id, lock=True).state in jobs.ACTIVE:
            jobs.change(connection, job_id, state=JobState.PAUSED, owner="")
    return get(workspace, job_id)


def unpause_job(workspace: Workspace, job_id: str) -> Job:
    """Queue a paused job again, as it was."""
    with workspace.catalogue.write() as connection:
        if jobs.by_id(connection, job_id, lock=True).state is JobState.PAUSED:
            jobs.change(connection, job_id, state=JobState.QUEUED, owner="")
    return get(workspace, job_id)


def get(workspace: Workspace, job_id: str) -> Job:
    """A job as it stands; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        return jobs.by_id(connection, job_id)


def _state(workspace: Workspace, job_id: str) -> JobState:
    with workspace.catalogue.read() as connection:
        return jobs.state(connection, job_id)


def unfinished(workspace: Workspace, kind: str, parameters: Payload) -> list[Job]:
    """Queued, running or paused jobs that are the same work, the newest first."""
    with workspace.catalogue.read() as connection:
        return jobs.unfinished(connection, kind, parameters)


def latest(workspace: Workspace, limit: int = 50) -> list[Job]:
    """The newest jobs first."""
    with workspace.catalogue.read() as connection:
        return jobs.latest(connection, limit)


def abandoned(workspace: Workspace) -> list[Job]:
    """Queued jobs and jobs whose process is gone, oldest first: what a restarted server takes up again."""
    active = [job for job in latest(workspace, 500) if job.state in jobs.ACTIVE and not alive(job)]
    return active[::-1]


def note_flow_run(workspace: Workspace, job_id: str, flow_run: str) -> None:
    """Keep which run elsewhere executes a job."""
    with workspace.catalogue.write() as connection:
        jobs.change(connection, job_id, flow_run=flow_run)
        if jobs.by_id(connection, job_id, lock=True).state is JobState.QUEUED:
            jobs.change(connection, job_id, owner="elsewhere:0", seen_at=now())


def _silent(done: int, total: int, message: str) -> None:
    pass


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def alive(job: Job) -> bool:
    """Whether another process is at a job, as far as can be seen from here."""
    host, _, pid = job.owner.rpartition(":")
    if not host:
        return False
    if host != socket.gethostname():
        return job.seen_at is not None and now() - job.seen_at < LEASE
    # our own process runs a job in one thread at a time, so it may take its own job up again
    return pid.isdigit() and int(pid) != os.getpid() and runs(int(pid))


def runs(pid: int) -> bool:
    """Whether a process of this machine exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _small(report: Payload) -> dict[str, Any]:
    return {name: value for name, value in report.items() if isinstance(value, int | float | str)}
