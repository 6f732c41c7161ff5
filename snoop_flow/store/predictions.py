"""Predictions: what a class version says of items, and what people made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, case, cast, delete, func, literal_column, select, update

from snoop_flow.entities import REFINED, Item, ItemKind, Prediction, Status
from snoop_flow.store.items import image_of, item_of
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import item, prediction


def prediction_of(row: Any) -> Prediction:
    """A prediction from its row."""
    return to(Prediction, row, status=Status(row.status))


def by_image(
    connection: Connection, class_id: str, images: Sequence[int] | None = None
) -> Iterator[tuple[Item, Prediction]]:
    """Live items with what a class says of them, by the image that they are or were cut out of.

    On one image verdicts come first, then proposals: of boxes that were refined, then of others, by falling score.

    Args:
        images: numbers of the only images wanted, few thousand at most.
    """
    image = image_of()
    judged = case((prediction.c.decided_by.is_(None), 1), else_=0)
    fitted = case((item.c.origin == REFINED, 0), else_=1)
    wanted = (prediction.c.class_id == class_id) & item.c.gone_at.is_(None)
    if images is not None:
        there = item.alias()
        lies = there.c.number.in_(list(images)) | (there.c.parent.in_(list(images)) & (there.c.kind == ItemKind.REGION))
        wanted &= prediction.c.item.in_(select(there.c.number).where(lies))
    said = [column.label(f"said_{column.name}") for column in prediction.c]
    joined = select(item, *said).join(prediction, prediction.c.item == item.c.number).where(wanted)
    for row in connection.execute(joined.order_by(image, judged, fitted, prediction.c.score.desc(), item.c.number)):
        said_of = {column.name: getattr(row, f"said_{column.name}") for column in prediction.c}
        yield item_of(row), Prediction(**{**said_of, "status": Status(said_of["status"])})


def withdraw(connection: Connection, class_id: str, numbers: Sequence[int]) -> int:
    """Drop proposals on some items; verdicts stay. Returns how many."""
    dropped = 0
    for part in chunks(numbers):
        mine = (prediction.c.class_id == class_id) & prediction.c.item.in_(part) & prediction.c.decided_by.is_(None)
        dropped += connection.execute(delete(prediction).where(mine)).rowcount
    return dropped


def flag_uncertain(connection: Connection, class_id: str, numbers: Sequence[int]) -> None:
    """Flag proposals as such that people are to look at."""
    mine = (prediction.c.class_id == class_id) & prediction.c.item.in_(list(numbers))
    connection.execute(update(prediction).where(mine, prediction.c.decided_by.is_(None)).values(uncertain=True))


def decide(connection: Connection, class_id: str, numbers: Sequence[int], status: Status, user_id: str | None) -> int:
    """Keep a person's verdict, or take it back (`PROPOSED`, no user). Returns how many predictions it met."""
    met = 0
    values = {"status": status, "decided_by": user_id, "decided_at": now() if user_id else None}
    for part in chunks(numbers):
        mine = (prediction.c.class_id == class_id) & prediction.c.item.in_(part)
        met += connection.execute(update(prediction).where(mine).values(**values)).rowcount
    return met


def decide_above(connection: Connection, class_id: str, threshold: float, user_id: str) -> int:
    """Accept every undecided proposal that scores at least `threshold`. Returns how many."""
    mine = (prediction.c.class_id == class_id) & (prediction.c.status == Status.PROPOSED)
    values = {"status": Status.ACCEPTED, "decided_by": user_id, "decided_at": now()}
    above = mine & (prediction.c.score >= threshold)
    return connection.execute(update(prediction).where(above).values(**values)).rowcount


def counts(connection: Connection, class_id: str) -> dict[Status, int]:
    """How many predictions of a class stand where."""
    statement = select(prediction.c.status, func.count()).where(prediction.c.class_id == class_id)
    found = {Status(row[0]): row[1] for row in connection.execute(statement.group_by(prediction.c.status))}
    return {status: found.get(status, 0) for status in Status}


def page(
    connection: Connection,
    class_id: str,
    status: Status | None = None,
    limit: int = 60,
    offset: int = 0,
    below: float | None = None,
    above: float | None = None,
) -> list[Prediction]:
    """Predictions of a class by falling score, within a band of scores."""
    wanted = prediction.c.class_id == class_id
    if status is not None:
        wanted &= prediction.c.status == status
    if below is not None:
        wanted &= prediction.c.score < below
    if above is not None:
        wanted &= prediction.c.score >= above
    ordered = select(prediction).where(wanted).order_by(prediction.c.score.desc(), prediction.c.item)
    return [prediction_of(row) for row in connection.execute(ordered.offset(offset).limit(limit))]


