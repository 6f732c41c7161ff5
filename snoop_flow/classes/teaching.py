"""Teaching: fitting a class on its marks, and going back to what it knew before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from snoop_flow.classes.calibrating import recalibrate
from snoop_flow.classes.costs import metered_for
from snoop_flow.classes.lessons import Lesson, lesson_of, linear_model
from snoop_flow.classes.places import repeated
from snoop_flow.entities import ClassModel
from snoop_flow.errors import ConflictError, UsageError
from snoop_flow.learning import LinearModel
from snoop_flow.learning import fit as fit_model
from snoop_flow.plugin_types import RowArray
from snoop_flow.reports import FitReport
from snoop_flow.store import classes, failures
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

__all__ = ["BACKGROUND_ROWS", "fit", "fitted", "keep", "linear_model", "return_to", "set_threshold"]

BACKGROUND_ROWS = 2_000  # as many as the fit uses: 5 000 teach no more, and gathering them costs more than the fit


def fit(workspace: Workspace, name: str) -> FitReport:
    """Learn a new version of a class from its marks, from what it started with, and from the version before.

    Raises:
        UsageError: the class has no positive whose image is embedded.
    """
    lesson = lesson_of(workspace, name)
    started = time.perf_counter()
    with metered_for(workspace) as meter:
        model, looked_at = fitted(lesson, lesson.linear if lesson.model else None)
    seconds = time.perf_counter() - started
    kept = keep(lesson, model, seconds, cost={**meter.cost.as_json(), "items_scored": looked_at})
    return FitReport(lesson.name, kept.version, kept.positives, kept.negatives, round(seconds * 1000, 1))


def fitted(lesson: Lesson, previous: LinearModel | None) -> tuple[LinearModel, int]:
    """A model, and how many items it was fitted on."""
    positives, negatives = lesson.vectors(1), lesson.vectors(-1)
    if not len(positives):
        embedded = "no positive mark whose image is embedded" if lesson.numbers(1) else "no positive mark"
        raise UsageError(
            f"class {lesson.name} has {embedded}; mark an example first, such as: "
            f"snoop-flow class mark {lesson.name!r} --positive ID"
        )
    statistics, rng = lesson.derived.statistics, lesson.rng_of_marks()
    rows = rng.choice(len(lesson.view), min(BACKGROUND_ROWS, len(lesson.view)), replace=False)
    background = lesson.view.gather(np.sort(_unmarked(lesson, rows)))
    try:
        model = fit_model(
            positives,
            negatives,
            background,
            statistics,
            positive_weights=lesson.weights(1),
            negative_weights=lesson.weights(-1),
            start=lesson.start,
            previous=previous,
            rng=rng,
        )
    except ValueError as error:
        raise UsageError(f"class {lesson.name} cannot be fitted: {error}") from error
    return model, len(positives) + len(negatives) + len(background)


def _unmarked(lesson: Lesson, rows: RowArray) -> RowArray:
    """Rows that are no example of anything: neither marked nor, among regions, the same as a marked one."""
    judged = np.array(sorted(lesson.marks), np.int64)
    unmarked: RowArray = rows[~np.isin(lesson.view.numbers[rows], judged)]
    return np.setdiff1d(unmarked, repeated(lesson), assume_unique=True)


def keep(
    lesson: Lesson,
    model: LinearModel,
    seconds: float,
    *,
    threshold: float | None = None,
    calibration: Mapping[str, Any] | None = None,
    cost: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> ClassModel:
    """Enter a model as the next version, and `changes` of the class with it; blind answers calibrate it.

    Raises:
        ConflictError: the class was moved to another backbone meanwhile.
    """
    with lesson.workspace.catalogue.write() as connection:
        if changes:
            classes.change(connection, lesson.visual_class.id, changes)
        if classes.find(connection, lesson.visual_class.id).set_id != lesson.known.id:
            raise ConflictError(f"class {lesson.name} was moved to another backbone meanwhile; do it again")
        newest = classes.model(connection, lesson.visual_class.id)
        before = newest.threshold if newest else 0.0
        kept = ClassModel(
            class_id=lesson.visual_class.id,
            version=newest.version + 1 if newest else 1,
            fingerprint=lesson.known.fingerprint,
            weights=model.weights.astype("<f4").tobytes(),
            bias=float(model.bias),
            threshold=before if threshold is None else threshold,
            calibration=dict(calibration or {}),
            marks_digest=lesson.digest(),
            positives=len(lesson.rows(1)),
            negatives=len(lesson.rows(-1)),
            seconds=seconds,
            cost=dict(cost or {}),
            created_at=now(),
        )
        classes.add_model(connection, kept)
        detail = {"version": kept.version, "positives": kept.positives, "negatives": kept.negatives}
        event = "class.moved" if changes else "class.fitted"
        failures.log_event(connection, event, kept.class_id, lesson.visual_class.owner_id, detail)
    recalibrate(lesson.workspace, kept.class_id)
    return kept


def return_to(workspace: Workspace, name: str, version: int) -> int:
    """Let a class know again what it knew at a version, 0 being before the first; returns the new version.

    Versions are never changed or removed, so the class gets a new one. Where its marks are those of that version, it is
    the same model; where others were made since, or the class was moved to another backbone, it is fitted on the
    present ones, from that version on. A class that
    has no positive any more is as it was at its start; without a start it proposes nothing.
    """
    lesson = lesson_of(workspace, name)
    with workspace.catalogue.read() as connection:
        before = classes.model(connection, lesson.visual_class.id, version) if version else None
    if before is not None and before.fingerprint != lesson.known.fingerprint:
        before = None  # it was fitted before the class was moved to another backbone, so its marks are what is left
    note = {"returned_to": version}
    if before is not None and before.marks_digest == lesson.digest():
        calibration = {**before.calibration, **note}
        kept = keep(lesson, linear_model(before), 0.0, threshold=before.threshold, calibration=calibration)
        return kept.version
    started = time.perf_counter()
    looked_at = 0
    with metered_for(workspace) as meter:
        if len(lesson.rows(1)):
            model, looked_at = fitted(lesson, linear_model(before) if before is not None else None)
        else:
            model = lesson.start or _nothing(lesson)
    seconds = time.perf_counter() - started
    cost = {**meter.cost.as_json(), "items_scored": looked_at}
    return keep(lesson, model, seconds, calibration=note, cost=cost).version


def _nothing(lesson: Lesson) -> LinearModel:
    """A model that ranks nothing, and proposes nothing at the present threshold."""
    threshold = lesson.model.threshold if lesson.model else 0.0
    return LinearModel(np.zeros(lesson.known.dimension, np.float32), threshold - 1.0)


def set_threshold(workspace: Workspace, name: str, threshold: float) -> None:
    """Choose from which score on a class proposes items; later versions keep it."""
    if not np.isfinite(threshold):
        raise UsageError(f"threshold {threshold}: must be a finite number")
    with workspace.catalogue.write() as connection:
        found = classes.find(connection, name)
        if classes.model(connection, found.id) is None:
            raise UsageError(f"class {found.name} has no model yet; fit it before choosing a threshold")
        classes.set_threshold(connection, found.id, threshold)
