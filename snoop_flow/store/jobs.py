"""Jobs and their units: provenance, progress and resuming."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from snoop_flow.entities import Job, JobState, Unit
from snoop_flow.errors import NotFoundError
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import job, unit

COST = "cost"  # beside what a report says
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


def digest_of(kind: str, parameters: Mapping[str, Any]) -> str:
    """What makes two jobs the same work."""
    return hashlib.sha256(json.dumps([kind, parameters], sort_keys=True).encode()).hexdigest()


def add(connection: Connection, id_: str, kind: str, parameters: Mapping[str, Any], user_id: str) -> Job:
    """Enter a queued job."""
    connection.execute(
        job.insert().values(
            id=id_,
            kind=kind,
            state=JobState.QUEUED,
            parameters=dict(parameters),
            digest=digest_of(kind, parameters),
            report={},
            user_id=user_id,
            created_at=now(),
        )
    )
    return by_id(connection, id_)


def add_once(connection: Connection, id_: str, kind: str, parameters: Mapping[str, Any], user_id: str) -> Job:
    """The newest queued, running or paused job that is the same work, else a new one; two at once enter but one."""
    if connection.dialect.name == "postgresql":  # in SQLite a writer is alone anyhow
        same = int.from_bytes(bytes.fromhex(digest_of(kind, parameters))[:8], signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(same)))
    found = unfinished(connection, kind, parameters)
    return found[0] if found else add(connection, id_, kind, parameters, user_id)


def _job(connection: Connection, row: Any) -> Job:
    mine = select(func.count()).where(unit.c.job_id == row.id)  # each of the two is answered from an index
    open_ = mine.where(unit.c.finished_at.is_(None))
    total, left = connection.execute(select(mine.scalar_subquery(), open_.scalar_subquery())).one()
    report = dict(row.report)
    cost = report.pop(COST, {})
    return to(Job, row, state=JobState(row.state), total=total, done=total - left, report=report, cost=cost)


def by_id(connection: Connection, id_: str, lock: bool = False) -> Job:
    """A job; with `lock`, nobody else changes it until this transaction ends.

    Raises:
        NotFoundError: there is none.
    """
    wanted = select(job).where(job.c.id == id_)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise NotFoundError(f"there is no job {id_!r} in this workspace")
    return _job(connection, row)


def state(connection: Connection, id_: str) -> JobState:
    """The state of a job that exists; counts nothing, so it may be asked before each unit."""
    return JobState(connection.execute(select(job.c.state).where(job.c.id == id_)).scalar_one())


def latest(connection: Connection, limit: int = 50) -> list[Job]:
    """The newest jobs first."""
    rows = connection.execute(select(job).order_by(job.c.created_at.desc()).limit(limit)).all()
    return [_job(connection, row) for row in rows]


def unfinished(connection: Connection, kind: str, parameters: Mapping[str, Any]) -> list[Job]:
    """Queued, running or paused jobs that are the same work, the newest first."""
    same = (job.c.digest == digest_of(kind, parameters)) & job.c.state.in_((*ACTIVE, JobState.PAUSED))
    rows = connection.execute(select(job).where(same).order_by(job.c.created_at.desc())).all()
    return [_job(connection, row) for row in rows]


def change(connection: Connection, id_: str, **values: Any) -> None:
    """Change some columns of a job."""
    connection.execute(update(job).where(job.c.id == id_).values(**values))


def claim(connection: Connection, id_: str, owner: str) -> bool:
    """Take a queued job, or one whose owner is gone, for a process; False if it was finished or cancelled."""
    mine = (job.c.id == id_) & job.c.state.in_(ACTIVE)
    values = {
        "state": JobState.RUNNING,
        "owner": owner,
        "seen_at": now(),
        "started_at": func.coalesce(job.c.started_at, now()),
    }
    return connection.execute(update(job).where(mine).values(**values)).rowcount == 1


def plan(connection: Connection, id_: str, payloads: Iterable[Mapping[str, Any]]) -> None:
    """Enter the units of a job, all in one transaction, once."""
    rows = ({"job_id": id_, "number": n, "payload": dict(p)} for n, p in enumerate(payloads))
    for part in chunks(rows, 1000):
        connection.execute(unit.insert(), part)
    change(connection, id_, planned=True)


def open_units(connection: Connection, one: Job) -> list[Unit]:
    """The units that are still to be done."""
    rows = connection.execute(
        select(unit.c.number, unit.c.payload)
        .where(unit.c.job_id == one.id, unit.c.finished_at.is_(None))
        .order_by(unit.c.number)
    )
    return [Unit(one.id, row.number, one.kind, row.payload) for row in rows]


def finish_unit(connection: Connection, one: Unit, report: Mapping[str, Any], cost: Mapping[str, Any]) -> None:
    """Keep that a unit is done, what came of it and what it took."""
    mine = (unit.c.job_id == one.job_id) & (unit.c.number == one.number)
    values = {"report": {**report, COST: dict(cost)}, "finished_at": now()}
    connection.execute(update(unit).where(mine).values(**values))
    change(connection, one.job_id, seen_at=now())


def reports(connection: Connection, id_: str) -> Sequence[Mapping[str, Any]]:
    """The reports of the finished units in order."""
    return [{name: value for name, value in one.items() if name != COST} for one in _finished(connection, id_)]


def costs(connection: Connection, id_: str) -> Sequence[Mapping[str, Any]]:
    """What each of the finished units took."""
    return [one[COST] for one in _finished(connection, id_) if COST in one]


def _finished(connection: Connection, id_: str) -> Sequence[Mapping[str, Any]]:
    done = (unit.c.job_id == id_) & unit.c.finished_at.is_not(None)
    return list(connection.execute(select(unit.c.report).where(done).order_by(unit.c.number)).scalars())


def add_cost(connection: Connection, id_: str, cost: Mapping[str, Any]) -> None:
    """Keep what a job took so far, beside its report."""
    report = connection.execute(select(job.c.report).where(job.c.id == id_)).scalar_one()
    change(connection, id_, report={**report, COST: dict(cost)})


def payloads(connection: Connection, id_: str) -> Sequence[Mapping[str, Any]]:
    """The payloads of all units in order."""
    return list(
        connection.execute(select(unit.c.payload).where(unit.c.job_id == id_).order_by(unit.c.number)).scalars()
    )
