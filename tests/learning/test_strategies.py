from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow.learning import (
    Pool,
    ambiguous,
    assign,
    cluster,
    corpus_statistics,
    discovery,
    fit,
    most_useful,
    random,
    relevant,
)

Strategy = Callable[[Pool, int, np.random.Generator], NDArray[np.intp]]
ALL = [relevant, most_useful, ambiguous, discovery, random]


@pytest.fixture
def pool(drawn: Any) -> Pool:
    """The drawn corpus as a model of group 2 sees it after five positive marks."""
    features, groups = drawn
    marked = np.flatnonzero(groups == 2)[:5]
    rest = np.delete(features, marked, axis=0)
    model = fit(features[marked], features[:0], rest, corpus_statistics([features]), rng=np.random.default_rng(0))
    candidates = np.ones(len(features), bool)
    candidates[marked] = False
    clusters = assign(features, cluster(features, 20, np.random.default_rng(0)))
    scores = model.scores(features)
    return Pool(scores, features.__getitem__, candidates, clusters, np.unique(clusters[marked]), 0.4, marked)


@pytest.mark.parametrize("choose", ALL)
def test_a_batch_is_full_different_and_allowed(pool: Pool, choose: Strategy, rng: np.random.Generator) -> None:
    allowed = replace(pool, candidates=pool.candidates & (np.arange(len(pool.scores)) % 3 == 0))
    rows = choose(allowed, 15, rng)
    assert rows.dtype == np.intp
    assert len(set(rows.tolist())) == 15
    assert allowed.candidates[rows].all()


@pytest.mark.parametrize("choose", ALL)
@pytest.mark.parametrize("left", [0, 1, 9])
def test_few_candidates_are_all_shown(pool: Pool, choose: Strategy, left: int, rng: np.random.Generator) -> None:
    candidates = np.zeros_like(pool.candidates)
    candidates[rng.choice(len(candidates), left, replace=False)] = True
    rows = choose(replace(pool, candidates=candidates), 15, rng)
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(candidates))


