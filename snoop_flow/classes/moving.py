"""Moving a class to another backbone: its marks are about items, so it is fitted anew on their new vectors.

Versions are never changed: the class gets a next one, in the new space, and those before stay as they were, with the
predictions made by them. It proposes nothing new until it is enriched again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from snoop_flow.classes.lessons import Lesson, lesson_of
from snoop_flow.classes.starting import Start, query_of, start_of
from snoop_flow.classes.teaching import fitted, keep
from snoop_flow.entities import EmbeddingSet
from snoop_flow.errors import ConflictError, SnoopError, UsageError
from snoop_flow.learning import LinearModel
from snoop_flow.plugin_types import FloatArray
from snoop_flow.reports import MoveReport
from snoop_flow.store import classes, failures
from snoop_flow.vectors import VectorSet
from snoop_flow.workspace import Workspace


def move_class(workspace: Workspace, name: str, backbone: str) -> MoveReport:
    """Teach a class on the vectors of another backbone from now on, fitted on its marks.

    What it started with is asked anew where it was a text (and the backbone reads texts) or items; else it begins with
    its marks. A threshold that was chosen becomes the one from which the new version proposes as many items as the old
    one did; the boundary, 0, stays what it is.

    Args:
        backbone: `NAME` or `FAMILY:LOCATION`, with which items were embedded.

    Raises:
        NotFoundError: nothing is embedded with the backbone yet, or there is no such class.
        ConflictError: the class is taught on it already.
        UsageError: none of its positives has a vector of it, so that nothing can be fitted.
    """
    before = lesson_of(workspace, name)
    target = workspace.embedding_set(backbone)
    if target.id == before.known.id:
        raise ConflictError(f"class {before.name} is taught on {target.backbone} already; nothing was changed")
    return move_lesson(before, target)


def move_lesson(before: Lesson, target: EmbeddingSet) -> MoveReport:
    """`move_class`, for a class that is known to be taught on another set; raises `UsageError`."""
    started = time.perf_counter()
    start = _start(before, target)
    after = _on(before, target, start)
    changes = {
        "set_id": target.id,
        "start": start.vector if start else None,
        "start_note": start.note if start else "",
    }
    version, threshold = before.visual_class.version, 0.0
    if before.model is not None or len(after.rows(1)):
        _check(before, after)
        model, looked_at = fitted(after, None)
        threshold = _threshold(before, after, model)
        kept = keep(
            after,
            model,
            time.perf_counter() - started,
            threshold=threshold,
            calibration={"moved_from": before.known.backbone, "from_version": version},
            cost={"items_scored": looked_at},
            changes=changes,
        )
        version = kept.version
    else:
        _change(before, changes)
    return MoveReport(
        visual_class=before.name,
        version=version,
        backbone=target.backbone,
        moved_from=before.known.backbone,
        positives=len(after.rows(1)),
        negatives=len(after.rows(-1)),
        lacking=len(before.rows(1)) - len(after.rows(1)),
        threshold=threshold,
        started_anew=start is not None,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )


def _on(before: Lesson, target: EmbeddingSet, start: Start | None) -> Lesson:
    """The same class and marks, on the vectors of another set."""
    moved = replace(
        before.visual_class,
        set_id=target.id,
        start=start.vector if start else None,
        start_note=start.note if start else "",
    )
    view = before.workspace.vectors(target)
    return replace(before, visual_class=moved, model=None, known=target, view=view)


def _start(before: Lesson, target: EmbeddingSet) -> Start | None:
    """What the class began with, in the new space; None where that cannot be had there."""
    asked = query_of(before.visual_class.start_note) if before.visual_class.start is not None else None
    if asked is None:
        return None
    try:
        return start_of(before.workspace, target, asked, before.visual_class.start_note)
    except SnoopError:  # it reads no texts, or an item has no vector
        return None


def _check(before: Lesson, after: Lesson) -> None:
    if len(after.rows(1)):
        return
    reason = "it has no positive mark; mark an example first"
    if before.numbers(1):
        run = f"snoop-flow embed --backbone {after.known.backbone}"
        reason = f"none of its positives has a vector of it; run: {run}"
    raise UsageError(f"class {before.name} cannot be moved to {after.known.backbone}: {reason}")


def _threshold(before: Lesson, after: Lesson, model: LinearModel) -> float:
    """A threshold from which the new model proposes as many of the items in both sets as the old one did from its own.

    Zero is the boundary that every model is fitted to, and no choice: it is kept.
    """
    if before.model is None or before.linear is None or before.model.threshold == 0:
        return 0.0
    shared = np.intersect1d(before.view.numbers, after.view.numbers)
    proposed = int((_scores(before.view, before.linear, shared) >= before.model.threshold).sum())
    scores = np.sort(_scores(after.view, model, shared))[::-1]
    if not len(scores):
        return 0.0
    # between the last that is proposed and the first that is not; beyond either end there is a little room
    room = 1e-3 * float(scores[0] - scores[-1]) + 1e-6
    last = scores[proposed - 1] if proposed else scores[0] + 2 * room
    left = scores[proposed] if proposed < len(scores) else scores[-1] - 2 * room
    return float(last + left) / 2


def _scores(view: VectorSet, model: LinearModel, numbers: np.ndarray) -> FloatArray:
    """Exact scores of the items `numbers`, in no particular order; memory grows with their number alone."""
    kept, start = [np.zeros(0, np.float32)], 0
    for block in view.blocks():
        inside = np.isin(view.numbers[start : start + len(block)], numbers, assume_unique=True)
        kept.append(model.scores(block[inside]))
        start += len(block)
    return np.concatenate(kept)


def _change(before: Lesson, changes: Mapping[str, object]) -> None:
    with before.workspace.catalogue.write() as connection:
        classes.change(connection, before.visual_class.id, changes)
        detail = {"version": before.visual_class.version, "positives": 0, "negatives": 0}
        failures.log_event(connection, "class.moved", before.visual_class.id, before.visual_class.owner_id, detail)
