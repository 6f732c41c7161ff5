"""Blind audits: samples of a class version, and the answers to them, kept apart from the marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from snoop_flow.entities import Audit, AuditAnswer
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import audit, audit_answer


def add(connection: Connection, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Audit:
    """Enter an audit with the items of its sample: `item`, `score`, `probability`, `stratum` each."""
    connection.execute(audit.insert().values(**values, created_at=now()))
    for part in chunks(rows, 1000):
        connection.execute(audit_answer.insert(), [{"audit_id": values["id"], **row} for row in part])
    return to(Audit, connection.execute(select(audit).where(audit.c.id == values["id"])).one())


def every(connection: Connection, class_id: str) -> list[Audit]:
    """The audits of a class, the newest first."""
    mine = select(audit).where(audit.c.class_id == class_id)
    return [to(Audit, row) for row in connection.execute(mine.order_by(audit.c.created_at.desc(), audit.c.id))]


def sampled(connection: Connection, class_id: str) -> list[AuditAnswer]:
    """The items of all samples of a class with their answers, those of the newest audit first."""
    joined = select(audit_answer).join(audit, audit.c.id == audit_answer.c.audit_id)
    ordered = joined.where(audit.c.class_id == class_id).order_by(
        audit.c.created_at.desc(), audit.c.id, audit_answer.c.item
    )
    return [to(AuditAnswer, row) for row in connection.execute(ordered)]


def answer(connection: Connection, answers: Mapping[tuple[str, int], int | None], user_id: str) -> None:
    """Keep answers by (audit id, item number), instead of earlier ones; None takes one back."""
    at = now()
    values = [
        {
            "of_audit": audit_id,
            "of_item": number,
            "new_answer": value,
            "new_user_id": None if value is None else user_id,
            "new_answered_at": None if value is None else at,
        }
        for (audit_id, number), value in answers.items()
    ]
    mine = (audit_answer.c.audit_id == bindparam("of_audit")) & (audit_answer.c.item == bindparam("of_item"))
    changed = update(audit_answer).where(mine)
    names: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("answer", "user_id", "answered_at")}
    if values:
        connection.execute(changed.values(**names), values)


def set_learned(connection: Connection, one: Audit, version: int) -> None:
    """Note that the answers of an audit were turned into marks when the class had this version."""
    design = {**one.design, "learned_at": version}
    connection.execute(update(audit).where(audit.c.id == one.id).values(design=design))
