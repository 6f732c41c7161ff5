"""The formulas against what they stand for, computed the long way."""

from __future__ import annotations

import numpy as np
import pytest

from snoop_strategies.gal import impacts
from snoop_strategies.herding import calibration_error, kernel, radius, temperature
from snoop_strategies.ridge import REGULARISER, blind_scores, outlook, similarities


@pytest.fixture
def problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Nine known vectors with answers and worth, and five candidates."""
    vectors = rng.normal(size=(14, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[:9], np.where(rng.random(9) < 0.5, 1.0, -1.0), rng.uniform(0.1, 1, 9), vectors[9:]


def _theta(known: np.ndarray, answers: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Weights of the weighted ridge regression in its primal form, bias last."""
    rows = np.c_[known, np.ones(len(known))]
    inner = rows.T @ (rows * worth[:, None]) + REGULARISER * np.eye(rows.shape[1])
    return np.linalg.solve(inner, rows.T @ (worth * answers))


def test_scores_and_changes_are_those_of_fitting_anew(problem: tuple[np.ndarray, ...]) -> None:
    known, answers, worth, candidates = problem
    cross = similarities(known, candidates)
    own = np.diag(similarities(candidates, candidates))
    seen = outlook(similarities(known, known), cross, own, answers, worth)
    theta = _theta(known, answers, worth)
    for place, candidate in enumerate(candidates):
        assert seen.scores[place] == pytest.approx(np.r_[candidate, 1] @ theta)
        changes = []
        for answer in (1.0, -1.0):
            anew = _theta(np.r_[known, [candidate]], np.r_[answers, answer], np.r_[worth, 1.0])
            changes.append(np.linalg.norm(anew - theta))
            surprise = abs(answer - seen.scores[place])
            assert changes[-1] == pytest.approx(surprise * seen.change[place])
        impact, pseudo = impacts(seen.scores, seen.change)
        assert impact[place] == pytest.approx(min(changes))
        assert pseudo[place] == (1, -1)[int(np.argmin(changes))]


def test_blind_scores_are_those_of_leaving_one_out(problem: tuple[np.ndarray, ...]) -> None:
    known, answers, worth, _ = problem
    blind = blind_scores(similarities(known, known), answers, worth)
    for place in range(len(known)):
        rest = np.arange(len(known)) != place
        assert blind[place] == pytest.approx(np.r_[known[place], 1] @ _theta(known[rest], answers[rest], worth[rest]))


def test_the_kernel_is_gaussian_and_its_radius_the_least_distance(problem: tuple[np.ndarray, ...]) -> None:
    known, *_ = problem
    apart = np.linalg.norm(known[:, None] - known[None], axis=2)
    assert radius(known) == pytest.approx(apart[np.triu_indices(9, 1)].min())
    np.testing.assert_allclose(kernel(known, known, 0.7), np.exp(-(apart**2) / 0.49), atol=1e-12)
    assert radius(known[:1]) == radius(np.r_[known[:1], known[:1]]) == 1.0


def test_a_sure_and_right_classifier_stays_cold_and_a_wrong_one_is_heated(rng: np.random.Generator) -> None:
    positive = rng.random(200) < 0.5
    right = np.where(positive, 1.0, -1.0)
    noisy = np.where(rng.random(200) < 0.4, -right, right)
    assert temperature(right, positive) < 0.3
    assert temperature(noisy, positive) > 1
    assert calibration_error(np.where(positive, 0.999, 0.001), positive) == pytest.approx(0.001)
    assert calibration_error(np.full(200, 0.9), np.arange(200) < 100) == pytest.approx(0.4)
