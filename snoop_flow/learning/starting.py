"""The first model of a class, before anything was marked in answer to it: from examples, or from a query vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.learning.model import LinearModel
from snoop_flow.learning.statistics import CorpusStatistics

SHRINKAGE = 20.0  # one example supports little whitening: with less, the mean over five labelled sets falls
BOUNDARY_DEVIATIONS = 2.0  # nothing is known of the class yet; some 2 % of a corpus lie above


def start_from_examples(
    positives: NDArray[np.float32],
    stats: CorpusStatistics,
    shrinkage: float = SHRINKAGE,
    weights: NDArray[np.floating] | None = None,
) -> LinearModel:
    """The whitened exemplar: what the examples share and the corpus does not.

    The score is −1 at the corpus mean and 0 at two standard deviations of the scores above it.

    Args:
        positives: (p, D), p ≥ 1.
        stats: of the corpus that will be searched.
        shrinkage: see `CorpusStatistics.whiten`.
        weights: (p,) above 0, how much each example counts; all the same by default.

    Raises:
        ValueError: no example, or of another dimension than the corpus.
    """
    if positives.ndim != 2 or not len(positives):
        raise ValueError("a class starts from at least one positive example; none was given")
    return _placed(stats.whiten(_apart(np.average(positives, axis=0, weights=weights), stats), shrinkage), stats)


def start_from_query(query: NDArray[np.float32], stats: CorpusStatistics) -> LinearModel:
    """A query vector as a class: of a text or of an image from outside, ranked by plain inner product.

    Texts lie apart from the images of their own space, so neither the corpus mean nor its covariance applies to them.

    Args:
        query: (D,).
        stats: of the corpus that will be searched; they only place the boundary, as in `start_from_examples`.

    Raises:
        ValueError: another dimension than the corpus.
    """
    _apart(query, stats)
    return _placed(np.asarray(query, np.float32), stats)


def _apart(vector: NDArray[np.float32], stats: CorpusStatistics) -> NDArray[np.float32]:
    if vector.shape != stats.mean.shape:
        raise ValueError(
            f"a vector of {vector.shape[-1]} numbers cannot start a class on a corpus of {len(stats.mean)} dimensions; "
            "embed it with the corpus's own backbone"
        )
    return np.asarray(vector - stats.mean, np.float32)


def _placed(weights: NDArray[np.float32], stats: CorpusStatistics) -> LinearModel:
    reach = BOUNDARY_DEVIATIONS * stats.deviation(weights)
    scaled = np.asarray(weights / reach if reach > 0 else weights, np.float32)
    return LinearModel(scaled, -1.0 - float(stats.mean @ scaled))
