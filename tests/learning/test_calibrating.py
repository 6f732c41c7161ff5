from __future__ import annotations

import numpy as np
import pytest

from snoop_flow.learning import Calibration, calibrate
from snoop_flow.learning.rates import draw_rates


def test_the_curve_that_made_the_answers_is_found(rng: np.random.Generator) -> None:
    scores = rng.uniform(-2, 2, 4000)
    answers = rng.random(4000) < Calibration(5.0, -1.0).probabilities(scores)
    found = calibrate(scores, answers, np.ones(4000))
    assert found.slope == pytest.approx(5, rel=0.15)
    assert found.offset == pytest.approx(-1, abs=0.25)


def test_answers_stand_for_what_was_not_asked(rng: np.random.Generator) -> None:
    """Few of the low scores are asked; weighted by what they stand for, the number of members comes out."""
    scores = rng.normal(-1.5, 1, 20_000)
    truth = rng.random(20_000) < Calibration(4.0, -1.0).probabilities(scores)
    chance = np.where(scores > -0.5, 0.2, 0.01)
    asked = rng.random(20_000) < chance
    found = calibrate(scores[asked], truth[asked], 1 / chance[asked])
    assert found.probabilities(scores).sum() == pytest.approx(truth.sum(), rel=0.25)


@pytest.mark.parametrize("answer", [False, True])
def test_one_kind_of_answer_is_believed_within_limits(answer: bool) -> None:
    scores = np.linspace(-1, 1, 30)
    found = calibrate(scores, np.full(30, answer), np.ones(30))
    told = found.probabilities(scores)
    assert found.slope > 0
    assert np.isfinite([found.slope, found.offset]).all()
    assert (told.mean() > 0.9) == answer


def test_no_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="needs answers"):
        calibrate(np.zeros(0), np.zeros(0, bool), np.zeros(0))


def test_shares_rise_with_the_score_and_are_wide_where_nobody_looked(rng: np.random.Generator) -> None:
    answered, positives = np.array([30.0, 0, 20, 20]), np.array([0.0, 0, 2, 19])
    drawn = draw_rates(answered, positives, np.log([500.0, 120, 40, 10]), 1000, 2000, rng)
    assert drawn.shape == (2000, 4)
    assert ((drawn > 0) & (drawn < 1)).all()
    middle = np.median(drawn, axis=0)
    assert (np.diff(middle) > 0).all()
    assert middle[0] < 0.03
    assert middle[3] > 0.85
    spread = np.log(np.quantile(drawn, 0.9, axis=0) / np.quantile(drawn, 0.1, axis=0))
    assert spread[1] > spread[2] > spread[3]


def test_cutting_cells_finer_changes_little(rng: np.random.Generator) -> None:
    coarse = draw_rates(np.array([40.0, 10]), np.array([1.0, 8]), np.log([300.0, 20]), 600, 4000, rng)
    places = np.log([300.0, 20]) @ np.array([[1, 0.75, 0.5, 0.25, 0], [0, 0.25, 0.5, 0.75, 1]])
    answered, positives = np.array([40.0, 0, 0, 0, 10]), np.array([1.0, 0, 0, 0, 8])
    fine = draw_rates(answered, positives, places, 600, 4000, rng)
    assert np.abs(fine[:, [0, 4]].mean(axis=0) - coarse.mean(axis=0)).max() < 0.02
