"""Keys of programs: what a script or an annotation client shows instead of a password.

A key is shown once, when it is made; the catalogue knows only its hash. It is somebody's, may no more than they may,
and opens only what its scopes name.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from snoop_flow.entities import ApiKey, User
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.store import failures, keys, people
from snoop_flow.store.rows import opaque_id
from snoop_flow.workspace import Workspace

SCOPES = ("annotations:read", "annotations:write", "api:read", "api:write")
USUAL = SCOPES[:2]  # what a key opens where nothing is said: never the whole of what its holder may do
_PREFIX = "sf_"


def add_key(
    workspace: Workspace, name: str, *, login: str | None = None, scopes: Sequence[str] = USUAL
) -> tuple[ApiKey, str]:
    """Make a key for a program; gives it, which is told this once.

    Args:
        name: what it is for.
        login: whose it is; by default who acts here.

    Raises:
        NotFoundError: nobody has this login.
        UsageError: no name, or an unknown scope.
    """
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise UsageError("give a key a name of up to 100 printable characters that says what it is for")
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise UsageError(f"scope {unknown[0]!r}: is one of {', '.join(SCOPES)}")
    token = _PREFIX + secrets.token_urlsafe(32)
    id_ = opaque_id("key", token)
    with workspace.catalogue.write() as connection:
        owner = people.by_login(connection, login) if login else workspace.user()
        values = {"id": id_, "user_id": owner.id, "name": name.strip(), "hash": _digest(token)}
        keys.add(connection, {**values, "scopes": sorted(set(scopes))})
        failures.log_event(connection, "key.added", id_, owner.id, {"name": name.strip(), "scopes": sorted(scopes)})
        return next(one for one in keys.every(connection) if one.id == id_), token


def list_keys(workspace: Workspace) -> list[tuple[ApiKey, str]]:
    """All keys with the name of their holder, revoked ones too."""
    with workspace.catalogue.read() as connection:
        names = people.names(connection)
        return [(one, names.get(one.user_id, "")) for one in keys.every(connection)]


def revoke_key(workspace: Workspace, id_: str) -> None:
    """Let a key open nothing any more.

    Raises:
        NotFoundError: there is no such key, or it was revoked before.
    """
    with workspace.catalogue.write() as connection:
        if not keys.revoke(connection, id_):
            raise NotFoundError(f"there is no key {id_!r} in use; list them with: snoop-flow key list")
        failures.log_event(connection, "key.revoked", id_, "", {})


def key_user(workspace: Workspace, token: str, scope: str) -> User | None:
    """Who shows this key; None where it does not open `scope`."""
    if not token.startswith(_PREFIX) or len(token) > 200:
        return None
    with workspace.catalogue.read() as connection:
        found = keys.holder(connection, _digest(token))
    return found[0] if found is not None and scope in found[1] else None


def _digest(token: str) -> str:
    # a key has 256 random bits, so a plain hash is as hard to turn round as a slow one
    return hashlib.sha256(token.encode()).hexdigest()