@pytest.mark.parametrize("choose", ALL)
def test_the_same_seed_shows_the_same(pool: Pool, choose: Strategy) -> None:
    first, second = (choose(pool, 15, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("choose", ALL)
def test_nothing_wanted_nothing_shown(pool: Pool, choose: Strategy, rng: np.random.Generator) -> None:
    assert len(choose(pool, 0, rng)) == 0


@pytest.mark.parametrize(("positives", "best"), [(0, 20), (5, 10), (15, 5)])
def test_the_fewer_positives_the_more_of_the_most_useful_are_simply_the_best(
    pool: Pool, positives: int, best: int, rng: np.random.Generator
) -> None:
    marks = np.ones(positives, np.int8)
    known = replace(pool, marked=np.resize(pool.marked, positives), marks=marks)
    shown = most_useful(known, 20, rng)
    np.testing.assert_array_equal(shown[:best], relevant(known, best, rng))
    assert best == 20 or shown[best] != relevant(known, 20, rng)[best]


def test_where_nobody_knows_the_marks_the_boundary_is_trusted(pool: Pool, rng: np.random.Generator) -> None:
    shown = most_useful(pool, 20, rng)
    assert not len(pool.marks)
    assert pool.scores[shown[0]] < pool.scores[relevant(pool, 1, rng)[0]]


@pytest.mark.parametrize("choose", [relevant, ambiguous])
def test_the_order_of_the_corpus_does_not_matter(pool: Pool, choose: Strategy, rng: np.random.Generator) -> None:
    order = rng.permutation(len(pool.scores))
    place = np.argsort(order)
    shuffled = replace(
        pool,
        scores=pool.scores[order],
        vectors=lambda rows: pool.vectors(order[rows]),
        candidates=pool.candidates[order],
        marked=place[pool.marked],
    )
    np.testing.assert_array_equal(order[choose(shuffled, 15, rng)], choose(pool, 15, rng))


def test_relevant_shows_falling_scores(pool: Pool, rng: np.random.Generator) -> None:
    rows = relevant(replace(pool, duplicate_cosine=2.0), 10, rng)
    best = np.sort(pool.scores[pool.candidates])[::-1][:10]
    np.testing.assert_array_equal(pool.scores[rows], best)


def test_ambiguous_shows_the_nearest_to_the_boundary(pool: Pool, rng: np.random.Generator) -> None:
    rows = ambiguous(replace(pool, duplicate_cosine=2.0), 10, rng)
    apart = np.abs(pool.scores)
    assert apart[rows].max() <= np.sort(apart[pool.candidates])[9]


def test_most_useful_shows_likely_members_before_others(pool: Pool, rng: np.random.Generator) -> None:
    inside = int((pool.candidates & (pool.scores >= 0)).sum())
    rows = most_useful(replace(pool, duplicate_cosine=2.0), inside + 5, rng)
    assert (pool.scores[rows[:inside]] >= 0).all()
    outside = np.sort(pool.scores[pool.candidates & (pool.scores < 0)])[::-1]
    np.testing.assert_array_equal(pool.scores[rows[inside:]], outside[:5])


def test_most_useful_is_varied_where_many_are_likely(pool: Pool, drawn: Any, rng: np.random.Generator) -> None:
    features, groups = drawn
    certain = replace(pool, scores=np.where(groups < 10, 1e-3 * (groups + 1), -1).astype(np.float32))
    nearest = np.argsort(certain.scores[certain.candidates & (certain.scores >= 0)])[:10]
    assert len(np.unique(groups[nearest])) == 1
    chosen = most_useful(certain, 10, rng)
    spread = features[chosen] @ features[chosen].T
    packed = features[nearest] @ features[nearest].T
    assert spread.mean() < packed.mean()


def test_discovery_goes_where_no_mark_is(pool: Pool, rng: np.random.Generator) -> None:
    everything = replace(pool, discovery_rate=1.0)
    rows = discovery(everything, 12, rng)
    assert pool.clusters is not None
    unmarked = ~np.isin(pool.clusters[rows], pool.marked_clusters)
    assert unmarked.sum() >= 9
    assert len(np.unique(pool.clusters[rows[unmarked]])) >= 9


def test_discovery_at_rate_zero_is_the_most_useful(pool: Pool) -> None:
    none = replace(pool, discovery_rate=0.0)
    chosen = set(discovery(none, 15, np.random.default_rng(0)).tolist())
    assert chosen == set(most_useful(none, 15, np.random.default_rng(0)).tolist())


def test_discovery_explores_when_there_is_no_model_yet(pool: Pool, drawn: Any, rng: np.random.Generator) -> None:
    empty = np.empty(0, np.intp)
    rows = discovery(replace(pool, scores=np.zeros_like(pool.scores), marked=empty, marked_clusters=empty), 15, rng)
    assert len(np.unique(drawn[1][rows])) >= 7


def test_discovery_works_without_clusters(pool: Pool, rng: np.random.Generator) -> None:
    assert len(discovery(replace(pool, clusters=None), 15, rng)) == 15


@pytest.mark.parametrize("choose", [relevant, most_useful, ambiguous])
def test_near_duplicates_of_marks_and_of_the_batch_are_not_shown(
    pool: Pool, drawn: Any, choose: Strategy, rng: np.random.Generator
) -> None:
    features, _ = drawn
    doubled = np.concatenate([features, features])
    scores = np.tile(pool.scores, 2)
    candidates = np.ones(len(doubled), bool)
    candidates[pool.marked] = False
    twice = Pool(scores, doubled.__getitem__, candidates, marked=pool.marked)
    rows = choose(twice, 15, rng) % len(features)
    assert len(np.unique(rows)) == 15
    assert not np.isin(rows, pool.marked).any()


def test_duplicates_come_when_nothing_else_is_left(rng: np.random.Generator) -> None:
    same = np.ones((6, 1), np.float32)
    pool = Pool(np.arange(6, dtype=np.float32), same.__getitem__, np.ones(6, bool))
    assert relevant(pool, 4, rng).tolist() == [5, 4, 3, 2]
