"""Items: finding, filtering, searching their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import NotFoundError
from snoop_flow.store.rows import chunks, languages, to
from snoop_flow.store.schema import item, record, vector_row


def item_of(row: Any) -> Item:
    """An item from its row."""
    return to(Item, row, kind=ItemKind(row.kind), label=languages(row.label))


def by_ids(connection: Connection, ids: Sequence[str]) -> list[Item]:
    """Items in the order of their ids.

    Raises:
        NotFoundError: one of them does not exist; the message names it.
    """
    found: dict[str, Item] = {}
    for part in chunks(ids):
        for row in connection.execute(select(item).where(item.c.id.in_(part))):
            found[row.id] = item_of(row)
    if missing := [id_ for id_ in ids if id_ not in found]:
        raise NotFoundError(f"there is no item {missing[0]!r} in this workspace")
    return [found[id_] for id_ in ids]


def by_numbers(connection: Connection, numbers: Iterable[int]) -> dict[int, Item]:
    """Items by number; unknown numbers are left out."""
    found: dict[int, Item] = {}
    for part in chunks(int(number) for number in numbers):
        for row in connection.execute(select(item).where(item.c.number.in_(part))):
            found[row.number] = item_of(row)
    return found


def _live(collection_id: str | None) -> ColumnElement[bool]:
    live = item.c.gone_at.is_(None)
    return live if collection_id is None else and_(live, record.c.collection_id == collection_id)


def numbers_in(connection: Connection, collection_id: str | None) -> list[int]:
    """Numbers of the live items of a collection, or of all."""
    statement = select(item.c.number)
    if collection_id is not None:
        statement = statement.join(record, record.c.id == item.c.record_id)
    return list(connection.execute(statement.where(_live(collection_id)).order_by(item.c.number)).scalars())


def count(connection: Connection) -> int:
    """How many live items there are."""
    # all less the few that are gone: both are answered from indexes, where counting the live ones reads every row
    every = connection.execute(select(func.count()).select_from(item)).scalar_one()
    return every - revision(connection)[1]


def revision(connection: Connection) -> tuple[int, int]:
    """Changes whenever items come or go, and costs nothing to ask: the newest number, and how many are gone."""
    newest = connection.execute(select(func.max(item.c.number))).scalar_one() or 0
    gone = connection.execute(select(func.count()).select_from(item).where(item.c.gone_at.is_not(None))).scalar_one()
    return newest, gone


def lacking_vectors(connection: Connection, set_id: int | None, collection_id: str | None) -> list[int]:
    """Numbers of the live items without a vector of their present image in an embedding set."""
    statement = select(item.c.number).join(record, record.c.id == item.c.record_id).where(_live(collection_id))
    if set_id is not None:
        mine = and_(vector_row.c.item == item.c.number, vector_row.c.set_id == set_id)
        stale = vector_row.c.image_digest != item.c.image_digest
        statement = statement.outerjoin(vector_row, mine).where(or_(vector_row.c.item.is_(None), stale))
    return list(connection.execute(statement.order_by(item.c.number)).scalars())


def with_words(connection: Connection, words: Sequence[str], collection_id: str | None, limit: int) -> list[int]:
    """Numbers of the live items whose own or whose record's words contain all the given (folded) words.

    Items whose own label matches come first.
    """
    own = and_(*(item.c.words.contains(word, autoescape=True) for word in words))
    either = and_(
        *(
            or_(item.c.words.contains(word, autoescape=True), record.c.words.contains(word, autoescape=True))
            for word in words
        )
    )
    statement = select(item.c.number).join(record, record.c.id == item.c.record_id)
    ordered = statement.where(_live(collection_id), either).order_by(own.desc(), item.c.number)
    return list(connection.execute(ordered.limit(limit)).scalars())
