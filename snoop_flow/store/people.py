"""Institutions and users; one local curator by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, select

from snoop_flow.entities import Institution, Role, User
from snoop_flow.errors import ConflictError, NotFoundError
from snoop_flow.store.bulk import upsert
from snoop_flow.store.rows import now, opaque_id, to
from snoop_flow.store.schema import institution, user

LOCAL_LOGIN = "curator"
_acting: ContextVar[User | None] = ContextVar("snoop_flow_acting", default=None)


@contextmanager
def acting(user: User) -> Iterator[None]:
    """Whatever is done in this block, and in this thread, is done by `user` and sees what they may see."""
    before = _acting.set(user)
    try:
        yield
    finally:
        _acting.reset(before)


def acting_user() -> User | None:
    """Who acts here; None where nobody said, such as on the command line."""
    return _acting.get()


def ensure_local(connection: Connection, name: str) -> User:
    """Create the installation's own institution and its local curator where they are missing."""
    institution_id = opaque_id("institution", "local")
    upsert(connection, institution, [{"id": institution_id, "name": name}], ["id"])
    local = {
        "id": opaque_id("user", LOCAL_LOGIN),
        "institution_id": institution_id,
        "login": LOCAL_LOGIN,
        "name": "Curator",
        "role": Role.ADMINISTRATOR,
        "created_at": now(),
    }
    upsert(connection, user, [local], ["login"], update=[])
    return by_login(connection, LOCAL_LOGIN)


def add(connection: Connection, login: str, name: str, role: Role) -> User:
    """Enter a user of the installation's own institution.

    Raises:
        ConflictError: somebody has this login.
    """
    if connection.execute(select(user.c.id).where(user.c.login == login)).first() is not None:
        raise ConflictError(f"there is a user {login!r} already; choose another login")
    values = {
        "id": opaque_id("user", login),
        "institution_id": opaque_id("institution", "local"),
        "login": login,
        "name": name,
        "role": role,
        "created_at": now(),
    }
    connection.execute(user.insert().values(**values))
    return by_login(connection, login)


def every(connection: Connection) -> list[User]:
    """All users, by login."""
    return [to(User, row, role=Role(row.role)) for row in connection.execute(select(user).order_by(user.c.login))]


def by_login(connection: Connection, login: str) -> User:
    """A user.

    Raises:
        NotFoundError: nobody has this login.
    """
    row = connection.execute(select(user).where(user.c.login == login)).first()
    if row is None:
        raise NotFoundError(
            f"there is no user {login!r} in this workspace; enter them with: snoop-flow user add {login}"
        )
    return to(User, row, role=Role(row.role))


def names(connection: Connection) -> dict[str, str]:
    """User id → name."""
    return {row.id: row.name for row in connection.execute(select(user.c.id, user.c.name))}


def institutions(connection: Connection) -> list[Institution]:
    """All institutions."""
    return [to(Institution, row) for row in connection.execute(select(institution))]
