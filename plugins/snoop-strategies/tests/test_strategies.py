"""What both strategies must do: keep to the pool, be varied, and teach a real class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow.learning import Corpus, Moments, Pool, assign, cluster, corpus_statistics, fit, relevant, simulate
from snoop_strategies.gal import gal
from snoop_strategies.herding import uncertainty_herding

Strategy = Callable[[Pool, int, np.random.Generator], NDArray[np.intp]]
Vectors = NDArray[np.float32]
BOTH = [gal, uncertainty_herding]


@pytest.fixture(scope="module")
def drawn() -> tuple[Vectors, NDArray[np.int64]]:
    """600 unit vectors in 12 overlapping groups, and the group of each."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), 50)
    vectors = rng.normal(size=(12, 24))[groups] + 1 + 0.8 * rng.normal(size=(600, 24))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32), groups


@pytest.fixture
def pool(drawn: tuple[Vectors, NDArray[np.int64]]) -> Pool:
    """The corpus as a model of group 2 sees it after four positives and four negatives."""
    features, groups = drawn
    positives, negatives = np.flatnonzero(groups == 2)[:4], np.flatnonzero(groups == 7)[:4]
    marked = np.concatenate([positives, negatives])
    background = np.delete(features, marked, axis=0)
    model = fit(
        features[positives],
        features[negatives],
        background,
        corpus_statistics([features]),
        rng=np.random.default_rng(0),
    )
    candidates = np.ones(len(features), bool)
    candidates[marked] = False
    clusters = assign(features, cluster(features, 20, np.random.default_rng(0)))
    marks = np.r_[np.ones(4, np.int8), -np.ones(4, np.int8)]
    return Pool(model.scores(features), features.__getitem__, candidates, clusters, marked=marked, marks=marks)


@pytest.mark.parametrize("choose", BOTH)
@pytest.mark.parametrize("count", [1, 15, 230])
def test_a_batch_is_full_different_and_allowed(
    pool: Pool, choose: Strategy, count: int, rng: np.random.Generator
) -> None:
    allowed = replace(pool, candidates=pool.candidates & (np.arange(len(pool.scores)) % 2 == 0))
    rows = choose(allowed, count, rng)
    assert rows.dtype == np.intp
    assert len(set(rows.tolist())) == count
    assert allowed.candidates[rows].all()


@pytest.mark.parametrize("choose", BOTH)
@pytest.mark.parametrize("left", [0, 1, 2, 9])
def test_few_candidates_are_all_shown(pool: Pool, choose: Strategy, left: int, rng: np.random.Generator) -> None:
    candidates = np.zeros_like(pool.candidates)
    candidates[rng.choice(len(candidates), left, replace=False)] = True
    rows = choose(replace(pool, candidates=candidates), 15, rng)
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(candidates))


@pytest.mark.parametrize("choose", BOTH)
def test_nothing_wanted_nothing_shown(pool: Pool, choose: Strategy, rng: np.random.Generator) -> None:
    assert len(choose(pool, 0, rng)) == 0


@pytest.mark.parametrize("choose", BOTH)
def test_the_same_seed_shows_the_same(pool: Pool, choose: Strategy) -> None:
    first, second = (choose(pool, 15, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("choose", BOTH)
@pytest.mark.parametrize("known", ["positives only", "no values", "no marks"])
def test_little_knowledge_is_enough(pool: Pool, choose: Strategy, known: str, rng: np.random.Generator) -> None:
    less = {
        "positives only": replace(pool, marked=pool.marked[:4], marks=pool.marks[:4]),
        "no values": replace(pool, marks=pool.marks[:0]),
        "no marks": replace(pool, marked=pool.marked[:0], marks=pool.marks[:0]),
    }[known]
    assert len(choose(less, 15, rng)) == 15


@pytest.mark.parametrize("choose", BOTH)
def test_a_batch_is_more_varied_than_the_best(pool: Pool, choose: Strategy, rng: np.random.Generator) -> None:
    def likeness(rows: NDArray[np.intp]) -> float:
        vectors = pool.vectors(rows)
        return float((vectors @ vectors.T).mean())

    assert likeness(choose(pool, 15, rng)) < likeness(relevant(pool, 15, rng))


@pytest.mark.parametrize("choose", BOTH)
def test_equal_vectors_and_no_scores_do_no_harm(choose: Strategy, rng: np.random.Generator) -> None:
    same = np.tile(np.array([[1, 0, 0]], np.float32), (30, 1))
    blank = Pool(np.zeros(30, np.float32), same.__getitem__, np.ones(30, bool))
    with np.errstate(all="raise"):
        assert len(set(choose(blank, 10, rng).tolist())) == 10


@pytest.mark.parametrize("choose", BOTH)
def test_neighbours_in_time_are_left_out(pool: Pool, choose: Strategy, rng: np.random.Generator) -> None:
    def one_film(rows: NDArray[np.intp]) -> Moments:
        return Moments(np.zeros(len(rows), np.int64), rows.astype(float))

    rows = choose(replace(pool, moments=one_film, temporal_range=20), 5, rng)
    assert np.diff(np.sort(rows)).min() > 20


@pytest.mark.parametrize("choose", BOTH)
def test_a_class_is_learned(drawn: tuple[Vectors, NDArray[np.int64]], choose: Strategy) -> None:
    features, groups = drawn
    blurred = features + 0.15 * np.random.default_rng(5).normal(size=features.shape)
    blurred /= np.linalg.norm(blurred, axis=1, keepdims=True)
    corpus = Corpus.of(blurred.astype(np.float32), np.random.default_rng(0))
    taught = simulate(corpus, groups == 2, choose, rounds=3, batch=10, rng=np.random.default_rng(1))
    assert taught.average_precision[-1] > taught.average_precision[0] + 0.05
