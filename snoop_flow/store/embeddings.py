"""Embedding sets, their sealed shards, and which row holds which item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from snoop_flow.entities import EmbeddingSet, SetKind, Shard
from snoop_flow.errors import NotFoundError
from snoop_flow.store.bulk import upsert
from snoop_flow.store.items import searched
from snoop_flow.store.rows import chunks, now, to
from snoop_flow.store.schema import dead_row, embedding_set, item, shard, vector_row


def set_of(row: Any) -> EmbeddingSet:
    """An embedding set from its row."""
    return to(EmbeddingSet, row, kind=SetKind(row.kind))


def ensure_set(
    connection: Connection,
    backbone: str,
    fingerprint: str,
    dimension: int,
    kind: SetKind = SetKind.IMAGE,
    facts: Mapping[str, Any] | None = None,
) -> EmbeddingSet:
    """The set of a fingerprint, created when it is new."""
    values = {
        "backbone": backbone,
        "fingerprint": fingerprint,
        "dimension": dimension,
        "kind": kind,
        "facts": dict(facts or {}),
        "created_at": now(),
    }
    upsert(connection, embedding_set, [values], ["fingerprint"], update=["backbone"])
    return set_of(connection.execute(select(embedding_set).where(embedding_set.c.fingerprint == fingerprint)).one())


def set_by_fingerprint(connection: Connection, fingerprint: str) -> EmbeddingSet | None:
    """The set of a fingerprint, if there is one."""
    row = connection.execute(select(embedding_set).where(embedding_set.c.fingerprint == fingerprint)).first()
    return None if row is None else set_of(row)


def set_by_id(connection: Connection, set_id: int) -> EmbeddingSet:
    """A set.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(select(embedding_set).where(embedding_set.c.id == set_id)).first()
    if row is None:
        raise NotFoundError(f"there is no embedding set {set_id} in this workspace")
    return set_of(row)


def sets(connection: Connection, kind: SetKind | None = SetKind.IMAGE) -> list[EmbeddingSet]:
    """All sets of a kind, or of any, the one that grew last first."""
    newest = select(func.max(shard.c.id)).where(shard.c.set_id == embedding_set.c.id).scalar_subquery()
    mine = select(embedding_set) if kind is None else select(embedding_set).where(embedding_set.c.kind == kind)
    return [set_of(row) for row in connection.execute(mine.order_by(func.coalesce(newest, 0).desc()))]


def rows_by_set(connection: Connection) -> dict[int, int]:
    """Set → how many rows its shards hold, superseded ones left out; sets without any are missing."""
    held = select(shard.c.set_id, func.sum(shard.c.rows)).group_by(shard.c.set_id)
    dead = (
        select(shard.c.set_id, func.count()).join(dead_row, dead_row.c.shard_id == shard.c.id).group_by(shard.c.set_id)
    )
    superseded: dict[int, int] = {row[0]: row[1] for row in connection.execute(dead)}
    return {row[0]: int(row[1]) - superseded.get(row[0], 0) for row in connection.execute(held)}


def shards(connection: Connection, set_id: int) -> list[Shard]:
    """The sealed shards of a set in their order."""
    rows = connection.execute(select(shard).where(shard.c.set_id == set_id).order_by(shard.c.id))
    return [to(Shard, row) for row in rows]


def dead_rows(connection: Connection, set_id: int) -> dict[int, list[int]]:
    """Shard id → rows that hold nothing any more: superseded vectors, and items that are gone."""
    superseded = select(dead_row.c.shard_id, dead_row.c.row).join(shard, shard.c.id == dead_row.c.shard_id)
    tombstones = select(item.c.number).where(item.c.gone_at.is_not(None))
    gone = select(vector_row.c.shard_id, vector_row.c.row).where(vector_row.c.item.in_(tombstones))
    dead: dict[int, list[int]] = {}
    for statement in (
        superseded.where(shard.c.set_id == set_id),
        gone.where(vector_row.c.set_id == set_id),
    ):
        for shard_id, row in connection.execute(statement):
            dead.setdefault(shard_id, []).append(row)
    return dead


