"""The answers of all blind audits of a class as one sample, as far as they say something of a version.

The chance of an item to be in the sample does not change when the class is fitted again: it follows from how each audit
was drawn, by the scores of its own version. So old answers stay usable, even when the class was moved to the vectors of
another backbone. For a new version they count by 1 / chance among their neighbours by the new score. Three things leave
the sample:

- items that were marked since: their truth is certain, and whoever marked them did not know which items are in the
  sample, so that what is left is a sample of what is left;
- items whose vector is newer than the audit: another picture was judged, and new items had no chance to be asked;
- answers that were turned into marks, for the versions after that: a class may not be examined with what it learned.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from snoop_flow.classes.lessons import Lesson, linear_model
from snoop_flow.entities import Audit, AuditAnswer, ClassModel
from snoop_flow.learning import chances, pooled
from snoop_flow.plugin_types import RowArray
from snoop_flow.store import audits, classes, embeddings, marks
from snoop_flow.vectors import VectorSet


@dataclass(frozen=True, slots=True)
class Sample:
    """Blind answers that can be used for a version.

    Attributes:
        rows: (n,) of the lesson's view, in no order.
        answers: (n,) +1, −1, 0 for unsure.
        chances: (n,) of each item to be in the sample.
        certain: item number → +1 or −1, by the marks; none of these is in the sample.
        newer: vectors that no audit in use could draw.
        audits: those in use, the newest first.
    """

    rows: RowArray
    answers: NDArray[np.int8]
    chances: NDArray[np.float64]
    certain: dict[int, int]
    newer: int
    audits: tuple[Audit, ...]

    @property
    def decided(self) -> NDArray[np.bool_]:
        """(n,) which answers are yes or no."""
        return np.not_equal(self.answers, 0)


def operation(audit_id: str, author: int) -> str:
    """The operation by which the answers of one of its people to an audit are turned into marks."""
    return f"audit-{audit_id}-{author}"


def sample_of(lesson: Lesson, model: ClassModel) -> Sample:
    """The answers that can be used for a version of a class."""
    with lesson.workspace.catalogue.read() as connection:
        every = audits.every(connection, lesson.visual_class.id)
        wanted = [one for one in every if one.learned_at is None or model.version <= one.learned_at]
        sampled = audits.sampled(connection, lesson.visual_class.id)
        certain = _certain(connection, lesson, wanted)
    used = [found for one in wanted if (found := _drawn(lesson, one, sampled)) is not None]
    kept = _kept(lesson, used, certain)
    rows = lesson.view.rows_of([one.item for one in kept])
    parts = [_chances(one, kept) for one in used]
    return Sample(
        rows=rows,
        answers=np.array([one.answer for one in kept], np.int8),
        chances=pooled(parts) if parts else np.zeros(0),
        certain=certain,
        newer=min((len(one.late) for one in used), default=0),
        audits=tuple(one.audit for one in used),
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An audit with what it saw.

    Attributes:
        model: the version that it audited, on the vectors of `view`; the class may have moved to others since.
        answered: its items that have an answer.
        late: numbers of the lesson's items that it could not draw.
    """

    audit: Audit
    model: ClassModel
    view: VectorSet
    answered: Sequence[AuditAnswer]
    late: Collection[int]


def _drawn(lesson: Lesson, audit: Audit, sampled: Sequence[AuditAnswer]) -> _Drawn | None:
    """What an audit saw; None where its vectors are gone, so that the chances of items are not known any more."""
    with lesson.workspace.catalogue.read() as connection:
        model = classes.model(connection, lesson.visual_class.id, audit.version)
        seen = None if model is None else embeddings.set_by_fingerprint(connection, model.fingerprint)
        late = set() if seen is None else set(embeddings.newer(connection, seen.id, audit.design["epoch"]))
    if model is None or seen is None:
        return None
    view = lesson.view if seen.id == lesson.known.id else lesson.workspace.vectors(seen)
    if view is not lesson.view:
        late |= set(np.setdiff1d(lesson.view.numbers, view.numbers).tolist())
    answered = [one for one in sampled if one.audit_id == audit.id and one.answer is not None]
    return _Drawn(audit, model, view, answered, late)


def _certain(connection: Connection, lesson: Lesson, used: Sequence[Audit]) -> dict[int, int]:
    """What is marked as member or not, but for marks that are the answers of audits in use."""
    learned = tuple(f"audit-{one.id}-" for one in used if one.learned_at is not None)
    said = marks.decisive(connection, lesson.visual_class.id) if learned else {}
    own = {number for number, mark in said.items() if mark.op_id.startswith(learned)}
    return {number: value for number, value in lesson.marks.items() if value and number not in own}


def _kept(lesson: Lesson, used: Sequence[_Drawn], certain: Mapping[int, int]) -> list[AuditAnswer]:
    """Answers on items that are there, not marked since, and the same as when they were drawn."""
    answered = [one for drawn in used for one in drawn.answered if one.item not in drawn.late]
    there = lesson.view.rows_of([one.item for one in answered]) >= 0
    return [one for one, live in zip(answered, there, strict=True) if live and one.item not in certain]


def _chances(drawn: _Drawn, kept: Sequence[AuditAnswer]) -> NDArray[np.float64]:
    """(n,) the chance of each answered item to be among the answers of one audit."""
    design = drawn.audit.design
    edges, sizes = np.array(design["edges"], np.float64), np.array(design["sizes"], np.intp)
    counts = np.bincount(np.array([one.stratum for one in drawn.answered], np.intp), minlength=len(sizes))
    own = np.array([one.audit_id == drawn.audit.id for one in kept], bool)
    found = np.zeros(len(kept))
    found[own] = [counts[one.stratum] * one.probability for one in kept if one.audit_id == drawn.audit.id]
    rows = drawn.view.rows_of([one.item for one in kept])
    others = ~own & (rows >= 0) & ~np.isin([one.item for one in kept], list(drawn.late))
    if others.any():
        scores = linear_model(drawn.model).scores(drawn.view.gather(rows[others]))
        found[others] = chances(scores, edges, sizes, counts)
    return np.minimum(found, 1.0)
