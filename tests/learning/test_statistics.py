from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from snoop_flow.learning import CorpusStatistics, corpus_statistics


def test_blocks_give_the_mean_and_covariance_of_the_whole(drawn: Any) -> None:
    features, _ = drawn
    stats = corpus_statistics(np.split(features, [7, 7, 300]))
    assert stats.count == len(features)
    np.testing.assert_allclose(stats.mean, features.mean(axis=0), atol=1e-6)
    covariance = (stats.axes * stats.variances) @ stats.axes.T
    np.testing.assert_allclose(covariance, np.cov(features.T, bias=True), atol=1e-5)


def test_whitening_solves_with_the_shrunk_covariance(drawn: Any) -> None:
    features, _ = drawn
    stats = corpus_statistics([features])
    direction = features[0] - stats.mean
    shrunk = np.cov(features.T, bias=True) + 0.3 * stats.typical_variance * np.eye(len(direction))
    np.testing.assert_allclose(stats.whiten(direction, 0.3), np.linalg.solve(shrunk, direction), rtol=1e-2, atol=1e-2)


def test_deviation_is_that_of_the_scores(drawn: Any) -> None:
    features, _ = drawn
    stats = corpus_statistics([features])
    weights = features[3]
    assert stats.deviation(weights) == pytest.approx(float((features @ weights).std()), rel=1e-3)


def test_arrays_can_be_kept_and_read_again(drawn: Any) -> None:
    stats = corpus_statistics([drawn[0]])
    again = CorpusStatistics.from_arrays(stats.arrays())
    assert again.count == stats.count
    for name, array in stats.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], array)


def test_a_corpus_of_equal_vectors_has_no_variance_and_no_nan() -> None:
    stats = corpus_statistics([np.full((5, 4), 0.5, np.float32)])
    assert np.isfinite(stats.whiten(np.ones(4, np.float32), 1.0)).all()


def test_an_empty_corpus_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one vector"):
        corpus_statistics([np.empty((0, 4), np.float32)])
