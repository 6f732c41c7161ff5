from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow.learning import Estimates, Evidence, candidates, choose, design_audit, estimate

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]
FIGURES = ("precision", "recall", "members")


def made_class(seed: int, items: int = 2000, members: int = 60) -> tuple[Scores, Truth]:
    """A class whose members mostly score high, and some anywhere."""
    rng = np.random.default_rng(seed)
    truth = np.arange(items) < members
    scores = rng.normal(size=items) - 2
    scores[:members] += rng.uniform(0, 5, members)
    return scores, truth


def audited(scores: Scores, truth: Truth, budget: int, seed: int) -> Evidence:
    drawn = design_audit(scores, np.random.default_rng(seed), threshold=0.0)
    rows, strata = drawn.rows[:budget], drawn.strata[:budget]
    counts = np.bincount(strata, minlength=len(drawn.sizes))
    return Evidence(scores, rows, truth[rows], (counts / drawn.sizes)[strata])


def true_figures(scores: Scores, truth: Truth, threshold: float) -> dict[str, float]:
    above = scores >= threshold
    hits = int((above & truth).sum())
    return {"precision": hits / above.sum(), "recall": hits / truth.sum(), "members": float(truth.sum())}


def test_intervals_hold_the_truth() -> None:
    held = {name: [] for name in FIGURES}  # type: dict[str, list[bool]]
    for seed in range(120):
        scores, truth = made_class(seed % 6)
        found = estimate(audited(scores, truth, 80, seed), np.array([0.0, 1.0]), np.random.default_rng(seed), draws=200)
        for place, threshold in enumerate((0.0, 1.0)):
            for name, true in true_figures(scores, truth, threshold).items():
                _, low, high = getattr(found, name)[place]
                held[name].append(bool(low <= true <= high))
    assert all(np.mean(one) >= 0.93 for one in held.values()), {name: np.mean(one) for name, one in held.items()}


def test_what_is_all_judged_is_known(rng: np.random.Generator) -> None:
    scores, truth = made_class(1, 200, 20)
    found = estimate(audited(scores, truth, 200, 0), np.array([0.0]), rng)
    for name, true in true_figures(scores, truth, 0.0).items():
        assert getattr(found, name)[0] == pytest.approx([true] * 3)
    assert found.missed[0].tolist() == [found.members[0, 0] - found.hits[0, 0]] * 3


def test_ends_lie_around_the_value_and_more_answers_bring_them_nearer(rng: np.random.Generator) -> None:
    scores, truth = made_class(2)
    widths = []
    for budget in (30, 300):
        found = estimate(audited(scores, truth, budget, 3), candidates(scores, 20), rng)
        for name in ("precision", "recall", "f1", "members", "hits", "missed", "precision_unmarked"):
            value, low, high = getattr(found, name).T
            known = ~np.isnan(value)
            assert (low[known] <= value[known]).all()
            assert (value[known] <= high[known]).all()
        assert (np.diff(found.proposed) >= 0).all()
        assert (np.diff(found.hits[:, 0]) >= 0).all()
        widths.append(np.mean(found.recall[:, 2] - found.recall[:, 1]))
    assert widths[1] < widths[0]


def test_nothing_but_no_leaves_all_open_above_and_no_member_certain(rng: np.random.Generator) -> None:
    scores, truth = made_class(3)
    evidence = audited(scores, np.zeros_like(truth), 60, 1)
    found = estimate(evidence, np.array([0.0]), rng)
    assert found.members[0, 1] == 0
    assert found.precision[0, 1] == 0
    assert 0 < found.members[0, 2] < 500


def test_nothing_but_yes_leaves_all_possible(rng: np.random.Generator) -> None:
    scores, truth = made_class(4)
    found = estimate(audited(scores, np.ones_like(truth), 60, 1), np.array([0.0]), rng)
    assert found.precision[0, 2] == 1
    assert found.members[0, 2] == len(scores)
    assert found.members[0, 1] > len(scores) / 2


def test_where_nobody_was_asked_everything_is_possible(rng: np.random.Generator) -> None:
    scores, truth = made_class(5)
    low = np.flatnonzero(scores < 0)[:40]
    evidence = Evidence(scores, low, truth[low], np.full(40, 0.02))
    found = estimate(evidence, np.array([0.0]), rng)
    assert found.precision[0, 1:].tolist() == [0, 1]


def test_certain_members_are_found_at_any_threshold(rng: np.random.Generator) -> None:
    scores, truth = made_class(6)
    evidence = audited(scores, truth, 100, 2)
    more = Evidence(evidence.scores, evidence.rows, evidence.answers, evidence.chances, found=25)
    found = estimate(more, np.array([99.0]), rng)
    assert (found.proposed[0], found.hits[0].tolist(), found.precision[0].tolist()) == (25, [25] * 3, [1] * 3)
    assert np.isnan(found.precision_unmarked[0]).all()


def test_figures_can_be_about_a_part(rng: np.random.Generator) -> None:
    scores, truth = made_class(7)
    evidence = audited(scores, truth, 200, 4)
    half = np.arange(len(scores)) % 2 == 0
    part = Evidence(evidence.scores, evidence.rows, evidence.answers, evidence.chances, inside=half)
    found = estimate(part, np.array([0.0]), rng)
    assert found.proposed[0] == int((scores[half] >= 0).sum())
    assert found.members[0, 1] <= truth[half].sum() <= found.members[0, 2]
    none = Evidence(evidence.scores, evidence.rows, evidence.answers, evidence.chances, inside=np.zeros_like(half))
    assert np.isnan(estimate(none, np.array([0.0]), rng).recall[0]).all()


def test_unequal_chances_count_by_what_they_stand_for() -> None:
    scores = np.zeros(20)
    even = Evidence(scores, np.arange(10), np.ones(10, bool), np.full(10, 0.5))
    uneven = Evidence(scores, np.arange(10), np.ones(10, bool), np.array([0.01] + [1.0] * 9))
    assert even.effective() == pytest.approx(10)
    assert 1 < uneven.effective() < 2
    assert uneven.weights()[0] > 50 * uneven.weights()[1]
    assert Evidence(scores, np.zeros(0, int), np.zeros(0, bool), np.zeros(0)).effective() == 0


def curve(precision: list[tuple[float, float, float]]) -> Estimates:
    figures = np.array(precision)
    count = np.arange(len(figures))
    return Estimates(-count.astype(float), count, *[figures] * 7)


def test_the_lowest_threshold_that_keeps_a_precision_is_chosen() -> None:
    told = curve([(1, 0.9, 1), (0.95, 0.8, 1), (0.85, 0.7, 0.9), (0.92, 0.6, 0.95), (0.5, 0.4, 0.6)])
    found = choose(told, 0.9)
    assert (found.estimated, found.cautious) == (3, 0)
    found = choose(told, 0.99)
    assert (found.estimated, found.cautious) == (0, None)
    assert choose(told, 0.9, 2).estimated == 1


def test_candidates_lie_between_scores() -> None:
    scores = np.array([3, 2, 2, 1, -1], np.float32)
    found = candidates(scores)
    assert [int((scores >= threshold).sum()) for threshold in found] == [0, 1, 3, 4, 5]
    assert candidates(np.zeros(0)).tolist() == []
    assert len(candidates(np.random.default_rng(0).normal(size=5000), 30)) <= 31