def seal(
    connection: Connection, set_id: int, file: str, sha256: str, items: Sequence[int], digests: Mapping[int, str]
) -> int:
    """Enter a shard that is safely on disk; row r holds `items[r]`. Older rows of these items become dead."""
    values = {"set_id": set_id, "file": file, "sha256": sha256, "rows": len(items), "sealed_at": now()}
    shard_id: int = connection.execute(shard.insert().values(**values).returning(shard.c.id)).scalar_one()
    for part in chunks(items):
        old = vector_row.c.item.in_(part) & (vector_row.c.set_id == set_id)
        replaced = connection.execute(select(vector_row.c.shard_id, vector_row.c.row).where(old)).all()
        if replaced:
            connection.execute(dead_row.insert(), [{"shard_id": s, "row": r} for s, r in replaced])
    common = {"set_id": set_id, "shard_id": shard_id, "epoch": _next_epoch(connection, set_id)}
    rows = [{**common, "item": number, "row": row, "image_digest": digests[number]} for row, number in enumerate(items)]
    upsert(connection, vector_row, rows, ["set_id", "item"])
    return shard_id


def _next_epoch(connection: Connection, set_id: int) -> int:
    mine = embedding_set.c.id == set_id
    risen = update(embedding_set).where(mine).values(epoch=embedding_set.c.epoch + 1)
    number: int = connection.execute(risen.returning(embedding_set.c.epoch)).scalar_one()
    return number


def renew(connection: Connection, numbers: Sequence[int]) -> None:
    """Count the vectors of items as new: what was not there while the others were scored is still to be scored."""
    for part in chunks(numbers):
        mine = vector_row.c.item.in_(part)
        for set_id in connection.execute(select(vector_row.c.set_id).where(mine).distinct()).scalars().all():
            epoch = _next_epoch(connection, set_id)
            connection.execute(update(vector_row).where(mine, vector_row.c.set_id == set_id).values(epoch=epoch))


def newer(connection: Connection, set_id: int, since: int, first: int = 0, last: int = 2**63 - 1) -> list[int]:
    """Numbers of the items between two whose vectors were sealed after an epoch; rising."""
    mine = (vector_row.c.set_id == set_id) & (vector_row.c.epoch > since) & vector_row.c.item.between(first, last)
    return list(connection.execute(select(vector_row.c.item).where(mine).order_by(vector_row.c.item)).scalars())


def replace(
    connection: Connection, old: Sequence[int], set_id: int, file: str, sha256: str, items: Sequence[int]
) -> None:
    """Switch to a merged shard which holds the live rows of the old ones."""
    values = {"set_id": set_id, "file": file, "sha256": sha256, "rows": len(items), "sealed_at": now()}
    shard_id = connection.execute(shard.insert().values(**values).returning(shard.c.id)).scalar_one()
    mine = vector_row.c.set_id == set_id
    moved = update(vector_row).where(mine, vector_row.c.item == bindparam("moved_item"))
    places = [{"moved_item": number, "to_row": row} for row, number in enumerate(items)]
    connection.execute(moved.values(shard_id=shard_id, row=bindparam("to_row")), places)
    # rows of gone items were not carried over, so they lack a vector again
    connection.execute(delete(vector_row).where(mine, vector_row.c.shard_id.in_(old)))
    connection.execute(delete(dead_row).where(dead_row.c.shard_id.in_(old)))
    connection.execute(delete(shard).where(shard.c.id.in_(old)))


def count(connection: Connection, set_id: int) -> int:
    """How many live items have a vector in a set, regions left out."""
    joined = select(func.count()).select_from(vector_row).join(item, item.c.number == vector_row.c.item)
    mine = (vector_row.c.set_id == set_id) & item.c.gone_at.is_(None)
    return connection.execute(joined.where(mine, searched)).scalar_one()


def embedded(connection: Connection, set_id: int, numbers: Sequence[int]) -> dict[int, str]:
    """Item number → digest of the image that its vector was computed from."""
    found: dict[int, str] = {}
    for part in chunks(numbers):
        mine = (vector_row.c.set_id == set_id) & vector_row.c.item.in_(part)
        rows = connection.execute(select(vector_row.c.item, vector_row.c.image_digest).where(mine))
        found.update((row.item, row.image_digest) for row in rows)
    return found
