"""What is known of a class from blind answers: precision and recall at any threshold, and what an enrichment will give.

All figures are about what an enrichment at that threshold gives: items that are marked as members are given whatever
they score, items that are marked as not belonging never, and the rest from the threshold on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from snoop_flow.classes.auditing import audits
from snoop_flow.classes.calibrating import calibration_of
from snoop_flow.classes.knowing import KnownVersion, known_version
from snoop_flow.errors import UsageError
from snoop_flow.learning import LEAST_ANSWERS, Estimates, candidates, choose
from snoop_flow.reports import AuditFigures, AuditReport, ExpectedHits, Figure, ThresholdChoice
from snoop_flow.searching.running import scope_mask
from snoop_flow.workspace import Workspace

DIGITS = 10_000  # parts of one to which shares are rounded
MANY_NEWER = 0.1  # of the items: from there on a new audit is advised


def audit_report(
    workspace: Workspace,
    name: str,
    *,
    threshold: float | None = None,
    precision: float | None = None,
    version: int | None = None,
) -> AuditReport:
    """What blind answers tell of a class, from `LEAST_ANSWERS` of them on.

    Args:
        threshold: at which figures are given; by default the class's own.
        precision: look for thresholds that keep it, above 0 and at most 1.
        version: of the class, by default the newest.

    Raises:
        UsageError: the class has no model yet, nothing is embedded, or a number is out of range.
        NotFoundError: no such class or version.
    """
    if precision is not None and not 0 < precision <= 1:
        raise UsageError(f"precision {precision:g}: must be above 0 and at most 1, such as 0.9")
    known = known_version(workspace, name, version)
    at = _threshold(known, threshold)
    curve, figures, wanted = _told(known, at, precision) if not known.needed else ((), None, None)
    answers = known.sample.answers
    return AuditReport(
        visual_class=known.lesson.name,
        version=known.model.version,
        threshold=at,
        answers=int(known.sample.decided.sum()),
        yes=int((answers > 0).sum()),
        no=int((answers < 0).sum()),
        unsure=int((answers == 0).sum()),
        needed=known.needed,
        effective=round(known.evidence(None).effective(), 1),
        figures=figures,
        curve=curve,
        wanted=wanted,
        calibration=calibration_of(known.model),
        notes=_notes(known),
        audits=tuple(audits(workspace, known.lesson.visual_class.id)),
    )


def _told(
    known: KnownVersion, at: float, precision: float | None
) -> tuple[tuple[AuditFigures, ...], AuditFigures, ThresholdChoice | None]:
    """The curve, the figures at a threshold, and thresholds that keep a precision, from the same draws."""
    told = known.estimates(np.append(candidates(known.unmarked), at))
    *curve, here = [_figures(told, place, known.found) for place in range(len(told.thresholds))]
    if precision is None:
        return tuple(curve), replace(here, threshold=at), None
    chosen = choose(told, precision, len(curve))
    estimated, cautious = (None if place is None else curve[place] for place in (chosen.estimated, chosen.cautious))
    return tuple(curve), replace(here, threshold=at), ThresholdChoice(precision, estimated, cautious)


def _threshold(known: KnownVersion, wanted: float | None) -> float:
    if wanted is None:
        return known.model.threshold
    if not np.isfinite(wanted):
        raise UsageError(f"threshold {wanted}: must be a finite number")
    return float(wanted)


def _figures(told: Estimates, place: int, found: int) -> AuditFigures:
    members, hits, missed = (_count(getattr(told, name)[place]) for name in ("members", "hits", "missed"))
    shares = {name: _share(getattr(told, name)[place]) for name in ("precision", "recall", "f1", "precision_unmarked")}
    proposed = int(told.proposed[place])
    return AuditFigures(
        threshold=float(told.thresholds[place]),
        proposed=proposed,
        unmarked=proposed - found,
        members=members,
        hits=hits,
        missed=missed,
        **shares,
    )


# ends are rounded outwards, since an interval that was cut may miss what it held
def _count(numbers: NDArray[np.float64]) -> Figure:
    value, low, high = (int(number) for number in (round(numbers[0]), np.floor(numbers[1]), np.ceil(numbers[2])))
    return Figure(value, (low, high))


def _share(numbers: NDArray[np.float64]) -> Figure | None:
    if np.isnan(numbers[0]):
        return None
    low, high = np.floor(numbers[1] * DIGITS) / DIGITS, np.ceil(numbers[2] * DIGITS) / DIGITS
    return Figure(round(float(numbers[0]), 4), (float(low), min(float(high), 1.0)))


def _notes(known: KnownVersion) -> tuple[str, ...]:
    """What limits the figures, one sentence each."""
    sample, model = known.sample, known.model
    notes = []
    if known.needed:
        notes.append(
            f"{LEAST_ANSWERS} blind answers are needed before anything is estimated, {known.needed} more; "
            f"ask with: snoop-flow class audit {known.lesson.name!r} --next {min(known.needed, LEAST_ANSWERS)}"
        )
    others = sorted({one.version for one in sample.audits if one.version != model.version})
    if others and len(sample.rows):
        listed = " and ".join(map(str, others))
        notes.append(f"some answers were drawn for version {listed}; they are weighed anew for version {model.version}")
    if unsure := int((~sample.decided).sum()):
        notes.append(f"unsure answers ({unsure}) may be either: the intervals hold what both would give")
    if sample.audits and sample.newer > MANY_NEWER * len(known.lesson.view):
        notes.append(
            f"{sample.newer} items are newer than the audit and are taken to be like the others of their score; "
            "draw a new one"
        )
    return tuple(notes)


def expected_hits(
    workspace: Workspace, name: str, *, threshold: float | None = None, collection: str | None = None
) -> ExpectedHits:
    """What an enrichment with a class will give: how many items, how many of them right, how many missed.

    In a collection, items are taken to belong as often as items of their score do in the whole corpus.

    Args:
        threshold: score from which on an item is proposed; by default the class's own.
        collection: slug of the only collection to enrich.

    Raises:
        UsageError: the class has no model yet, nothing is embedded, or the threshold is not finite.
        NotFoundError: no such class or collection.
    """
    known = known_version(workspace, name, None, collection)
    at = _threshold(known, threshold)
    unmarked = int((known.unmarked >= np.float32(at)).sum())
    figures, notes = None, _notes(known)
    if not known.needed:
        figures = replace(_figures(known.estimates(np.array([at])), 0, known.found), threshold=at)
    if collection is not None and figures is not None:
        notes += ("the answers are about the whole corpus; in this collection the same scores may mean less or more",)
    scored = int(scope_mask(workspace, known.lesson.view, collection).sum())
    return ExpectedHits(
        visual_class=known.lesson.name,
        version=known.model.version,
        threshold=at,
        scored=scored,
        proposed=unmarked + known.found,
        unmarked=unmarked,
        figures=figures,
        notes=notes,
    )
