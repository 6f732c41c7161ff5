"""Simulated annotators who err: what a class learns from all of them, by several ways of combining their marks.

Each item of a batch is marked by one, two or three of them, in random order. Half of the batch is what a model of one
example ranks highest, where members and what resembles them lie; the rest is drawn from the corpus. Everybody errs at a
rate of their own; somebody may say yes to everything, or toss a coin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.agreement import Opinions, combine
from snoop_flow.learning.fitting import fit
from snoop_flow.learning.measures import average_precision
from snoop_flow.learning.statistics import CorpusStatistics

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]
Signs = NDArray[np.int8]
Numbers = NDArray[np.float64]

BACKGROUND_ROWS = 2_000
ALWAYS_YES = -1.0  # in place of an error rate
MOST_MARKS = 3  # of one item
CROWDS: Mapping[str, Sequence[float]] = {
    "three of 5 %": (0.05, 0.05, 0.05),
    "four of 10 %": (0.1, 0.1, 0.1, 0.1),
    "5 % and 40 %": (0.05, 0.4),
    "5 to 40 %": (0.05, 0.1, 0.2, 0.3, 0.4),
    "5 to 40 %, one against all": (0.05, 0.1, 0.2, 0.3, 0.4, 0.9),
    "5 to 40 %, one always yes": (0.05, 0.1, 0.2, 0.3, 0.4, ALWAYS_YES),
    "5 to 40 %, one at random": (0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
}


@dataclass(frozen=True, slots=True)
class Marked:
    """A batch that several people marked.

    Attributes:
        rows: (I,) rows of the corpus.
        opinions: on them, in the order in which they were given.
    """

    rows: NDArray[np.intp]
    opinions: Opinions


def marked_by(
    errors: Sequence[float], features: Vectors, members: Mask, stats: CorpusStatistics, batch: int, seed: int
) -> Marked:
    """A batch of a class, marked by people with these error rates; equal seeds have equal batches."""
    rng = np.random.default_rng(seed)
    rows = _batch(features, members, stats, batch, rng)
    said: list[tuple[int, int, int]] = []
    for place, row in enumerate(rows):
        asked = min(int(rng.integers(1, MOST_MARKS + 1)), len(errors))
        for person in rng.choice(len(errors), asked, replace=False).tolist():
            wrong = bool(rng.random() < errors[person])
            yes = errors[person] == ALWAYS_YES or bool(members[row]) != wrong
            said.append((place, person, 1 if yes else -1))
    places, people, values = np.array(said)[rng.permutation(len(said))].T
    return Marked(rows, Opinions(places, people, values.astype(np.int8), np.zeros(len(rows), np.int8)))


def _batch(
    features: Vectors, members: Mask, stats: CorpusStatistics, batch: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    example = rng.choice(np.flatnonzero(members), 1)
    background = rng.choice(len(features), min(len(features), BACKGROUND_ROWS), replace=False)
    model = fit(features[example], features[:0], features[background], stats, rng=rng)
    best = np.argsort(-model.scores(features), kind="stable")[: 2 * batch]
    likely = rng.choice(best, min(batch * 2 // 3, len(best)), replace=False)
    return np.unique(np.concatenate([likely, rng.choice(len(features), batch // 3, replace=False)]))


def latest(opinions: Opinions) -> tuple[Signs, Numbers]:
    """The last mark of an item counts, whoever made it."""
    values = np.zeros(len(opinions.settled), np.int8)
    values[opinions.items] = opinions.values  # of repeated places numpy keeps the last
    return values, np.ones(len(values))


def majority(opinions: Opinions) -> tuple[Signs, Numbers]:
    """What most people say; nothing where as many say yes as no."""
    votes = np.bincount(opinions.items, opinions.values, len(opinions.settled))
    return np.sign(votes).astype(np.int8), np.ones(len(votes))


def weighted(opinions: Opinions) -> tuple[Signs, Numbers]:
    """What `snoop_flow.learning.combine` makes of it."""
    found = combine(opinions)
    return found.values, found.weights


WAYS = {"latest mark": latest, "majority": majority, "weighted": weighted}


def precision_of(
    marked: Marked, values: Signs, weights: Numbers, features: Vectors, members: Mask, stats: CorpusStatistics
) -> float:
    """Average precision over the corpus of a class fitted on the values; that of no model without a positive."""
    yes, no = values > 0, values < 0
    if not yes.any():
        return float(members.mean())
    rest = np.setdiff1d(np.arange(len(features)), marked.rows)
    rng = np.random.default_rng(0)
    rest = np.sort(rng.choice(rest, min(len(rest), BACKGROUND_ROWS), replace=False))
    model = fit(
        features[marked.rows[yes]],
        features[marked.rows[no]],
        features[rest],
        stats,
        rng=rng,
        positive_weights=weights[yes],
        negative_weights=weights[no],
    )
    return average_precision(model.scores(features), members)
