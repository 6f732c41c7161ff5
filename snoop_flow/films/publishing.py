"""What is published of films: one statement for each segment, on the keyframe that shows it best."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from snoop_flow.entities import ItemKind, Prediction, Status
from snoop_flow.films.detections import found_in
from snoop_flow.films.reading import films_of
from snoop_flow.films.segments import Moment
from snoop_flow.store import predictions, records
from snoop_flow.store.items import Place

Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Batch:
    """Predictions, each of which becomes an annotation.

    Attributes:
        times: seconds of a film that the statement on an item holds for, by its number.
        merged: items whose statement is part of another one's.
    """

    predictions: Sequence[Prediction]
    times: Mapping[int, Stretch] = field(default_factory=dict)
    merged: Sequence[int] = ()


def to_publish(connection: Connection, class_id: str, statuses: Sequence[Status], gap: float) -> Iterator[Batch]:
    """What is to be published of a class: images and regions as they are, keyframes by segments of their films.

    Args:
        statuses: of the predictions wanted; uncertain proposals are left out.
        gap: seconds that may lie between two stretches of one segment.
    """
    for batch in predictions.to_publish(connection, class_id, statuses):
        yield Batch(batch)
    for record_id in predictions.filmed(connection, class_id):
        yield _of_record(connection, class_id, record_id, statuses, gap)


def _of_record(connection: Connection, class_id: str, record_id: str, statuses: Sequence[Status], gap: float) -> Batch:
    said = {one.item: one for one in predictions.on_keyframes(connection, record_id, [class_id])}
    wanted = {number for number, one in said.items() if one.status in statuses and not _unsure(one)}
    kept: list[Prediction] = []
    times: dict[int, Stretch] = {}
    alone = set(wanted)
    for moments in _moments(connection, [record_id]):
        mine = [said[one.key] for one in moments if one.key in said]
        for found in found_in(moments, mine, gap):
            if found.best.item in wanted:
                kept.append(found.best)
                times[found.best.item] = (found.segment.start, found.segment.end)
            alone -= set(found.segment.keys)
    kept += [said[number] for number in sorted(alone)]  # of records that have keyframes, but no film
    return Batch(kept, times, sorted(wanted - {one.item for one in kept}))


def _unsure(one: Prediction) -> bool:
    return one.status is Status.PROPOSED and one.uncertain


def stretches_of(connection: Connection, found: Mapping[int, Place]) -> dict[int, Stretch]:
    """The stretches of the keyframes that regions were cut out of, by the regions' numbers."""
    regions = [one for one in found.values() if one.kind == ItemKind.REGION and one.selector.startswith("t=")]
    if not regions:
        return {}
    of = {one.key: one for moments in _moments(connection, {one.record_id for one in regions}) for one in moments}
    told = {one.number: of[one.parent] for one in regions if one.parent in of}
    return {number: (moment.start, moment.end) for number, moment in told.items()}


def _moments(connection: Connection, record_ids: Iterable[str]) -> Iterator[list[Moment]]:
    for id_, record in records.by_ids(connection, record_ids).items():
        for film in films_of(record, records.items_of(connection, id_)):
            yield film.moments
