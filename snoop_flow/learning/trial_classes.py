"""Classes to try a search structure on: weight vectors as curators arrive at them, fitted on the corpus itself.

A structure that finds nearly all neighbours of a picture finds fewer of a class, whose vector lies where no picture is.
So what it finds is measured on classes. No marks are needed for it: what is measured is whether the best rows of a
vector are found, not whether the vector means anything.

They are about as hard to find as classes fitted on real marks: cells opened by an eighth held .997 of their best 50 and
.980 of their best 1 000, .999 and .962 of those of 40 labelled classes (60 000 crops, MobileNetV2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.fitting import fit
from snoop_flow.learning.statistics import corpus_statistics

Vectors = NDArray[np.float32]

MEMBERS = (20, 80)  # neighbours of a random row that count as the class
STAGES = (
    (1, 0),
    (4, 8),
    (12, 30),
    (40, 100),
)  # positive and negative marks: the first example, then rounds of teaching
BACKGROUND = 1_000


def trial_classes(sample: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Weight vectors of classes, (count, D) and of unit length, a quarter each in four stages of teaching.

    A class's members are neighbours of a random row; some are its positives, rows not quite so near its negatives, as
    a curator meets them.

    Args:
        sample: (n, D) random rows of the corpus, n ≥ 1; some thousands are enough.
        count: classes wanted.
        rng: draws them.
    """
    stats = corpus_statistics([sample])
    found = np.empty((count, sample.shape[1]), np.float32)
    for place in range(count):
        positives, negatives = _marks(sample, *STAGES[place % len(STAGES)], rng)
        background = sample[rng.choice(len(sample), min(len(sample), BACKGROUND), replace=False)]
        found[place] = fit(positives, negatives, background, stats, rng=rng).weights
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12), np.float32)


def _marks(sample: Vectors, positives: int, negatives: int, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    near = np.argsort(-(sample @ sample[rng.integers(len(sample))]))
    members = int(rng.integers(*MEMBERS))
    inside, outside = near[:members], near[members : 8 * members]
    chosen = rng.choice(inside, min(len(inside), positives), replace=False)
    refused = rng.choice(outside, min(len(outside), negatives), replace=False) if len(outside) else outside
    return sample[chosen], sample[refused]
