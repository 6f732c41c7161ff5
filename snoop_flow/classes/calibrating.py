"""Scores as probabilities: a version is calibrated on blind answers as soon as there are enough of them."""

from __future__ import annotations

import numpy as np

from snoop_flow.classes.lessons import Lesson, knows_nothing, lesson_of, linear_model
from snoop_flow.classes.samples import sample_of
from snoop_flow.entities import ClassModel
from snoop_flow.learning import LEAST_ANSWERS, calibrate
from snoop_flow.reports import Calibration
from snoop_flow.store import classes
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

ENTRY = "audit"  # of a version's `calibration`


def calibration_of(model: ClassModel) -> Calibration | None:
    """How scores of a version become probabilities; None where no audit has told it."""
    kept = model.calibration.get(ENTRY)
    return None if kept is None else Calibration(kept["slope"], kept["offset"], kept["answers"])


def recalibrate(workspace: Workspace, name: str) -> Calibration | None:
    """Calibrate the newest version of a class on all blind answers that can be used for it.

    Below `LEAST_ANSWERS` it has no calibration, and what it had is taken back.
    """
    lesson = lesson_of(workspace, name)
    if lesson.model is None or knows_nothing(lesson.model):
        return None
    found = _fitted(lesson, lesson.model)
    if found is None and ENTRY not in lesson.model.calibration:
        return None
    values = None
    if found is not None:
        values = {"slope": found.slope, "offset": found.offset, "answers": found.answers, "at": now().isoformat()}
    with workspace.catalogue.write() as connection:
        classes.set_calibration(connection, lesson.visual_class.id, lesson.model.version, ENTRY, values)
    return found


def _fitted(lesson: Lesson, model: ClassModel) -> Calibration | None:
    sample = sample_of(lesson, model)
    decided = sample.decided
    if decided.sum() < LEAST_ANSWERS:
        return None
    scores = linear_model(model).scores(lesson.view.gather(sample.rows[decided]))
    found = calibrate(scores.astype(np.float64), sample.answers[decided] > 0, 1 / sample.chances[decided])
    return Calibration(found.slope, found.offset, int(decided.sum()))
