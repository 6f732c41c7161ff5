"""A simulated curator: how well a class is known after so many marks, on features whose classes are known.

Average precision is over the whole set, ranked by the model alone: what was marked is neither moved to its place nor
taken out. So the figure is what a ranking of the corpus would show, round 0 is the model of one example without any
feedback, and rounds can be compared, since the set stays the same. A model may remember what it was fitted on; so the
same is also given on the items that nobody has marked, next to that of the round 0 model on just these items.

Learners mark different items, so what one leaves unmarked cannot be compared with what another leaves. To compare
them, part of the corpus is held out: the curator never sees it, and all learners are measured on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.clustering import assign, cluster
from snoop_flow.learning.fitting import fit
from snoop_flow.learning.marks import Weights
from snoop_flow.learning.measures import average_precision, coverage, r_precision
from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.pool import Pool
from snoop_flow.learning.statistics import CorpusStatistics, corpus_statistics

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]
Strategy = Callable[[Pool, int, np.random.Generator], NDArray[np.intp]]

BACKGROUND_ROWS = 2000  # as many as `fit` uses
MOST_CLUSTERS = 256


@dataclass(frozen=True, slots=True)
class Corpus:
    """A labelled set and what is computed on it once, whichever class is taught.

    Attributes:
        features: (N, D) unit vectors.
        statistics: of the features.
        clusters: (N,) the cluster of each.
    """

    features: Vectors
    statistics: CorpusStatistics
    clusters: NDArray[np.int32]

    @classmethod
    def of(cls, features: Vectors, rng: np.random.Generator) -> Corpus:
        """Compute statistics and clusters of (N, D) unit vectors, N ≥ 1; `rng` seeds the clusters."""
        centres = cluster(features, int(np.clip(np.sqrt(len(features)), 1, MOST_CLUSTERS)), rng)
        return cls(features, corpus_statistics([features]), assign(features, centres))


class Learner(Protocol):
    """Marks → model; `fit` is one, the baselines are others."""

    def __call__(
        self,
        positives: Vectors,
        negatives: Vectors,
        background: Vectors,
        stats: CorpusStatistics,
        *,
        rng: np.random.Generator,
        positive_weights: Weights | None = None,
        negative_weights: Weights | None = None,
        previous: LinearModel | None = None,
    ) -> LinearModel:
        """Fit a model, see `snoop_flow.learning.fit`."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """One class taught by one simulated curator; index 0 is before any feedback.

    Attributes:
        average_precision: over the whole set, per round.
        r_precision: likewise.
        unseen_average_precision: on the items not marked until then; NaN when none of the class is left.
        unseen_without_feedback: of the round 0 model on the same items.
        held_out_average_precision: on the items that are never shown; NaN where none of the class is among them.
        positives_found: marked positives, the first example included.
        batch_precision: share of positives in the batch that was marked before; NaN at index 0.
        coverage: see `coverage`.
        milliseconds: fitting, ranking everything and choosing the next batch.
    """

    average_precision: tuple[float, ...]
    r_precision: tuple[float, ...]
    unseen_average_precision: tuple[float, ...]
    unseen_without_feedback: tuple[float, ...]
    held_out_average_precision: tuple[float, ...]
    positives_found: tuple[int, ...]
    batch_precision: tuple[float, ...]
    coverage: tuple[float, ...]
    milliseconds: tuple[float, ...]


def simulate(
    corpus: Corpus,
    relevant: Mask,
    choose: Strategy,
    *,
    rounds: int,
    batch: int,
    rng: np.random.Generator,
    learn: Learner = fit,
    held_out: Mask | None = None,
) -> Rounds:
    """Teach a class from one random example, marking truthfully what a strategy shows.

    Args:
        corpus: everything that is ranked.
        relevant: (N,) the members of the class.
        choose: the strategy.
        rounds: batches that are marked.
        batch: items in a batch; fewer at the end of a small corpus.
        rng: picks the example and feeds strategy and learner.
        learn: how marks become a model.
        held_out: (N,) items that are ranked, but never shown; none by default.

    Raises:
        ValueError: the class has no member that may be shown.
    """
    held = np.zeros(len(relevant), bool) if held_out is None else held_out
    if not (relevant & ~held).any():
        raise ValueError("the class to simulate has no member; nothing can be taught")
    curator = _Curator(corpus, relevant, held, rng)
    history = [curator.learned(learn, choose, batch, None)]
    for _ in range(rounds):
        curator.mark(history[-1].shown)
        history.append(curator.learned(learn, choose, batch, history[-1].model))
    return _summary(history, corpus.features, relevant, held)


@dataclass(frozen=True, slots=True)
class _State:
    model: LinearModel
    scores: Vectors
    marked: Mask
    shown: NDArray[np.intp]
    milliseconds: float


class _Curator:
    """Somebody who knows the truth, has one example and answers what is shown."""

    def __init__(self, corpus: Corpus, relevant: Mask, held_out: Mask, rng: np.random.Generator) -> None:
        self.corpus, self.relevant, self.held_out, self.rng = corpus, relevant, held_out, rng
        self.marked = np.zeros(len(relevant), bool)
        self.mark(rng.choice(np.flatnonzero(relevant & ~held_out), 1))

    def mark(self, rows: NDArray[np.intp]) -> None:
        self.marked = self.marked.copy()
        self.marked[rows] = True

    def learned(self, learn: Learner, choose: Strategy, batch: int, previous: LinearModel | None) -> _State:
        started = time.perf_counter()
        features, statistics = self.corpus.features, self.corpus.statistics
        positives, negatives = features[self.marked & self.relevant], features[self.marked & ~self.relevant]
        model = learn(positives, negatives, self._background(), statistics, rng=self.rng, previous=previous)
        scores = model.scores(features)
        shown = choose(self._pool(scores), batch, self.rng)
        return _State(model, scores, self.marked, shown, 1000 * (time.perf_counter() - started))

    def _background(self) -> Vectors:
        rows = np.flatnonzero(~self.marked & ~self.held_out)
        drawn = self.rng.choice(len(rows), min(len(rows), BACKGROUND_ROWS), replace=False)
        return np.asarray(self.corpus.features[rows[np.sort(drawn)]], np.float32)

    def _pool(self, scores: Vectors) -> Pool:
        marked = np.flatnonzero(self.marked)
        return Pool(
            scores=scores,
            vectors=self.corpus.features.__getitem__,
            candidates=~self.marked & ~self.held_out,
            clusters=self.corpus.clusters,
            marked_clusters=np.unique(self.corpus.clusters[marked]),
            marked=marked,
            marks=np.where(self.relevant[marked], 1, -1).astype(np.int8),
        )


def _summary(history: list[_State], features: Vectors, relevant: Mask, held_out: Mask) -> Rounds:
    def precision(scores: Sequence[Vectors], rows: Sequence[Mask]) -> tuple[float, ...]:
        return tuple(average_precision(s[r], relevant[r]) for s, r in zip(scores, rows, strict=True))

    scores, unseen = [state.scores for state in history], [~state.marked for state in history]
    found = [int((state.marked & relevant).sum()) for state in history]
    marked = [int(state.marked.sum()) for state in history]
    return Rounds(
        average_precision=tuple(average_precision(one, relevant) for one in scores),
        r_precision=tuple(r_precision(one, relevant) for one in scores),
        unseen_average_precision=precision(scores, unseen),
        unseen_without_feedback=precision([scores[0]] * len(unseen), unseen),
        held_out_average_precision=precision(scores, [held_out] * len(unseen)),
        positives_found=tuple(found),
        batch_precision=(float("nan"), *map(_share, pairwise(found), pairwise(marked))),
        coverage=tuple(coverage(features[state.marked & relevant], features[relevant]) for state in history),
        milliseconds=tuple(state.milliseconds for state in history),
    )


def _share(found: tuple[int, int], marked: tuple[int, int]) -> float:
    """Positives among what was marked between two rounds; NaN where nothing was left to mark."""
    return (found[1] - found[0]) / (marked[1] - marked[0]) if marked[1] > marked[0] else float("nan")
