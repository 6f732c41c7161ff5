"""What was sent to annotation servers elsewhere: each annotation once for each target, with its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from snoop_flow.store.bulk import upsert
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import annotation, outbox


class Delivery(StrEnum):
    """Where an annotation stands at a target."""

    SENDING = "sending"  # entered before it is sent: if it stays so, nobody knows whether it arrived
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of the outbox.

    Attributes:
        digest: of what was sent last.
        receipt: the address that the target gave it; "" while there is none.
        etag: of the target's copy, where it told one.
    """

    target: str
    annotation_id: str
    state: Delivery
    digest: str
    receipt: str
    etag: str
    error: str
    tries: int
    at: datetime


def of_target(connection: Connection, target: str, ids: Sequence[str]) -> dict[str, Sent]:
    """The lines of some annotations at a target."""
    found: dict[str, Sent] = {}
    for part in chunks(ids, 1000):
        mine = (outbox.c.target == target) & outbox.c.annotation_id.in_(part)
        for row in connection.execute(select(outbox).where(mine)):
            found[row.annotation_id] = to(Sent, row, state=Delivery(row.state))
    return found


def enter(connection: Connection, target: str, annotation_id: str, values: Mapping[str, Any]) -> None:
    """Write a line, or change it: `state`, `digest`, `receipt`, `etag`, `error` and `tries`."""
    row = {"receipt": "", "etag": "", "error": "", "tries": 0, **values}
    upsert(connection, outbox, [{"target": target, "annotation_id": annotation_id, "at": now(), **row}], _KEYS)


_KEYS = ["target", "annotation_id"]


def to_send(connection: Connection, target: str, class_ids: Sequence[str] | None, after: str, limit: int) -> list[str]:
    """The next ids after one, of live annotations and of withdrawn ones that the target still has."""
    known = select(outbox.c.annotation_id).where(
        outbox.c.target == target, outbox.c.annotation_id == annotation.c.id, outbox.c.state != Delivery.WITHDRAWN
    )
    wanted = annotation.c.withdrawn_at.is_(None) | known.exists()
    statement = select(annotation.c.id).where(annotation.c.id > after, wanted)
    if class_ids is not None:
        statement = statement.where(annotation.c.class_id.in_(list(class_ids)))
    return list(connection.execute(statement.order_by(annotation.c.id).limit(limit)).scalars())


def counts(connection: Connection, target: str, class_id: str) -> dict[str, int]:
    """How many annotations of a class stand where at a target, verdicts on them left out."""
    counted = select(outbox.c.state, func.count()).join(annotation, annotation.c.id == outbox.c.annotation_id)
    counted = counted.where(outbox.c.target == target, annotation.c.class_id == class_id).group_by(outbox.c.state)
    return {row[0]: row[1] for row in connection.execute(counted)}
