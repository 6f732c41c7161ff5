"""Items: finding and filtering.

Regions that were cut out of an item are items, too; where a function does not say so, they are left out. So are films
and their shots where numbers are given of what is searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, func, or_, select

from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import NotFoundError
from snoop_flow.store.bulk import upsert
from snoop_flow.store.rows import chunks, languages, to
from snoop_flow.store.schema import item, record, vector_row

whole: ColumnElement[bool] = or_(item.c.kind != ItemKind.REGION, item.c.parent.is_(None))
searched: ColumnElement[bool] = and_(whole, item.c.searched)  # no canvas of a film and no shot, whose keyframes are


def image_of(table: FromClause = item) -> ColumnElement[int]:
    """Number of the image that an item is or was cut out of, as `snoop_flow.entities.image_of` tells it."""
    is_region = and_(table.c.kind == ItemKind.REGION, table.c.parent.is_not(None))
    return case((is_region, table.c.parent), else_=table.c.number)


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item lies: what annotations say of it, without its label and its image."""

    number: int
    id: str
    record_id: str
    parent: int | None
    kind: str
    uri: str
    selector: str
    width: int
    height: int


def places(connection: Connection, numbers: Iterable[int]) -> dict[int, Place]:
    """Where items lie, by number; unknown numbers are left out."""
    columns = [item.c[field.name] for field in fields(Place)]
    found: dict[int, Place] = {}
    for part in chunks(int(number) for number in numbers):
        for row in connection.execute(select(*columns).where(item.c.number.in_(part))):
            found[row[0]] = Place(*row)
    return found


def by_uri(connection: Connection, uri: str) -> list[Item]:
    """Live whole images by the address of their canvas; read through all items, since nothing else asks for it."""
    wanted = (item.c.uri == uri) & (item.c.selector == "") & item.c.gone_at.is_(None)
    return [item_of(row) for row in connection.execute(select(item).where(wanted).limit(1))]


def _live(collection_id: str | None) -> ColumnElement[bool]:
    live = item.c.gone_at.is_(None)
    return live if collection_id is None else and_(live, record.c.collection_id == collection_id)


def numbers_in(connection: Connection, collection_id: str | None, *, regions: bool = False) -> list[int]:
    """Numbers of what is searched of a collection, or of all, with the regions cut out of it if they are wanted."""
    statement = select(item.c.number).where(item.c.searched)
    if collection_id is not None:
        statement = statement.join(record, record.c.id == item.c.record_id)
    if not regions:
        statement = statement.where(whole)
    return list(connection.execute(statement.where(_live(collection_id)).order_by(item.c.number)).scalars())


def count(connection: Connection) -> int:
    """How many live items are searched."""
    # all less the few that are gone or not searched: each is answered from an index; counting the rest reads every row
    every = connection.execute(select(func.count()).select_from(item)).scalar_one()
    cut = select(func.count()).select_from(item).where(item.c.parent.is_not(None), ~whole)
    gone = select(func.count()).select_from(item).where(item.c.gone_at.is_not(None), whole)
    shown = select(func.count()).select_from(item).where(item.c.searched.is_(False), item.c.gone_at.is_(None))
    return every - sum(connection.execute(few).scalar_one() for few in (cut, gone, shown))


def regions_of(connection: Connection, parents: Sequence[int]) -> list[Item]:
    """The live regions that were cut out of some items, by item and number."""
    found: list[Item] = []
    for part in chunks(sorted(parents)):
        cut = item.c.parent.in_(part) & item.c.gone_at.is_(None) & ~whole
        rows = connection.execute(select(item).where(cut).order_by(item.c.parent, item.c.number))
        found += [item_of(row) for row in rows]
    return found


def with_parts(connection: Connection, number: int) -> list[int]:
    """An item's number and those of its live parts at any depth: regions of an image, shots and keyframes of a film."""
    found = layer = [number]
    while layer:
        parts: list[int] = []
        for some in chunks(layer):
            below = item.c.parent.in_(some) & item.c.gone_at.is_(None)
            parts += connection.execute(select(item.c.number).where(below).order_by(item.c.number)).scalars()
        found, layer = found + parts, parts
    return found


def canvas_of(connection: Connection, one: Item) -> Item:
    """The item of the canvas that an item is or is a part of."""
    while one.parent is not None:
        one = by_numbers(connection, [one.parent])[one.parent]
    return one


def add_regions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enter regions by their ids; one that is there already stays as it is, and comes back where it was gone."""
    upsert(connection, item, [{**one, "gone_at": None} for one in rows], ["id"], update=["gone_at"])


def revision(connection: Connection) -> tuple[int, int]:
    """Changes whenever items come or go, and costs nothing to ask: the newest number, and how many are gone."""
    newest = connection.execute(select(func.max(item.c.number))).scalar_one() or 0
    gone = connection.execute(select(func.count()).select_from(item).where(item.c.gone_at.is_not(None))).scalar_one()
    return newest, gone


def lacking_vectors(connection: Connection, set_id: int | None, collection_id: str | None) -> list[int]:
    """Numbers of the searched items without a vector of their present image in an embedding set."""
    statement = (
        select(item.c.number).join(record, record.c.id == item.c.record_id).where(_live(collection_id), searched)
    )
    if set_id is not None:
        mine = and_(vector_row.c.item == item.c.number, vector_row.c.set_id == set_id)
        stale = vector_row.c.image_digest != item.c.image_digest
        statement = statement.outerjoin(vector_row, mine).where(or_(vector_row.c.item.is_(None), stale))
    return list(connection.execute(statement.order_by(item.c.number)).scalars())
