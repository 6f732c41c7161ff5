"""Images by what was published on them, the oldest change first: what harvesters walk through.

An image has the annotations on itself and on the regions cut out of it. It changes when one of them does, so its moment
is that of the latest; an image whose annotations are all withdrawn stays. The walk follows the index of changes from a
place in it, so a page costs the same at the beginning and at the end of a long list.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, or_, select, tuple_

from snoop_flow.entities import Annotation, ItemKind
from snoop_flow.store.items import image_of
from snoop_flow.store.published import FORMER
from snoop_flow.store.rows import chunks, to
from snoop_flow.store.schema import annotation, item, job

Place = tuple[datetime, str]
"""Moment and id of the annotation that changed last on an image."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which images are wanted.

    Attributes:
        class_id: only those that have, or once had, an annotation of this class.
        run_uri: only those of which this run made or confirmed such an annotation.
        since: only those that changed at this moment or later.
        before: only those that changed before this moment.
        after: only those behind this place in the walk.
    """

    class_id: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    after: Place | None = None
    run_uri: str | None = None


_RUN = annotation.c.content["run_uri"].as_string()


def _same_image(other: Any) -> ColumnElement[bool]:
    """`other` is of the image of `item`; said so that the indexes on number and parent serve."""
    image = image_of(item)
    return or_(other.c.number == image, and_(other.c.parent == image, other.c.kind == ItemKind.REGION))


def walk(connection: Connection, wanted: Wanted, limit: int) -> list[tuple[int, Place]]:
    """Numbers of images with their places, in the order of their latest change."""
    later, later_item = annotation.alias(), item.alias()
    place = tuple_(annotation.c.modified_at, annotation.c.id)
    superseded = (
        select(later.c.id)
        .join(later_item, later_item.c.number == later.c.item)
        .where(_same_image(later_item), tuple_(later.c.modified_at, later.c.id) > place)
        .correlate(annotation, item)
    )
    statement = (
        select(image_of(item), annotation.c.modified_at, annotation.c.id)
        .join(item, item.c.number == annotation.c.item)
        .where(~superseded.exists())
    )
    if wanted.class_id is not None:
        of_class, its_item = annotation.alias(), item.alias()
        member = select(of_class.c.id).join(its_item, its_item.c.number == of_class.c.item)
        # an expression, so that the few annotations of the image are looked through and not the index of the class's
        its_class = func.coalesce(of_class.c.class_id, "")
        member = member.where(its_class == wanted.class_id, _same_image(its_item))
        if wanted.run_uri is not None:
            # the last run or a former one: no other part of the content is the address of a run
            member = member.where(cast(of_class.c.content, Text).contains(f'"{wanted.run_uri}"', autoescape=True))
        statement = statement.where(member.correlate(item).exists())
    if wanted.since is not None:
        statement = statement.where(annotation.c.modified_at >= wanted.since)
    if wanted.before is not None:
        statement = statement.where(annotation.c.modified_at < wanted.before)
    if wanted.after is not None:
        moment, id_ = wanted.after
        behind = and_(annotation.c.modified_at == moment, annotation.c.id > id_)
        statement = statement.where(annotation.c.modified_at >= moment, or_(annotation.c.modified_at > moment, behind))
    ordered = statement.order_by(annotation.c.modified_at, annotation.c.id).limit(limit)
    return [(row[0], (row[1], row[2])) for row in connection.execute(ordered)]


def statements_on(connection: Connection, images: Sequence[int]) -> dict[int, list[Annotation]]:
    """The annotations on images and their regions, withdrawn ones too, by image and id."""
    found: dict[int, list[Annotation]] = {number: [] for number in images}
    for part in chunks(images, 1000):
        mine = or_(item.c.number.in_(part), and_(item.c.parent.in_(part), item.c.kind == ItemKind.REGION))
        rows = select(annotation, image_of(item).label("image")).join(item, item.c.number == annotation.c.item)
        for row in connection.execute(rows.where(mine).order_by(annotation.c.id)):
            if row.image in found:  # a region itself is no image
                found[row.image].append(to(Annotation, row))
    return found


def classes_ever(connection: Connection) -> list[str]:
    """Ids of the classes that have or had annotations."""
    return list(connection.execute(select(annotation.c.class_id).distinct().order_by(annotation.c.class_id)).scalars())


def runs(connection: Connection) -> list[tuple[str, str, datetime]]:
    """Class, address and moment of the runs that made annotations, or confirmed them, by class and moment.

    The moment is that of the run, where it is still known here, else of its first annotation that stands.
    """
    of, former, first = (
        annotation.c.class_id,
        cast(annotation.c.content[FORMER], Text),
        func.min(annotation.c.created_at),
    )
    rows = connection.execute(select(of, _RUN, former, first).group_by(of, _RUN, former)).all()
    found: dict[tuple[str, str], datetime] = {}
    for class_id, last, before, at in rows:
        for run in filter(None, [last, *(json.loads(before or "null") or ())]):
            found[class_id, run] = min(at, found.get((class_id, run), at))
    ids = {run: run.rpartition("/")[2] for _, run in found}
    known: dict[str, datetime] = {}
    for part in chunks(ids.values()):
        known.update((row.id, row.created_at) for row in connection.execute(select(job).where(job.c.id.in_(part))))
    told = [(class_id, run, known.get(ids[run], at)) for (class_id, run), at in found.items()]
    return sorted(told, key=lambda one: (one[0], one[2], one[1]))


def first_change(connection: Connection) -> datetime | None:
    """The moment of the oldest latest change; no image has an earlier one."""
    return connection.execute(select(func.min(annotation.c.modified_at))).scalar()
