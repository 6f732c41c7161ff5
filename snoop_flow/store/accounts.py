"""Accounts: hashes of passwords, sessions, preferences, and what the log of events tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from snoop_flow.entities import Event, Role, User
from snoop_flow.store.rows import now, to
from snoop_flow.store.schema import event, login_session, user


def any_password(connection: Connection) -> bool:
    """Whether anybody can log in, so that everybody has to."""
    has = (user.c.password_hash != "") & user.c.disabled_at.is_(None)
    return connection.execute(select(user.c.id).where(has).limit(1)).first() is not None


def password_hashes(connection: Connection) -> dict[str, str]:
    """Login → hash of the password, empty where there is none."""
    return {row.login: row.password_hash for row in connection.execute(select(user.c.login, user.c.password_hash))}


def change(connection: Connection, user_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of an account."""
    connection.execute(update(user).where(user.c.id == user_id).values(**values))


def preferences(connection: Connection, user_id: str) -> dict[str, Any]:
    """What somebody prefers."""
    return dict(connection.execute(select(user.c.preferences).where(user.c.id == user_id)).scalar() or {})


def administrators(connection: Connection) -> list[str]:
    """Ids of the administrators who can log in."""
    can = (user.c.role == Role.ADMINISTRATOR) & (user.c.password_hash != "") & user.c.disabled_at.is_(None)
    return list(connection.execute(select(user.c.id).where(can)).scalars())


def open_session(connection: Connection, digest: str, user_id: str, expires: datetime) -> None:
    """Enter a session, and forget those that are over."""
    connection.execute(delete(login_session).where(login_session.c.expires_at < now()))
    connection.execute(login_session.insert().values(id=digest, user_id=user_id, created_at=now(), expires_at=expires))


def session_user(connection: Connection, digest: str) -> User | None:
    """Whose session it is; None when it is over, or its owner may not log in any more."""
    mine = (login_session.c.id == digest) & (login_session.c.expires_at > now()) & user.c.disabled_at.is_(None)
    row = connection.execute(select(user).join(login_session, login_session.c.user_id == user.c.id).where(mine)).first()
    return None if row is None else to(User, row, role=Role(row.role))


def close_sessions(connection: Connection, user_id: str, digest: str | None = None) -> None:
    """End a session of somebody, or all of them."""
    mine = login_session.c.user_id == user_id
    if digest is not None:
        mine &= login_session.c.id == digest
    connection.execute(delete(login_session).where(mine))


def count_events(connection: Connection, name: str, subject: str, since: datetime) -> int:
    """How often something happened to a subject."""
    wanted = (event.c.name == name) & (event.c.at > since) & (event.c.subject == subject)
    return connection.execute(select(func.count()).select_from(event).where(wanted)).scalar_one()


def events(connection: Connection, limit: int, before: int | None = None, name: str = "") -> list[Event]:
    """The latest events, newest first.

    Args:
        before: only those with a smaller number.
        name: only those whose name begins so.
    """
    statement = select(event)
    if before is not None:
        statement = statement.where(event.c.sequence < before)
    if name:
        statement = statement.where(event.c.name.startswith(name, autoescape=True))
    rows = connection.execute(statement.order_by(event.c.sequence.desc()).limit(limit))
    return [to(Event, row) for row in rows]
