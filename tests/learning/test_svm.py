from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from snoop_flow.learning.svm import Problem, minimise


def _problem(drawn: Any, cost: float) -> Problem:
    features, groups = drawn
    signs = np.where(groups < 3, 1, -1).astype(np.float32)
    costs = np.full(len(signs), cost, np.float32)
    blocks = [features[:100], features[100:]]
    return Problem(blocks, features.mean(axis=0), signs, costs, np.zeros(features.shape[1], np.float32))


@pytest.mark.parametrize("cost", [0.01, 1.0, 100.0])
def test_no_point_around_the_solution_is_better(drawn: Any, rng: np.random.Generator, cost: float) -> None:
    problem = _problem(drawn, cost)
    solution = minimise(problem, np.zeros(25, np.float32))
    least = problem.loss(solution, problem.margins(solution))
    for _ in range(20):
        other = (solution + 0.05 * np.abs(solution).max() * rng.normal(size=25)).astype(np.float32)
        assert problem.loss(other, problem.margins(other)) > least * (1 - 1e-4)


def test_agrees_with_liblinear(drawn: Any) -> None:
    problem = _problem(drawn, 1.0)
    solution = minimise(problem, np.zeros(25, np.float32))
    peer = LinearSVC(C=0.5, loss="squared_hinge", intercept_scaling=100, tol=1e-6, max_iter=20000, random_state=0)
    rows = drawn[0] - problem.centre
    peer.fit(rows, problem.signs)
    ours, theirs = problem.margins(solution), peer.decision_function(rows)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.999


def test_a_warm_start_ends_at_the_same_place(drawn: Any, rng: np.random.Generator) -> None:
    problem = _problem(drawn, 1.0)
    cold = minimise(problem, np.zeros(25, np.float32))
    warm = minimise(problem, cold + rng.normal(size=25).astype(np.float32))
    assert problem.loss(warm, problem.margins(warm)) == pytest.approx(
        problem.loss(cold, problem.margins(cold)), rel=1e-3
    )


def test_without_cost_the_anchor_is_the_solution(drawn: Any) -> None:
    problem = _problem(drawn, 1e-9)
    anchor = np.arange(24, dtype=np.float32)
    anchored = Problem(problem.blocks, problem.centre, problem.signs, problem.costs, anchor)
    np.testing.assert_allclose(minimise(anchored, np.zeros(25, np.float32))[:-1], anchor, atol=0.1)


def test_rows_of_no_cost_are_no_rows(drawn: Any) -> None:
    problem = _problem(drawn, 1.0)
    some = np.arange(len(problem.signs)) % 3 > 0
    free = replace(problem, costs=np.where(some, problem.costs, np.float32(0)))
    fewer = Problem([drawn[0][some]], problem.centre, problem.signs[some], problem.costs[some], problem.anchor)
    ours, theirs = (minimise(one, np.zeros(25, np.float32)) for one in (free, fewer))
    np.testing.assert_allclose(free.margins(ours), free.margins(theirs), atol=0.02)
