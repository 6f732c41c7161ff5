"""The answers of all blind audits of a class as one sample, as far as they say something of a version.

The chance of an item to be in the sample does not change when the class is fitted again: it follows from how each audit
was drawn, by the scores of its own version. So old answers stay usable. For a new version they count by 1 / chance
among their neighbours by the new score. Three things leave the sample:

- items that were marked since: their truth is certain, and whoever marked them did not know which items are in the
  sample, so that what is left is a sample of what is left;
- items whose vector is newer than the audit: another picture was judged, and new items had no chance to be asked;
- answers that were turned into marks, for the versions after that: a class may not be examined with what it learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from snoop_flow.classes.lessons import Lesson, linear_model
from snoop_flow.entities import Audit, AuditAnswer, ClassModel
from snoop_flow.learning import chances, pooled
from snoop_flow.plugin_types import RowArray
from snoop_flow.store import audits, classes, embeddings, marks

OPERATION = "audit-"  # before an audit's id: the operation by which its answers were turned into marks


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


def sample_of(lesson: Lesson, model: ClassModel) -> Sample:
    """The answers that can be used for a version of a class."""
    class_id = lesson.visual_class.id
    with lesson.workspace.catalogue.read() as connection:
        every = audits.every(connection, class_id)
        used = [one for one in every if one.learned_at is None or model.version <= one.learned_at]
        drawn = audits.sampled(connection, class_id)
        certain = _certain(connection, lesson, used)
        newer = {one.id: embeddings.sealed_after(connection, lesson.known.id, one.design["epoch"]) for one in used}
        models = {one.version: classes.model(connection, class_id, one.version) for one in used}
    answered = [one for one in drawn if one.audit_id in newer and one.answer is not None]
    kept = _kept(lesson, answered, certain, newer)
    rows = lesson.view.rows_of([one.item for one in kept])
    parts = [_chances(lesson, one, models[one.version], answered, kept, rows, newer[one.id]) for one in used]
    return Sample(
        rows=rows,
        answers=np.array([one.answer for one in kept], np.int8),
        chances=pooled(parts) if parts else np.zeros(0),
        certain=certain,
        newer=min(map(len, newer.values()), default=0),
        audits=tuple(used),
    )


def _certain(connection: Connection, lesson: Lesson, used: Sequence[Audit]) -> dict[int, int]:
    """What is marked as member or not, but for marks that are the answers of audits in use."""
    learned = {f"{OPERATION}{one.id}" for one in used if one.learned_at is not None}
    said = marks.decisive(connection, lesson.visual_class.id) if learned else {}
    own = {number for number, mark in said.items() if mark.op_id in learned}
    return {number: value for number, value in lesson.marks.items() if value and number not in own}


def _kept(
    lesson: Lesson, answered: Sequence[AuditAnswer], certain: Mapping[int, int], newer: Mapping[str, Sequence[int]]
) -> list[AuditAnswer]:
    """Answers on items that are there, not marked since, and had a chance to be asked."""
    late = {audit_id: set(numbers) for audit_id, numbers in newer.items()}
    there = lesson.view.rows_of([one.item for one in answered]) >= 0
    return [
        one
        for one, live in zip(answered, there, strict=True)
        if live and one.item not in certain and one.item not in late[one.audit_id]
    ]


def _chances(
    lesson: Lesson,
    audit: Audit,
    model: ClassModel | None,
    answered: Sequence[AuditAnswer],
    kept: Sequence[AuditAnswer],
    rows: RowArray,
    newer: Sequence[int],
) -> NDArray[np.float64]:
    """(n,) the chance of each answered item to be among the answers of one audit."""
    edges, sizes = np.array(audit.design["edges"], np.float64), np.array(audit.design["sizes"], np.intp)
    strata = [one.stratum for one in answered if one.audit_id == audit.id]
    counts = np.bincount(np.array(strata, np.intp), minlength=len(sizes))
    own = np.array([one.audit_id == audit.id for one in kept], bool)
    found = np.zeros(len(kept))
    found[own] = [counts[one.stratum] * one.probability for one in kept if one.audit_id == audit.id]
    if model is not None and not own.all():
        scores = linear_model(model).scores(lesson.view.gather(rows[~own]))
        found[~own] = chances(scores, edges, sizes, counts)
        found[~own & np.isin([one.item for one in kept], newer)] = 0
    return np.minimum(found, 1.0)
