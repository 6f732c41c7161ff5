"""What is known of a class from blind answers: precision and recall at any threshold, and what an enrichment will give.

All figures are about what an enrichment at that threshold gives: items that are marked as members are given whatever
they score, items that are marked as not belonging never, and the rest from the threshold on.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from snoop_flow.classes.auditing import audits, model_of
from snoop_flow.classes.calibrating import calibration_of
from snoop_flow.classes.lessons import Lesson, knows_nothing, lesson_of, linear_model
from snoop_flow.classes.samples import Sample, sample_of
from snoop_flow.entities import ClassModel
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.learning import LEAST_ANSWERS, Estimates, Evidence, candidates, choose, estimate
from snoop_flow.reports import AuditFigures, AuditReport, ExpectedHits, Figure, ThresholdChoice
from snoop_flow.searching import scope_mask
from snoop_flow.store import classes
from snoop_flow.workspace import Workspace

FIGURES = ("precision", "recall", "f1", "members", "hits", "missed", "precision_unmarked")
MANY_NEWER = 0.1  # of the items: from there on a new audit is advised


@dataclass(frozen=True, slots=True)
class _Known:
    """A version with its scores and the blind answers that can be used for it.

    Attributes:
        open: (N,) mask of the rows whose truth is not certain.
        scores: of the open rows, as an enrichment compares them with a threshold.
        inside: of the open rows, those in scope that nobody marked.
        found: items in scope that are marked as members.
    """

    lesson: Lesson
    model: ClassModel
    sample: Sample
    open: NDArray[np.bool_]
    scores: NDArray[np.float64]
    inside: NDArray[np.bool_]
    found: int

    @property
    def needed(self) -> int:
        """Answers that are still needed before anything is estimated; of a small corpus, all that can be had."""
        decided, judged, open_ = int(self.sample.decided.sum()), len(self.sample.rows), int(self.open.sum())
        possible = max(open_ - (judged - decided), min(open_, 1))
        return max(min(LEAST_ANSWERS, possible) - decided, 0)

    def evidence(self, unsure: bool | None) -> Evidence:
        """What is known; unsure answers count as yes, as no, or not at all."""
        kept = self.sample.decided | (unsure is not None)
        places = np.cumsum(self.open) - 1
        return Evidence(
            scores=self.scores,
            rows=places[self.sample.rows[kept]],
            answers=(self.sample.answers[kept] > 0) | ((self.sample.answers[kept] == 0) & bool(unsure)),
            chances=self.sample.chances[kept],
            found=self.found,
            inside=self.inside,
        )

    def estimates(self, thresholds: NDArray[np.float64]) -> Estimates:
        """Figures at thresholds; where somebody was unsure, intervals hold what either answer would give."""
        thresholds = thresholds.astype(np.float32).astype(np.float64)  # as an enrichment compares them
        seed = zlib.crc32(f"{self.model.class_id} {self.model.version} {len(self.sample.rows)}".encode())
        found = estimate(self.evidence(None), thresholds, np.random.default_rng(seed))
        if self.sample.decided.all():
            return found
        either = [estimate(self.evidence(unsure), thresholds, np.random.default_rng(seed)) for unsure in (True, False)]
        return _widened(found, either)

    @property
    def unmarked(self) -> NDArray[np.float64]:
        """Scores of the items in scope that nobody marked."""
        return self.scores[self.inside]


def _widened(found: Estimates, others: list[Estimates]) -> Estimates:
    values = {name: getattr(found, name) for name in Estimates.__slots__}
    for name in FIGURES:
        parts = [getattr(one, name) for one in (found, *others)]
        low = np.fmin.reduce([part[:, 1] for part in parts])
        high = np.fmax.reduce([part[:, 2] for part in parts])
        values[name] = np.stack([parts[0][:, 0], low, high], axis=1)
    return Estimates(**values)


def _known(workspace: Workspace, name: str, version: int | None = None, collection: str | None = None) -> _Known:
    lesson = lesson_of(workspace, name)
    model = model_of(lesson)
    if version is not None and version != model.version:
        model = _version(lesson, version)
    sample = sample_of(lesson, model)
    linear = linear_model(model)
    scores = lesson.view.scores(linear.weights, linear.bias).astype(np.float64)
    scope = scope_mask(workspace, lesson.view, collection)
    certain = np.isin(lesson.view.numbers, list(sample.certain))
    marked = np.isin(lesson.view.numbers, lesson.numbers(1) + lesson.numbers(-1))
    return _Known(
        lesson=lesson,
        model=model,
        sample=sample,
        open=~certain,
        scores=scores[~certain],
        inside=(scope & ~marked)[~certain],
        found=int(scope[lesson.rows(1)].sum()),
    )


def _version(lesson: Lesson, version: int) -> ClassModel:
    with lesson.workspace.catalogue.read() as connection:
        model = classes.model(connection, lesson.visual_class.id, version)
    if model is None or knows_nothing(model) or model.fingerprint != lesson.known.fingerprint:
        raise NotFoundError(f"class {lesson.name} has no version {version} on its present vectors")
    return model


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
    known = _known(workspace, name, version)
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
    known: _Known, at: float, precision: float | None
) -> tuple[tuple[AuditFigures, ...], AuditFigures, ThresholdChoice | None]:
    """The curve, the figures at a threshold, and thresholds that keep a precision, from the same draws."""
    told = known.estimates(np.append(candidates(known.unmarked), at))
    *curve, here = [_figures(told, place, known.found) for place in range(len(told.thresholds))]
    if precision is None:
        return tuple(curve), replace(here, threshold=at), None
    chosen = choose(told, precision, len(curve))
    estimated, cautious = (None if place is None else curve[place] for place in (chosen.estimated, chosen.cautious))
    return tuple(curve), replace(here, threshold=at), ThresholdChoice(precision, estimated, cautious)


def _threshold(known: _Known, wanted: float | None) -> float:
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


def _count(numbers: NDArray[np.float64]) -> Figure:
    value, low, high = (int(number) for number in (round(numbers[0]), np.floor(numbers[1]), np.ceil(numbers[2])))
    return Figure(value, (low, high))


def _share(numbers: NDArray[np.float64]) -> Figure | None:
    if np.isnan(numbers[0]):
        return None
    value, low, high = (round(float(number), 4) for number in numbers)
    return Figure(value, (low, high))


def _notes(known: _Known) -> tuple[str, ...]:
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
    known = _known(workspace, name, None, collection)
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
