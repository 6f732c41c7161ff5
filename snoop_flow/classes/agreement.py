"""Several people teach a class: where they disagree, and how far each agrees with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from snoop_flow.cards import cards
from snoop_flow.classes.lessons import Lesson, lesson_of
from snoop_flow.classes.ranking import exact_scores, refuse_none
from snoop_flow.entities import Mark
from snoop_flow.reports import AgreementReport, AnnotatorReport, Disagreement, Opinion, PairReport
from snoop_flow.store import classes, opinions, people
from snoop_flow.store.opinions import Combined
from snoop_flow.workspace import Workspace


def disagreements(workspace: Workspace, name: str, *, count: int = 50, settled: bool = False) -> list[Disagreement]:
    """Items of which some people say yes and some no, those on which opinions are most evenly split first.

    One is settled by marking it with `settle=True`.

    Args:
        settled: list those that are settled already, too; they come last.

    Raises:
        UsageError: `count` is below 1.
    """
    refuse_none(count)
    lesson = lesson_of(workspace, name)
    with workspace.catalogue.read() as connection:
        said = opinions.combined(connection, lesson.visual_class.id)
        names = people.names(connection)
    wanted = [number for number in said.marks if said.contested(number) and (settled or number not in said.verdicts)]
    wanted.sort(key=lambda number: (number in said.verdicts, abs(2 * said.probabilities[number] - 1), number))
    wanted = wanted[:count]
    found = cards(workspace, wanted, _scores(lesson, wanted), marks=said.values, why="disagreement")
    return [
        Disagreement(
            card=card,
            opinions=tuple(_opinion(one, names) for one in said.marks[number]),
            probability=round(said.probabilities[number], 4),
            settled=number in said.verdicts,
        )
        for number, card in zip(wanted, found, strict=True)
    ]


def _scores(lesson: Lesson, numbers: Sequence[int]) -> list[float | None]:
    """Scores of items by number; None for those without a vector, and for all where nothing ranks."""
    rows = lesson.view.rows_of(numbers)
    embedded = rows >= 0
    if lesson.linear is None or not len(rows):
        return [None] * len(rows)
    scores = iter(exact_scores(lesson, rows[embedded], lesson.linear).tolist())
    return [next(scores) if one else None for one in embedded]


def _opinion(one: Mark, names: Mapping[str, str]) -> Opinion:
    return Opinion(names.get(one.user_id, ""), int(one.value or 0), one.verdict, one.created_at)


def agreement(workspace: Workspace, name: str) -> AgreementReport:
    """How the people who mark a class agree, each two and each with all."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        said = opinions.combined(connection, found.id)
        names = people.names(connection)
    contested = [number for number in said.marks if said.contested(number)]
    pairs = [
        PairReport(names[first], names[second], one.common, one.agreed, _rounded(one.kappa))
        for first, second, one in said.pairs
    ]
    return AgreementReport(
        visual_class=found.name,
        annotators=tuple(_annotator(said, user, names[user]) for user in said.reliabilities),
        pairs=tuple(pairs),
        contested=len(contested),
        settled=sum(number in said.verdicts for number in contested),
    )


def _annotator(said: Combined, user: str, name: str) -> AnnotatorReport:
    mine = [marks for marks in said.marks.values() if any(one.user_id == user and one.value for one in marks)]
    return AnnotatorReport(name, len(mine), sum(map(_shared, mine)), round(said.reliabilities[user], 3))


def _shared(marks: Sequence[Mark]) -> bool:
    return sum(one.value != 0 for one in marks) > 1


def _rounded(kappa: float | None) -> float | None:
    return None if kappa is None else round(kappa, 3)
