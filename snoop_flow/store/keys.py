"""Keys of programs: only the SHA-256 of a key is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from snoop_flow.entities import ApiKey, Role, User
from snoop_flow.store.rows import now, to
from snoop_flow.store.schema import api_key, user


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Enter a key: `id`, `user_id`, `name`, `hash` and `scopes`."""
    connection.execute(api_key.insert().values(created_at=now(), **values))


def every(connection: Connection) -> list[ApiKey]:
    """All keys, revoked ones too, in the order in which they were made."""
    rows = connection.execute(select(api_key).order_by(api_key.c.created_at, api_key.c.id))
    return [to(ApiKey, row, scopes=tuple(row.scopes)) for row in rows]


def revoke(connection: Connection, id_: str) -> bool:
    """Let a key open nothing any more; False where there is none."""
    mine = (api_key.c.id == id_) & api_key.c.revoked_at.is_(None)
    return bool(connection.execute(update(api_key).where(mine).values(revoked_at=now())).rowcount)


def holder(connection: Connection, digest: str) -> tuple[User, tuple[str, ...]] | None:
    """Who has the key with this hash, and what it opens; None when it is revoked or its holder may not log in."""
    live = (api_key.c.hash == digest) & api_key.c.revoked_at.is_(None) & user.c.disabled_at.is_(None)
    wanted = select(user, api_key.c.scopes).join(api_key, api_key.c.user_id == user.c.id).where(live)
    row = connection.execute(wanted).first()
    return None if row is None else (to(User, row, role=Role(row.role)), tuple(row.scopes))
