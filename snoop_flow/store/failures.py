"""Failures that are kept to be seen and tried again, and the append-only log of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, select, true, tuple_

from snoop_flow.entities import Failure, HostFailures
from snoop_flow.store.bulk import upsert
from snoop_flow.store.people import acting_user
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import event, failure

SUBJECT_LENGTH = 2000  # PostgreSQL cannot index longer keys


def keep(
    connection: Connection,
    stage: str,
    subject: str,
    kind: str,
    reason: str,
    *,
    retry_at: datetime | None = None,
    source_id: str = "",
    hint: Mapping[str, Any] | None = None,
) -> None:
    """Keep the last failure of a subject in a stage, how often it was tried, and when another try is worth it."""
    subject = subject_of(subject)
    mine = (failure.c.stage == stage) & (failure.c.subject == subject)
    tries = connection.execute(select(failure.c.tries).where(mine)).scalar() or 0
    values = {"stage": stage, "subject": subject, "kind": kind, "reason": reason, "tries": tries + 1, "at": now()}
    values |= {"host": host_of(subject), "retry_at": retry_at, "source_id": source_id, "hint": dict(hint or {})}
    upsert(connection, failure, [values], ["stage", "subject"])


def subject_of(uri: str) -> str:
    """The key of a failure: the address of what failed, or as much of it as can be indexed."""
    return uri[:SUBJECT_LENGTH]


def host_of(subject: str) -> str:
    """The host of an address, with its port where it has one; "" for anything else."""
    try:
        return urlsplit(subject).netloc.lower() if "://" in subject else ""
    except ValueError:
        return ""


def clear(connection: Connection, stage: str, subjects: Sequence[str]) -> None:
    """Forget the failures of subjects that succeeded."""
    for part in chunks(map(subject_of, subjects)):
        connection.execute(delete(failure).where(failure.c.stage == stage, failure.c.subject.in_(part)))


def latest(connection: Connection, stage: str | None = None, limit: int = 100) -> list[Failure]:
    """The latest failures, newest first."""
    statement = select(failure) if stage is None else select(failure).where(failure.c.stage == stage)
    rows = connection.execute(statement.order_by(failure.c.at.desc()).limit(limit))
    return [to(Failure, row) for row in rows]


def reason(connection: Connection, stage: str, subject: str) -> str:
    """Why a subject failed last in a stage, "" where it did not."""
    mine = (failure.c.stage == stage) & (failure.c.subject == subject_of(subject))
    return connection.execute(select(failure.c.reason).where(mine)).scalar() or ""


def of_stage(connection: Connection, stage: str) -> list[Failure]:
    """All failures of a stage."""
    rows = connection.execute(select(failure).where(failure.c.stage == stage).order_by(failure.c.subject))
    return [to(Failure, row) for row in rows]


def of_source(connection: Connection, source_id: str) -> list[Failure]:
    """The failures of a source's records."""
    rows = connection.execute(select(failure).where(failure.c.source_id == source_id).order_by(failure.c.subject))
    return [to(Failure, row) for row in rows]


def to_retry(connection: Connection, stage: str, host: str | None = None, *, early: bool = False) -> list[Failure]:
    """The failures of a stage that may be tried again now, by host and subject.

    Args:
        host: only those that lie there.
        early: all of them, due or not.
    """
    wanted = select(failure).where(failure.c.stage == stage, failure.c.source_id != "")
    if host is not None:
        wanted = wanted.where(failure.c.host == host)
    if not early:
        wanted = wanted.where(failure.c.retry_at <= now())
    return [to(Failure, row) for row in connection.execute(wanted.order_by(failure.c.host, failure.c.subject))]


def by_host(connection: Connection, stage: str | None = None) -> list[HostFailures]:
    """How many failures each host has, by kind, with one of each kind and the next time to try again."""
    of_stage = failure.c.stage == stage if stage is not None else true()
    grouped = (
        select(
            failure.c.host,
            failure.c.stage,
            failure.c.kind,
            func.count().label("count"),
            func.min(failure.c.retry_at).label("retry_at"),
            func.max(failure.c.at).label("at"),
            func.max(failure.c.subject).label("example"),
        )
        .where(of_stage)
        .group_by(failure.c.host, failure.c.stage, failure.c.kind)
    )
    rows = connection.execute(grouped.order_by(func.count().desc(), failure.c.host)).all()
    example = tuple_(failure.c.stage, failure.c.subject)
    reasons: dict[tuple[str, str], str] = {}
    for part in chunks((row.stage, row.example) for row in rows):
        found = connection.execute(
            select(failure.c.stage, failure.c.subject, failure.c.reason).where(example.in_(part))
        )
        reasons.update(((row.stage, row.subject), row.reason) for row in found)
    return [to(HostFailures, row, reason=reasons[row.stage, row.example]) for row in rows]


def log_event(connection: Connection, name: str, subject: str, user: str, detail: Mapping[str, Any]) -> None:
    """Append to the audit log, in the transaction of what it tells of; who acts here did it, else `user`."""
    present = acting_user()
    by = user if present is None else present.id
    values = {"name": name, "subject": subject, "user": by, "detail": dict(detail), "at": now()}
    connection.execute(event.insert().values(**values))


def moments(connection: Connection, name: str, subject: str) -> set[datetime]:
    """The moments that events of a name noted in their detail."""
    wanted = (event.c.name == name) & (event.c.subject == subject)
    found = connection.execute(select(event.c.detail).where(wanted)).scalars()
    return {datetime.fromisoformat(one["moment"]) for one in found}
