"""A version with its scores of the corpus, and the blind answers that tell what these mean."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.classes.auditing import model_of
from snoop_flow.classes.lessons import Lesson, knows_nothing, lesson_of, linear_model
from snoop_flow.classes.samples import Sample, sample_of
from snoop_flow.entities import ClassModel
from snoop_flow.errors import NotFoundError
from snoop_flow.learning import LEAST_ANSWERS, Estimates, Evidence, estimate
from snoop_flow.searching.running import scope_mask
from snoop_flow.store import classes
from snoop_flow.workspace import Workspace

FIGURES = ("precision", "recall", "f1", "members", "hits", "missed", "precision_unmarked")


@dataclass(frozen=True, slots=True)
class KnownVersion:
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
        seed = zlib.crc32(
            np.sort(self.lesson.view.numbers[self.sample.rows]).tobytes()
        )  # the same answers, the same figures
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


def known_version(
    workspace: Workspace, name: str, version: int | None = None, collection: str | None = None
) -> KnownVersion:
    """A version of a class, by default the newest, in a collection or in the whole corpus.

    Raises:
        UsageError: the class has no model yet, or nothing is embedded.
        NotFoundError: no such class, version or collection.
    """
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
    return KnownVersion(
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
