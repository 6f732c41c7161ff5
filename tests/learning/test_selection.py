from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from snoop_flow.learning import Moments, Pool
from snoop_flow.learning.selection import best_rows, distinct, filled, left_out, repetitions, spread_in_time, without

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


def _filmed(videos: list[int], seconds: list[float], temporal_range: float, marked: list[int]) -> Pool:
    """A pool of as many rows, of which some are moments of videos."""
    rows = len(videos)

    def moments(wanted: Any) -> Moments:
        return Moments(np.array(videos, np.int64)[wanted], np.array(seconds, float)[wanted])

    return Pool(
        np.zeros(rows, np.float32),
        np.eye(rows, dtype=np.float32).__getitem__,
        np.ones(rows, bool),
        marked=np.array(marked, np.intp),
        moments=moments,
        temporal_range=temporal_range,
    )


def test_of_neighbours_in_time_the_first_is_kept() -> None:
    pool = _filmed([0, 0, 0, 1, -1, -1], [0, 5, 11, 5, 5, 5], 6, [])
    assert spread_in_time(pool, np.array([1, 0, 2, 3, 4, 5])).tolist() == [1, 3, 4, 5]
    assert spread_in_time(pool, np.array([0, 2, 1])).tolist() == [0, 2]


def test_neighbours_of_marks_and_of_what_was_chosen_are_left_out() -> None:
    pool = _filmed([0, 0, 0, 0], [0, 5, 20, 24], 6, [0])
    assert spread_in_time(pool, np.array([1, 2, 3])).tolist() == [2]
    assert spread_in_time(without(pool, np.array([3])), np.array([1, 2])).tolist() == []


@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 30)), max_size=25), st.integers(0, 10))
def test_no_two_kept_are_neighbours_and_all_left_out_are(places: Any, least: int) -> None:
    videos, seconds = [video for video, _ in places], [float(second) for _, second in places]
    pool = _filmed(videos, seconds, least, [])
    kept = spread_in_time(pool, np.arange(len(places))).tolist()

    def neighbours(one: int, other: int) -> bool:
        return videos[one] == videos[other] >= 0 and abs(seconds[one] - seconds[other]) <= least

    assert not any(neighbours(one, other) for one in kept for other in kept if one != other)
    assert all(any(neighbours(row, other) for other in kept) for row in set(range(len(places))) - set(kept))


def test_without_moments_nothing_is_merged() -> None:
    pool = Pool(np.zeros(3, np.float32), np.eye(3, dtype=np.float32).__getitem__, np.ones(3, bool), temporal_range=9)
    assert spread_in_time(pool, np.array([2, 1, 0])).tolist() == [2, 1, 0]


def test_rows_left_out_are_no_marks_and_chosen_ones_have_no_value() -> None:
    pool = Pool(
        np.zeros(4, np.float32),
        np.eye(4, dtype=np.float32).__getitem__,
        np.ones(4, bool),
        marked=np.array([0]),
        marks=np.array([1], np.int8),
    )
    assert left_out(pool, np.array([2])).candidates.tolist() == [True, True, False, True]
    assert left_out(pool, np.array([2])).marked.tolist() == [0]
    chosen = without(pool, np.array([3, 1]))
    assert (chosen.marked.tolist(), chosen.marks.tolist()) == ([0, 3, 1], [1, 0, 0])


def test_repetitions_are_counted_at_the_nearest_shown() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1, 1, 2, 3]]
    pool = Pool(np.zeros(7, np.float32), vectors.__getitem__, np.ones(7, bool))
    assert repetitions(pool, np.array([0, 3, 5]), np.arange(7)).tolist() == [2, 1, 0]
    assert repetitions(pool, np.array([0]), np.array([0])).tolist() == [0]
    assert repetitions(pool, np.array([], np.intp), np.arange(7)).tolist() == []