def bands(connection: Connection, class_id: str, width: float = 0.25) -> list[tuple[float, dict[Status, int]]]:
    """(lower score, counts) of score bands, the highest first."""
    floor = func.floor(prediction.c.score / literal_column(str(width))).label("band")
    parts = [func.sum(case((prediction.c.status == status, 1), else_=0)) for status in Status]
    statement = select(floor, *parts).where(prediction.c.class_id == class_id)
    rows = connection.execute(statement.group_by(floor).order_by(floor.desc()))
    return [(float(row[0]) * width, dict(zip(Status, map(int, row[1:]), strict=True))) for row in rows]


def of_items(connection: Connection, numbers: Sequence[int]) -> list[Prediction]:
    """What is said of some items by any class, by class and falling score."""
    mine = prediction.c.item.in_(list(numbers))
    rows = connection.execute(
        select(prediction).where(mine).order_by(prediction.c.class_id, prediction.c.score.desc(), prediction.c.item)
    )
    return [prediction_of(row) for row in rows]


def publishable(statuses: Sequence[Status]) -> ColumnElement[bool]:
    """In some states, and either decided or not uncertain."""
    certain = (prediction.c.status != Status.PROPOSED) | ~prediction.c.uncertain
    return prediction.c.status.in_(list(statuses)) & certain


def to_publish(connection: Connection, class_id: str, statuses: Sequence[Status]) -> Iterator[list[Prediction]]:
    """Batches of the predictions of live items in some states, by item number; uncertain proposals are left out.

    Keyframes are left out, too: what is said of them is said of stretches of their film, see `on_keyframes`.
    """
    last = -1
    live = (prediction.c.class_id == class_id) & publishable(statuses) & (item.c.kind != ItemKind.KEYFRAME)
    joined = select(prediction).join(item, item.c.number == prediction.c.item)
    while True:
        after = joined.where(live, item.c.gone_at.is_(None), prediction.c.item > last)
        rows = connection.execute(after.order_by(prediction.c.item).limit(2000)).all()
        if not rows:
            return
        last = rows[-1].item
        yield [prediction_of(row) for row in rows]


def filmed(connection: Connection, class_id: str) -> list[str]:
    """Ids of the records of which a class says something about a live keyframe."""
    mine = (prediction.c.class_id == class_id) & (item.c.kind == ItemKind.KEYFRAME) & item.c.gone_at.is_(None)
    joined = select(item.c.record_id).join(prediction, prediction.c.item == item.c.number).where(mine)
    return list(connection.execute(joined.distinct().order_by(item.c.record_id)).scalars())


def on_keyframes(connection: Connection, record_id: str, class_ids: Sequence[str] | None = None) -> list[Prediction]:
    """What classes say of the live keyframes of a record, rejected ones too, by class and item."""
    mine = (item.c.record_id == record_id) & (item.c.kind == ItemKind.KEYFRAME) & item.c.gone_at.is_(None)
    joined = select(prediction).join(item, item.c.number == prediction.c.item).where(mine)
    if class_ids is not None:
        joined = joined.where(prediction.c.class_id.in_(list(class_ids)))
    return [prediction_of(row) for row in connection.execute(joined.order_by(prediction.c.class_id, item.c.number))]


def shuffled(
    connection: Connection, class_id: str, within: tuple[float, float], salt: int, limit: int
) -> list[Prediction]:
    """The beginning of a band in an order that follows from the items alone (multiplicative hashing, Knuth 6.4)."""
    low, high = within
    mine = (prediction.c.class_id == class_id) & (prediction.c.score >= low) & (prediction.c.score < high)
    place = (cast(prediction.c.item, BigInteger) * 2654435761 + salt) % 4294967296
    rows = connection.execute(select(prediction).where(mine).order_by(place, prediction.c.item).limit(limit))
    return [prediction_of(row) for row in rows]


def accept_within(
    connection: Connection, class_id: str, within: tuple[float, float], user_id: str
) -> tuple[int, datetime]:
    """Accept every undecided proposal of a band. Returns how many, and the moment they were decided at."""
    low, high = within
    mine = (prediction.c.class_id == class_id) & (prediction.c.status == Status.PROPOSED)
    mine &= (prediction.c.score >= low) & (prediction.c.score < high)
    at = now()
    values = {"status": Status.ACCEPTED, "decided_by": user_id, "decided_at": at}
    return connection.execute(update(prediction).where(mine).values(**values)).rowcount, at
