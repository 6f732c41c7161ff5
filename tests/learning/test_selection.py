from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from snoop_flow.learning import Pool
from snoop_flow.learning.selection import best_rows, distinct, filled

KEYS = arrays.arrays(np.float32, st.integers(0, 60), elements=st.integers(-5, 5).map(float))


@given(KEYS, st.integers(0, 70), st.integers(0, 2**60))
def test_the_best_candidates_in_order_ties_by_row(key: Any, count: int, bits: int) -> None:
    candidates = np.array([bool(bits >> place & 1) for place in range(len(key))], bool)
    expected = sorted(np.flatnonzero(candidates), key=lambda row: (-key[row], row))[:count]
    assert best_rows(key, candidates, count).tolist() == expected


def test_a_large_corpus_is_searched_exactly(rng: np.random.Generator) -> None:
    key = rng.normal(size=400_000).astype(np.float32)
    candidates = rng.random(len(key)) < 0.7
    rows = np.flatnonzero(candidates)
    np.testing.assert_array_equal(best_rows(key, candidates, 90), rows[np.argsort(-key[rows])][:90])


def test_a_large_corpus_with_its_best_between_the_sampled_rows(rng: np.random.Generator) -> None:
    key = np.zeros(400_000, np.float32)
    key[1:4000:8] = 1
    np.testing.assert_array_equal(best_rows(key, np.ones(len(key), bool), 500), np.arange(1, 4000, 8))


def test_what_is_nearly_the_same_is_left_out(rng: np.random.Generator) -> None:
    vectors = np.eye(6, dtype=np.float32)
    vectors[3] = vectors[2]
    vectors[5] = vectors[0]
    pool = Pool(np.zeros(6, np.float32), vectors.__getitem__, np.ones(6, bool), marked=np.array([5]))
    assert distinct(pool, np.array([0, 3, 1, 2, 4])).tolist() == [3, 1, 4]


def test_lists_are_joined_without_repetition() -> None:
    assert filled([np.array([4, 2]), np.array([2, 9, 4, 1])], 3).tolist() == [4, 2, 9]
