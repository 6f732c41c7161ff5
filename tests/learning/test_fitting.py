from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from snoop_flow.learning import (
    FitOptions,
    LinearModel,
    average_precision,
    corpus_statistics,
    fit,
    start_from_examples,
    start_from_query,
)

NONE = np.empty((0, 24), np.float32)


class _Marks:
    """Group 4 of the drawn corpus as a class: some marks, the rest as background."""

    def __init__(self, drawn: Any, positives: int, negatives: int) -> None:
        self.features, groups = drawn
        self.relevant = groups == 4
        inside, outside = np.flatnonzero(self.relevant), np.flatnonzero(~self.relevant)
        self.positives = self.features[inside[:positives]]
        self.negatives = self.features[outside[:: len(outside) // max(negatives, 1)][:negatives]]
        self.background = self.features[np.setdiff1d(np.arange(len(groups)), inside[:positives])]
        self.stats = corpus_statistics([self.features])

    def fit(self, **changes: Any) -> LinearModel:
        given = {"rng": np.random.default_rng(0), **changes}
        return fit(self.positives, self.negatives, self.background, self.stats, **given)

    def precision(self, model: LinearModel) -> float:
        return average_precision(model.scores(self.features), self.relevant)


def test_marks_make_the_ranking_better_than_the_start(drawn: Any) -> None:
    marks = _Marks(drawn, 8, 20)
    start = start_from_examples(marks.positives[:1], marks.stats)
    assert marks.precision(marks.fit()) > marks.precision(start) + 0.05


def test_the_boundary_separates(drawn: Any) -> None:
    marks = _Marks(drawn, 10, 30)
    inside = marks.fit().scores(marks.features) > 0
    assert marks.relevant[inside].mean() > 0.8
    assert inside[marks.relevant].mean() > 0.7


def test_one_example_alone_proposes_a_little(drawn: Any) -> None:
    marks = _Marks(drawn, 1, 0)
    assert 0 < (marks.fit().scores(marks.features) > 0).mean() < marks.relevant.mean()


def test_positives_need_no_negatives(drawn: Any) -> None:
    marks = _Marks(drawn, 5, 0)
    assert marks.precision(marks.fit()) > 0.8


def test_marks_alone_suffice_without_a_background(drawn: Any) -> None:
    marks = _Marks(drawn, 5, 10)
    model = fit(marks.positives, marks.negatives, NONE, marks.stats, rng=np.random.default_rng(0))
    assert marks.precision(model) > 0.5


def test_a_positive_and_nothing_else_is_the_start(drawn: Any) -> None:
    marks = _Marks(drawn, 1, 0)
    start = start_from_query(marks.positives[0], marks.stats)
    assert fit(marks.positives, NONE, NONE, marks.stats, rng=np.random.default_rng(0), start=start) is start


def test_the_same_marks_give_the_same_model(drawn: Any) -> None:
    marks = _Marks(drawn, 5, 10)
    options = FitOptions(background_rows=100)
    first, second = marks.fit(options=options), marks.fit(options=options)
    np.testing.assert_array_equal(first.weights, second.weights)
    assert first.bias == second.bias


def test_the_order_of_marks_and_background_does_not_matter(drawn: Any, rng: np.random.Generator) -> None:
    marks = _Marks(drawn, 6, 12)
    straight = marks.fit().scores(marks.features)
    for name in ("positives", "negatives", "background"):
        setattr(marks, name, rng.permutation(getattr(marks, name)))
    np.testing.assert_allclose(marks.fit().scores(marks.features), straight, atol=1e-2)


def test_going_on_from_the_last_model_ends_near_a_fresh_fit(drawn: Any) -> None:
    marks = _Marks(drawn, 10, 30)
    previous = _Marks(drawn, 5, 15).fit()
    assert marks.precision(marks.fit(previous=previous)) == pytest.approx(marks.precision(marks.fit()), abs=0.02)


def test_the_pull_of_the_start_fades(drawn: Any) -> None:
    def cosine(positives: int, negatives: int) -> float:
        marks = _Marks(drawn, positives, negatives)
        start = start_from_query(marks.positives[0], marks.stats)
        weights = marks.fit(start=start, options=FitOptions(anchor=1.0)).weights
        return float(weights @ start.weights / np.linalg.norm(weights) / np.linalg.norm(start.weights))

    assert cosine(1, 0) > cosine(20, 60)


def test_a_start_that_contradicts_the_marks_does_no_harm(drawn: Any) -> None:
    marks = _Marks(drawn, 8, 20)
    opposite = start_from_query(-marks.positives.mean(axis=0), marks.stats)
    assert marks.precision(marks.fit(start=opposite)) > 0.85


def test_repeated_marks_and_contradictions_are_survived(drawn: Any) -> None:
    marks = _Marks(drawn, 3, 3)
    marks.positives = np.concatenate([marks.positives] * 4)
    marks.negatives = marks.positives[:2]
    assert np.isfinite(marks.fit().scores(marks.features)).all()


def test_without_a_positive_the_reason_is_said(drawn: Any) -> None:
    marks = _Marks(drawn, 1, 3)
    with pytest.raises(ValueError, match="at least one positive mark"):
        fit(NONE, marks.negatives, marks.background, marks.stats, rng=np.random.default_rng(0))


def test_vectors_of_another_backbone_are_refused(drawn: Any) -> None:
    marks = _Marks(drawn, 1, 3)
    with pytest.raises(ValueError, match="same backbone"):
        fit(marks.positives, np.ones((2, 5), np.float32), NONE, marks.stats, rng=np.random.default_rng(0))


def test_a_model_of_broken_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        LinearModel(np.array([np.nan, 1], np.float32), 0.0)
    with pytest.raises(ValueError, match="one vector"):
        LinearModel(np.ones((2, 2), np.float32), 0.0)


# --- how much each mark counts ------------------------------------------------------------------------------------


def test_weights_of_one_are_plain_marks(drawn: Any) -> None:
    marks = _Marks(drawn, 5, 10)
    weighted = marks.fit(positive_weights=np.ones(5), negative_weights=np.ones(10))
    np.testing.assert_array_equal(weighted.weights, marks.fit().weights)


def test_two_half_marks_are_one_mark(drawn: Any) -> None:
    marks = _Marks(drawn, 5, 10)
    once = marks.fit()
    for name in ("positives", "negatives"):
        setattr(marks, name, np.concatenate([getattr(marks, name)] * 2))
    halves = marks.fit(positive_weights=np.full(10, 0.5), negative_weights=np.full(20, 0.5))
    np.testing.assert_allclose(halves.scores(marks.features), once.scores(marks.features), atol=1e-3)


def test_a_mark_of_nearly_no_weight_is_nearly_no_mark(drawn: Any) -> None:
    marks = _Marks(drawn, 6, 12)
    wrong = np.flatnonzero(~marks.relevant)[-3:]
    without = marks.fit().scores(marks.features)
    marks.positives = np.concatenate([marks.positives, marks.features[wrong]])
    weak = marks.fit(positive_weights=np.r_[np.ones(6), np.full(3, 1e-6)]).scores(marks.features)
    np.testing.assert_allclose(weak, without, atol=1e-3)
    plain = marks.fit().scores(marks.features)
    assert (weak[wrong] < plain[wrong]).all()


@pytest.mark.parametrize("weights", [np.ones(4), np.ones((5, 1)), np.zeros(5), np.full(5, 1.5), np.full(5, np.nan)])
def test_weights_that_fit_no_marks_are_refused(drawn: Any, weights: Any) -> None:
    marks = _Marks(drawn, 5, 5)
    with pytest.raises(ValueError, match="positive_weights"):
        marks.fit(positive_weights=weights)
    with pytest.raises(ValueError, match="negative_weights"):
        marks.fit(negative_weights=weights)
