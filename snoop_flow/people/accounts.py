"""Accounts: passwords, sessions, roles, preferences, and the log of who did what.

While nobody has a password, the installation has a single user: whoever reaches it acts as the local curator. From the
first password on, everybody logs in. The first one is an administrator's, so that nobody is locked out.

A session is a random token in the browser's cookie; the catalogue knows only its SHA-256. Passwords are kept as
argon2id hashes. After `TRIES` wrong passwords within `WINDOW`, a login is refused for a while; that is counted in the
catalogue, so that several server processes count together.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from snoop_flow.entities import Event, Role, User
from snoop_flow.errors import ConflictError, ForbiddenError, UsageError
from snoop_flow.store import accounts, failures, people
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 1000
TRIES = 10
WINDOW = timedelta(minutes=15)
SESSION = timedelta(days=14)
MOST_PREFERENCES = 20_000  # characters of JSON


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory


@cache
def _nobodys() -> str:
    """A hash that no password fits, so that an unknown login takes as long to refuse as a known one."""
    return _hasher().hash(secrets.token_urlsafe(24))


def login_needed(workspace: Workspace) -> bool:
    """Whether people have to log in: somebody has a password."""
    with workspace.catalogue.read() as connection:
        return accounts.any_password(connection)


def set_password(workspace: Workspace, login: str, password: str) -> None:
    """Give somebody a password; whoever is logged in as them has to log in again.

    Raises:
        NotFoundError: nobody has this login.
        UsageError: the password is too short or too long, or it is the first and no administrator's.
    """
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise UsageError(f"the password has {len(password)} characters; give at least {LEAST_CHARACTERS}")
    digest = _hasher().hash(password)
    with workspace.catalogue.write() as connection:
        found = people.by_login(connection, login)
        if found.role is not Role.ADMINISTRATOR and not accounts.administrators(connection):
            raise UsageError(
                f"{login} is a {found.role}: give an administrator a password first, else nobody could let others in"
            )
        accounts.change(connection, found.id, {"password_hash": digest})
        accounts.close_sessions(connection, found.id)
        failures.log_event(connection, "user.password", found.id, "", {"login": login})


def log_in(workspace: Workspace, login: str, password: str) -> tuple[User, str]:
    """Check a password and open a session; gives its token.

    Raises:
        ForbiddenError: login and password do not fit, or too many tries were made.
    """
    with workspace.catalogue.read() as connection:
        tried = accounts.count_events(connection, "login.failed", login[:200], now() - WINDOW)
        known = accounts.password_hashes(connection).get(login, "")
    if tried >= TRIES:
        raise ForbiddenError(f"too many wrong passwords for {login[:40]!r}; try again in a quarter of an hour")
    fits = _fits(known, password)
    with workspace.catalogue.write() as connection:
        found = people.by_login(connection, login) if fits else None
        if found is not None and found.disabled_at is None:
            token = secrets.token_urlsafe(32)
            accounts.open_session(connection, _digest(token), found.id, now() + SESSION)
            failures.log_event(connection, "login.done", found.id, found.id, {})
            return found, token
        failures.log_event(connection, "login.failed", login[:200], "", {})
    raise ForbiddenError("login and password do not fit; try again, or ask an administrator for a new password")


def _fits(known: str, password: str) -> bool:
    try:
        return _hasher().verify(known or _nobodys(), password[:MOST_CHARACTERS]) and bool(known)
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def session_user(workspace: Workspace, token: str) -> User | None:
    """Who has this token; None when the session is over."""
    with workspace.catalogue.read() as connection:
        return accounts.session_user(connection, _digest(token))


def log_out(workspace: Workspace, token: str) -> None:
    """End a session."""
    with workspace.catalogue.write() as connection:
        found = accounts.session_user(connection, _digest(token))
        if found is not None:
            accounts.close_sessions(connection, found.id, _digest(token))


def change_user(
    workspace: Workspace, login: str, *, name: str | None = None, role: str | None = None, disabled: bool | None = None
) -> User:
    """Change somebody's name or role, or whether they may log in; they keep what they did.

    Raises:
        NotFoundError: nobody has this login.
        UsageError: no such role, or the name is none.
        ConflictError: nobody who can log in would be an administrator any more.
    """
    if role is not None and role not in set(Role):
        raise UsageError(f"role {role!r}: is one of {', '.join(Role)}")
    with workspace.catalogue.write() as connection:
        found = people.by_login(connection, login)
        values: dict[str, Any] = {} if role is None else {"role": role}
        if name is not None and name.strip():
            values["name"] = " ".join(name.split())[:200]
        if disabled is not None:
            values["disabled_at"] = now() if disabled else None
        before = accounts.administrators(connection)
        accounts.change(connection, found.id, values or {"name": found.name})
        if before and not accounts.administrators(connection):
            raise ConflictError(f"{login} is the only administrator who can log in; make somebody else one first")
        if disabled:
            accounts.close_sessions(connection, found.id)
        told = {key: str(value) for key, value in values.items()}
        failures.log_event(connection, "user.changed", found.id, "", {"login": login, **told})
        return people.by_login(connection, login)


def who_can_log_in(workspace: Workspace) -> set[str]:
    """The logins that have a password."""
    with workspace.catalogue.read() as connection:
        return {login for login, known in accounts.password_hashes(connection).items() if known}


def preferences(workspace: Workspace) -> dict[str, Any]:
    """What the person who acts here prefers, such as keys of their own."""
    mine = workspace.user()
    with workspace.catalogue.read() as connection:
        return accounts.preferences(connection, mine.id)


def set_preferences(workspace: Workspace, changes: Mapping[str, Any]) -> None:
    """Change what the person who acts here prefers; a value of None forgets it.

    Raises:
        UsageError: it is more than is kept for anybody.
    """
    mine = workspace.user()
    with workspace.catalogue.write() as connection:
        kept = {**accounts.preferences(connection, mine.id), **changes}
        kept = {name: value for name, value in kept.items() if value is not None}
        if len(str(kept)) > MOST_PREFERENCES:
            raise UsageError("these preferences are larger than what is kept for a person; make them shorter")
        accounts.change(connection, mine.id, {"preferences": kept})


def audit_log(
    workspace: Workspace, limit: int = 100, *, before: int | None = None, name: str = ""
) -> Sequence[tuple[Event, str]]:
    """The latest events with the name of who caused them, newest first.

    Args:
        before: only those with a smaller number, for the next page.
        name: only those whose name begins so, such as `user.`.
    """
    with workspace.catalogue.read() as connection:
        names = people.names(connection)
        found = accounts.events(connection, limit, before, name)
    return [(one, names.get(one.user, "")) for one in found]
