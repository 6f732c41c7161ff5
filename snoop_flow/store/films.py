"""Films: which there are, how far they are cut into shots, and their shots and keyframes as items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.store import records
from snoop_flow.store.bulk import upsert
from snoop_flow.store.items import item_of
from snoop_flow.store.rows import now
from snoop_flow.store.schema import film, film_part, item, record

FOUND = (ItemKind.SHOT, ItemKind.KEYFRAME)


@dataclass(frozen=True, slots=True)
class FilmState:
    """How far a film is cut.

    Attributes:
        version: of which film, and how.
        finished: its shots are entered.
        job_id: the job that began it; "" of what was begun by an older snoop-flow.
    """

    version: str
    facts: Mapping[str, Any]
    finished: bool
    job_id: str


def canvases(connection: Connection, collection_id: str | None, numbers: Sequence[int] | None = None) -> list[Item]:
    """The live canvases of films, all or those of some numbers, by number."""
    mine = (item.c.kind == ItemKind.CANVAS) & item.c.searched.is_(False) & item.c.gone_at.is_(None)
    wanted = select(item).where(mine)
    if collection_id is not None:
        wanted = wanted.join(record, record.c.id == item.c.record_id).where(record.c.collection_id == collection_id)
    if numbers is not None:
        wanted = wanted.where(item.c.number.in_(list(numbers)))
    return [item_of(row) for row in connection.execute(wanted.order_by(item.c.number))]


def state(connection: Connection, number: int, lock: bool = False) -> FilmState | None:
    """How far a film is cut, None where nobody has looked at it yet; locked, it stays so until the transaction ends."""
    wanted = select(film).where(film.c.item == number)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else FilmState(row.version, row.facts, row.finished_at is not None, row.job_id)


def begin(connection: Connection, number: int, version: str, facts: Mapping[str, Any], job_id: str) -> None:
    """Keep what a film says of itself, before it is cut."""
    values = {"item": number, "version": version, "facts": dict(facts), "finished_at": None, "job_id": job_id}
    upsert(connection, film, [values], ["item"])


def keep_part(connection: Connection, number: int, part: int, version: str, found: Mapping[str, Any]) -> None:
    """Keep what was found in a part of a film."""
    values = {"item": number, "number": part, "version": version, "found": dict(found)}
    upsert(connection, film_part, [values], ["item", "number"])


def parts(connection: Connection, number: int, version: str) -> dict[int, Mapping[str, Any]]:
    """What was found in the parts of this version of a film, by their numbers."""
    mine = (film_part.c.item == number) & (film_part.c.version == version)
    rows = connection.execute(select(film_part.c.number, film_part.c.found).where(mine).order_by(film_part.c.number))
    return {row.number: row.found for row in rows}


def finish(
    connection: Connection,
    canvas: Item,
    of: Record,
    rows: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
    medium: Mapping[str, Any],
) -> int:
    """Enter the shots and keyframes of a film, in place of those it had, and what is known of it now.

    Returns how many keyframes it had.

    Args:
        rows: of the items, as `records.enter` takes them.
        facts: `width`, `height` and `image` of the canvas.
        medium: what is known of the film, for the record's media.
    """
    mine = (item.c.record_id == of.id) & (item.c.uri == canvas.uri) & item.c.kind.in_(FOUND) & (item.c.origin != "")
    frames = mine & (item.c.kind == ItemKind.KEYFRAME) & item.c.gone_at.is_(None)
    had = connection.execute(select(func.count()).select_from(item).where(frames)).scalar_one()
    records.renew(connection, [one["id"] for one in rows])
    records.enter(connection, rows)
    records.leave(connection, mine, {one["id"] for one in rows}, now())
    connection.execute(update(item).where(item.c.number == canvas.number).values(**facts))
    records.follow_parents(connection, of.id)
    media = [{**one, **medium} if one.get("canvas") == canvas.uri and _is_video(one) else dict(one) for one in of.media]
    connection.execute(update(record).where(record.c.id == of.id).values(media=media))
    connection.execute(update(film).where(film.c.item == canvas.number).values(finished_at=now()))
    return int(had)


def _is_video(medium: Mapping[str, Any]) -> bool:
    return str(medium.get("kind", "")).lower() == "video"
