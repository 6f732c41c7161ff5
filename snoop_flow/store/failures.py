"""Failures that are kept to be seen and tried again, and the append-only log of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from snoop_flow.entities import Failure
from snoop_flow.store.people import acting_user
from snoop_flow.store.rows import chunks, now, to, upsert
from snoop_flow.store.schema import event, failure

SUBJECT_LENGTH = 2000  # PostgreSQL cannot index longer keys


def keep(connection: Connection, stage: str, subject: str, kind: str, reason: str) -> None:
    """Keep the last failure of a subject in a stage, and how often it was tried."""
    subject = subject[:SUBJECT_LENGTH]
    mine = (failure.c.stage == stage) & (failure.c.subject == subject)
    tries = connection.execute(select(failure.c.tries).where(mine)).scalar() or 0
    values = {"stage": stage, "subject": subject, "kind": kind, "reason": reason, "tries": tries + 1, "at": now()}
    upsert(connection, failure, [values], ["stage", "subject"])


def clear(connection: Connection, stage: str, subjects: Sequence[str]) -> None:
    """Forget the failures of subjects that succeeded."""
    for part in chunks(subject[:SUBJECT_LENGTH] for subject in subjects):
        connection.execute(delete(failure).where(failure.c.stage == stage, failure.c.subject.in_(part)))


def latest(connection: Connection, stage: str | None = None, limit: int = 100) -> list[Failure]:
    """The latest failures, newest first."""
    statement = select(failure) if stage is None else select(failure).where(failure.c.stage == stage)
    rows = connection.execute(statement.order_by(failure.c.at.desc()).limit(limit))
    return [to(Failure, row) for row in rows]


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
