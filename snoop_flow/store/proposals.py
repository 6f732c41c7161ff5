"""What an enrichment writes: proposals in bulk, marks carried over, and what no longer holds taken away.

No statement here touches a person's verdict: whoever decided something about a prediction is in `decided_by`, and
proposals are what has nobody there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from snoop_flow.entities import Mark, Status
from snoop_flow.store.rows import chunks, now
from snoop_flow.store.schema import item, mark, prediction, record, vector_row

_GIVEN = ("class_id", "item", "version", "score", "job_id")


@dataclass(frozen=True, slots=True)
class Proposals:
    """Items that a class version proposes, with their scores."""

    class_id: str
    version: int
    job_id: str
    items: Sequence[int]
    scores: Sequence[float]


def propose(connection: Connection, batches: Iterable[Proposals]) -> None:
    """Enter proposals; a human verdict that is there is never touched."""
    filled = [one for one in batches if one.items]
    if connection.dialect.name == "postgresql":
        _copy(connection, filled)
        return
    statement, order = _sqlite_upsert()
    rows = [row for one in filled for row in _rows(one, order)]
    if rows:  # without SQLAlchemy's work for each row, which takes four times as long as SQLite's
        connection.exec_driver_sql(statement, rows)


def _rows(one: Proposals, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    columns: dict[str, Iterable[Any]] = {
        "class_id": repeat(one.class_id),
        "version": repeat(one.version),
        "job_id": repeat(one.job_id),
    }
    columns |= {"item": one.items, "score": one.scores}
    return zip(*(columns[name] for name in names), strict=False)


@cache
def _sqlite_upsert() -> tuple[str, Sequence[str]]:
    values: dict[str, Any] = {name: bindparam(name) for name in _GIVEN}
    same: dict[str, Any] = {"status": literal_column(f"'{Status.PROPOSED}'"), "uncertain": literal_column("false")}
    insert = sqlite.insert(prediction).values({**values, **same})
    compiled = _unless_decided(insert).compile(dialect=sqlite.dialect())
    return str(compiled), list(compiled.positiontup or ())


def _copy(connection: Connection, batches: Iterable[Proposals]) -> None:
    columns = "class_id varchar, item bigint, version integer, score double precision, job_id varchar"
    connection.execute(text(f"CREATE TEMPORARY TABLE proposed ({columns}) ON COMMIT DROP"))
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY proposed ({', '.join(_GIVEN)}) FROM STDIN") as copy:
        for one in batches:
            for row in _rows(one, _GIVEN):
                copy.write_row(row)
    names = [*_GIVEN, "status"]
    rows = select(*(literal_column(name) for name in _GIVEN), literal_column(f"'{Status.PROPOSED}'"))
    insert = postgresql.insert(prediction).from_select(names, rows.select_from(text("proposed")))
    connection.execute(_unless_decided(insert))
    connection.execute(text("DROP TABLE proposed"))


def _unless_decided(insert: Any) -> Any:
    """The statement that replaces an older proposal, and leaves a decided prediction alone."""
    names = ("version", "score", "status", "job_id")
    changed = {name: insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(
        index_elements=["class_id", "item"],
        set_={**changed, "uncertain": literal_column("false")},
        where=prediction.c.decided_by.is_(None),
    )


# --- marks -------------------------------------------------------------------------------------------------------


def marked(connection: Connection, class_ids: Sequence[str], first: int, last: int) -> dict[str, list[int]]:
    """Class id → the items between two numbers that anybody ever marked, whatever was said."""
    found: dict[str, list[int]] = {}
    for part in chunks(class_ids):
        mine = mark.c.class_id.in_(part) & mark.c.item.between(first, last)
        for row in connection.execute(select(mark.c.class_id, mark.c.item).where(mine).distinct()):
            found.setdefault(row.class_id, []).append(row.item)
    return found


def accept_marked(connection: Connection, one: Proposals, said: Mapping[int, Mark]) -> int:
    """Accept items in the name of who marked them, where nobody has decided yet; returns how many."""
    mine = (prediction.c.class_id == one.class_id) & prediction.c.decided_by.is_not(None)
    decided = set(connection.execute(select(prediction.c.item).where(mine)).scalars())
    common = {"class_id": one.class_id, "version": one.version, "job_id": one.job_id, "status": Status.ACCEPTED}
    rows = [
        {**common, "item": number, "score": score, "decided_by": said[number].user_id, "decided_at": now()}
        for number, score in zip(one.items, one.scores, strict=True)
        if number not in decided
    ]
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(prediction)
    names = ("version", "score", "status", "job_id", "decided_by", "decided_at")
    changed = {name: insert.excluded[name] for name in names}
    undecided = prediction.c.decided_by.is_(None)
    if rows:
        statement = insert.on_conflict_do_update(index_elements=["class_id", "item"], set_=changed, where=undecided)
        connection.execute(statement, rows)
    return len(rows)


def reject_marked(connection: Connection, class_id: str, said: Mapping[int, Mark]) -> None:
    """Reject what was marked negative after it was proposed or accepted, in the name of who marked it."""
    negative = {number: one for number, one in said.items() if one.value == -1}
    if not negative:
        return
    standing = (prediction.c.class_id == class_id) & (prediction.c.status != Status.REJECTED)
    for row in connection.execute(select(prediction.c.item, prediction.c.decided_at).where(standing)).all():
        one = negative.get(row.item)
        if one is not None and (row.decided_at is None or row.decided_at < one.created_at):
            values = {"status": Status.REJECTED, "decided_by": one.user_id, "decided_at": one.created_at}
            mine = (prediction.c.class_id == class_id) & (prediction.c.item == row.item)
            connection.execute(update(prediction).where(mine).values(**values))


# --- what no longer holds ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pass:
    """One class in one enrichment.

    Attributes:
        set_id: the embedding set that the class is taught on.
        job_id: what this enrichment proposes has its id.
        floor: score from which on predictions are kept.
        scope: id of the only collection enriched, or None.
        since: epoch up to which vectors were scored before and not now; None where everything was scored.
        epoch: up to which they are scored now.
    """

    class_id: str
    version: int
    set_id: int
    job_id: str
    floor: float
    scope: str | None
    since: int | None
    epoch: int


def withdraw_stale(connection: Connection, one: Pass) -> int:
    """Drop proposals that this enrichment, with what it need not score again, does not make; returns how many."""
    stale = _open(one) & or_(prediction.c.job_id != one.job_id, prediction.c.score < one.floor)
    if one.since is not None:
        stale = _open(one) & ~_holds(one)
    return connection.execute(delete(prediction).where(stale)).rowcount


def waiting(connection: Connection, class_ids: Sequence[str]) -> set[str]:
    """Which of some classes have proposals that nobody has decided on."""
    found: set[str] = set()
    for part in chunks(class_ids):
        mine = prediction.c.class_id.in_(part) & (prediction.c.status == Status.PROPOSED)
        found |= set(connection.execute(select(prediction.c.class_id).where(mine).distinct()).scalars())
    return found


def standing(connection: Connection, one: Pass) -> int:
    """How many proposals of earlier enrichments hold."""
    return connection.execute(select(func.count()).select_from(prediction).where(_open(one), _holds(one))).scalar_one()


def keep_best(connection: Connection, one: Pass, most: int) -> tuple[int, float | None]:
    """Keep the best `most` proposals; returns how many were dropped, and the least score where that many are left."""
    # both databases need the inner query by its own name to delete from the table that it reads
    ranked = select(prediction.c.item, prediction.c.score).where(_open(one))
    best = ranked.order_by(prediction.c.score.desc(), prediction.c.item).limit(most).subquery()
    count, least = connection.execute(select(func.count(), func.min(best.c.score)).select_from(best)).one()
    if count < most:
        return 0, None
    beyond = _open(one) & prediction.c.item.not_in(select(best.c.item))
    return connection.execute(delete(prediction).where(beyond)).rowcount, float(least)


def flag_uncertain(connection: Connection, one: Pass, threshold: float) -> int:
    """Flag the proposals that score below the threshold, and no others; returns how many there are."""
    below = prediction.c.score < threshold
    if one.since is not None:  # proposals made now are certain until they are flagged
        above = _open(one) & ~below & prediction.c.uncertain
        connection.execute(update(prediction).where(above).values(uncertain=False))
    if one.floor >= threshold:
        return 0
    return connection.execute(update(prediction).where(_open(one), below).values(uncertain=True)).rowcount


def _open(one: Pass) -> ColumnElement[bool]:
    mine = and_(
        prediction.c.class_id == one.class_id,
        prediction.c.status == Status.PROPOSED,
        prediction.c.decided_by.is_(None),
    )
    if one.scope is None:
        return mine
    inside = select(item.c.number).join(record, record.c.id == item.c.record_id)
    return mine & prediction.c.item.in_(inside.where(record.c.collection_id == one.scope))


def _holds(one: Pass) -> ColumnElement[bool]:
    """Of the same version, high enough, and of a vector that lives and is not to be scored again."""
    gone = select(item.c.number).where(item.c.gone_at.is_not(None))
    scored = or_(
        vector_row.c.epoch <= (one.epoch if one.since is None else one.since),
        vector_row.c.epoch > one.epoch,  # sealed since this enrichment was planned: the next one's
        prediction.c.job_id == one.job_id,
    )
    vector = exists().where(vector_row.c.set_id == one.set_id, vector_row.c.item == prediction.c.item, scored)
    known = (prediction.c.version == one.version) & (prediction.c.score >= one.floor)
    return known & prediction.c.item.not_in(gone) & vector
