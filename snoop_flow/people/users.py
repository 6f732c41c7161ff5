"""People: who marks, reviews and publishes in this installation, each under a name of their own."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

from snoop_flow.entities import Role, User
from snoop_flow.errors import UsageError
from snoop_flow.store import failures
from snoop_flow.store import people as kept
from snoop_flow.workspace import Workspace

MAX_NAME = 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")


def add_user(workspace: Workspace, login: str, name: str = "", *, role: str = Role.CURATOR) -> User:
    """Enter a person.

    Args:
        login: short name, such as `ada`.
        name: as it is shown; by default the login.

    Raises:
        UsageError: login, name or role cannot be used.
        ConflictError: somebody has this login.
    """
    if not _LOGIN.fullmatch(login):
        raise UsageError(f"login {login[:40]!r}: give up to 100 small letters, digits and . _ @ -, such as ada")
    shown = " ".join(name.split()) or login
    if len(shown) > MAX_NAME or not shown.isprintable():
        raise UsageError(f"name {shown[:40]!r}: give up to {MAX_NAME} printable characters")
    if role not in set(Role):
        raise UsageError(f"role {role!r}: is one of {', '.join(Role)}")
    with workspace.catalogue.write() as connection:
        added = kept.add(connection, login, shown, Role(role))
        failures.log_event(connection, "user.added", added.id, "", {"login": login, "role": role})
    return added


def users(workspace: Workspace) -> list[User]:
    """Everybody, by login."""
    with workspace.catalogue.read() as connection:
        return kept.every(connection)


def acting(workspace: Workspace, user: User) -> AbstractContextManager[None]:
    """A block in which everything is done by `user`, who sees only what they may see."""
    return kept.acting(user)
