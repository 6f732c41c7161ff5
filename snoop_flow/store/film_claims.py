"""Who cuts which part of a film at present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from snoop_flow.store.bulk import upsert
from snoop_flow.store.rows import now, to
from snoop_flow.store.schema import film_claim


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of a film that somebody has taken.

    Attributes:
        version: of the film, and how it is cut.
        at: when its owner was last heard of.
    """

    number: int
    version: str
    owner: str
    at: datetime


def of_film(connection: Connection, item: int) -> list[Claim]:
    """The claims on a film, by part."""
    mine = select(film_claim).where(film_claim.c.item == item).order_by(film_claim.c.number)
    return [to(Claim, row) for row in connection.execute(mine)]


def put(connection: Connection, item: int, number: int, version: str, owner: str) -> None:
    """Take a part, whoever had it; the caller has locked the film and seen that nobody is at it."""
    values = {"item": item, "number": number, "version": version, "owner": owner, "at": now()}
    upsert(connection, film_claim, [values], ["item", "number"])


def renew(connection: Connection, item: int, number: int, owner: str) -> bool:
    """Say that its owner is still at it, until this transaction ends; False where it is somebody else's by now."""
    mine = (film_claim.c.item == item) & (film_claim.c.number == number) & (film_claim.c.owner == owner)
    return connection.execute(update(film_claim).where(mine).values(at=now())).rowcount == 1


def release(connection: Connection, item: int, number: int, owner: str) -> None:
    """Let go of a part."""
    mine = (film_claim.c.item == item) & (film_claim.c.number == number) & (film_claim.c.owner == owner)
    connection.execute(delete(film_claim).where(mine))
