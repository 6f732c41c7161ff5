"""What several people say of the items of a class, and what their marks come to together.

With one annotator a mark is what it says. With several, what each said last of an item is combined by
`snoop_flow.learning.combine`; the owner of the class is its keeper, and a verdict settles an item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, select

from snoop_flow.entities import Mark
from snoop_flow.learning import Opinions, PairAgreement, combine, pair_agreements
from snoop_flow.store.rows import chunks
from snoop_flow.store.schema import mark, visual_class

_COLUMNS = [mark.c[field.name] for field in fields(Mark)]


@dataclass(frozen=True, slots=True)
class Combined:
    """The present marks of a class.

    Attributes:
        values: item number → 1, −1, or 0 where the answer is "unsure" or nothing is decided.
        weights: item number → how much the value may count, in (0, 1].
        probabilities: item number → that it belongs to the class, where several people are asked.
        marks: item number → what each said last of it, in the order in which they did.
        verdicts: item number → the mark that settles it.
        reliabilities: user id → how often they are right; empty where there is one annotator.
        pairs: (user id, user id, how they agree), empty likewise.
    """

    values: Mapping[int, int]
    weights: Mapping[int, float]
    probabilities: Mapping[int, float]
    marks: Mapping[int, Sequence[Mark]]
    verdicts: Mapping[int, Mark]
    reliabilities: Mapping[str, float]
    pairs: Sequence[tuple[str, str, PairAgreement]]

    def contested(self, number: int) -> bool:
        """Whether somebody says yes and somebody no."""
        return {1, -1} <= {one.value for one in self.marks[number]}


def standing(connection: Connection, class_id: str, numbers: Sequence[int] | None = None) -> list[Mark]:
    """What each user said last of each item, whatever it is, in the order in which they did."""
    mine = mark.c.class_id == class_id
    if numbers is None:
        return _standing(connection, mine)
    found = [one for part in chunks(numbers) for one in _standing(connection, mine & mark.c.item.in_(part))]
    return sorted(found, key=lambda one: one.sequence)


def _standing(connection: Connection, wanted: ColumnElement[bool]) -> list[Mark]:
    newest = select(func.max(mark.c.sequence)).where(wanted).group_by(mark.c.item, mark.c.user_id)
    rows = connection.execute(select(*_COLUMNS).where(mark.c.sequence.in_(newest)).order_by(mark.c.sequence))
    return [Mark(*row) for row in rows]  # `to` takes thrice as long, and a class may have thousands


def combined(connection: Connection, class_id: str) -> Combined:
    """What the marks of a class come to."""
    by_item: dict[int, list[Mark]] = {}
    for one in standing(connection, class_id):
        if one.value is not None:
            by_item.setdefault(one.item, []).append(one)
    people = sorted({one.user_id for marks in by_item.values() for one in marks})
    verdicts = {number: said[-1] for number, marks in by_item.items() if (said := [m for m in marks if m.verdict])}
    if len(people) < 2:
        values = {number: int(marks[0].value or 0) for number, marks in by_item.items()}
        return Combined(values, dict.fromkeys(values, 1.0), {}, by_item, verdicts, {}, ())
    owner = connection.execute(select(visual_class.c.owner_id).where(visual_class.c.id == class_id)).scalar_one()
    return _combined(by_item, verdicts, people, people.index(owner) if owner in people else -1)


def _combined(
    by_item: Mapping[int, Sequence[Mark]], verdicts: Mapping[int, Mark], people: Sequence[str], keeper: int
) -> Combined:
    numbers = list(by_item)
    places = {number: place for place, number in enumerate(numbers)}
    said = [one for marks in by_item.values() for one in marks]
    settled = np.zeros(len(numbers), np.int8)
    for number, one in verdicts.items():
        settled[places[number]] = one.value or 0
    opinions = Opinions(
        items=np.array([places[one.item] for one in said], np.intp),
        annotators=np.array([people.index(one.user_id) for one in said], np.intp),
        values=np.array([one.value for one in said], np.int8),
        settled=settled,
        keeper=keeper,
    )
    found = combine(opinions)
    values = dict(zip(numbers, found.values.tolist(), strict=True))
    values |= {number: int(one.value or 0) for number, one in verdicts.items()}
    return Combined(
        values=values,
        weights=dict(zip(numbers, found.weights.tolist(), strict=True)),
        probabilities=dict(zip(numbers, found.probabilities.tolist(), strict=True)),
        marks=by_item,
        verdicts=verdicts,
        reliabilities=dict(zip(people, found.reliabilities.tolist(), strict=True)),
        pairs=[(people[one.first], people[one.second], one) for one in pair_agreements(opinions)],
    )
