from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from snoop_flow.learning import chances, design_audit, pooled
from snoop_flow.learning.auditing import BOTTOM_SHARE, STRATA


def test_every_beginning_is_a_stratified_sample(rng: np.random.Generator) -> None:
    scores = rng.normal(size=5000)
    drawn = design_audit(scores, rng, threshold=1.5)
    assert len(np.unique(drawn.rows)) == len(drawn.rows) == 1000
    assert drawn.sizes.sum() == 5000
    assert np.array_equal(np.searchsorted(drawn.edges, scores[drawn.rows], side="right"), drawn.strata)
    for count in (40, 100, 150):
        asked = np.bincount(drawn.strata[:count], minlength=STRATA)
        assert asked[0] == pytest.approx(BOTTOM_SHARE * count, abs=1)
        assert np.ptp(asked[1:]) <= 1


def test_each_item_of_a_stratum_has_the_same_chance() -> None:
    scores = np.linspace(2, -2, 60)
    asked: Counter[int] = Counter()
    for seed in range(400):
        asked.update(design_audit(scores, np.random.default_rng(seed), threshold=1.0).rows[:20].tolist())
    drawn = design_audit(scores, np.random.default_rng(0), threshold=1.0)
    strata = np.searchsorted(drawn.edges, scores, side="right")
    counts = np.bincount(drawn.strata[:20], minlength=len(drawn.sizes))
    told = 400 * chances(scores, drawn.edges, drawn.sizes, counts)
    found = np.array([asked[row] for row in range(60)])
    assert len(np.unique(strata)) > 3
    assert np.abs(found - told).max() < 5 * np.sqrt(400 / 4)


def test_small_and_flat_corpora_are_asked_whole(rng: np.random.Generator) -> None:
    for scores in (np.zeros(1), np.arange(7.0), np.zeros(25)):
        drawn = design_audit(scores, rng, threshold=0.0)
        assert sorted(drawn.rows) == list(range(len(scores)))
        assert drawn.sizes.sum() == len(scores)


def test_what_cannot_be_audited_is_refused(rng: np.random.Generator) -> None:
    for scores, most in ((np.zeros(0), 10), (np.array([0.0, np.nan]), 10), (np.zeros(5), 0)):
        with pytest.raises(ValueError, match="an audit needs items"):
            design_audit(scores, rng, most=most)


def test_pooled_chances_are_those_of_two_audits_in_turn() -> None:
    """The second audit asks only what the first has not; how often an item is in either is counted."""
    first, second = np.linspace(1, 0, 40), np.random.default_rng(1).normal(size=40)
    told, asked = np.zeros(40), np.zeros(40)
    for seed in range(500):
        rng = np.random.default_rng(seed)
        one = design_audit(first, rng, threshold=0.9)
        free = np.setdiff1d(np.arange(40), one.rows[:10])
        other = design_audit(second[free], rng, threshold=1.0)
        counts = [np.bincount(drawn.strata[:10], minlength=len(drawn.sizes)) for drawn in (one, other)]
        told += pooled(
            [chances(first, one.edges, one.sizes, counts[0]), chances(second, other.edges, other.sizes, counts[1])]
        )
        asked[np.concatenate([one.rows[:10], free[other.rows[:10]]])] += 1
    assert np.abs(told - asked).max() / 500 < 0.1
    assert pooled([np.zeros(3)]).tolist() == [0, 0, 0]
