from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from snoop_flow.learning import average_precision, corpus_statistics, start_from_examples, start_from_query


def test_an_example_finds_its_group(drawn: Any) -> None:
    features, groups = drawn
    model = start_from_examples(features[:1], corpus_statistics([features]))
    assert average_precision(model.scores(features), groups == groups[0]) > 0.6


def test_the_start_puts_the_mean_at_minus_one_and_a_small_share_inside(drawn: Any) -> None:
    features, _ = drawn
    stats = corpus_statistics([features])
    for model in (start_from_examples(features[:3], stats), start_from_query(features[0], stats)):
        scores = model.scores(features)
        assert scores.mean() == pytest.approx(-1, abs=1e-3)
        assert 0 < (scores > 0).mean() < 0.15


def test_a_query_ranks_by_inner_product(drawn: Any) -> None:
    features, _ = drawn
    model = start_from_query(features[5], corpus_statistics([features]))
    np.testing.assert_array_equal(np.argsort(model.scores(features))[-5:], np.argsort(features @ features[5])[-5:])


def test_bad_starts_are_refused(drawn: Any) -> None:
    stats = corpus_statistics([drawn[0]])
    with pytest.raises(ValueError, match="at least one positive"):
        start_from_examples(drawn[0][:0], stats)
    with pytest.raises(ValueError, match="own backbone"):
        start_from_query(np.ones(3, np.float32), stats)


def test_a_corpus_of_one_image_can_still_start_a_class() -> None:
    vector = np.array([[0.6, 0.8]], np.float32)
    assert np.isfinite(start_from_examples(vector, corpus_statistics([vector])).scores(vector)).all()
