import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snoop_flow.learning.boxes import Boxes, distinct_boxes, insides, most_different, overlaps, windows


def _boxes(*rows: tuple[float, float, float, float]) -> Boxes:
    return np.array(rows, np.float64)


def test_overlaps_and_insides() -> None:
    one, others = _boxes((0, 0, 10, 10)), _boxes((0, 0, 10, 10), (5, 0, 10, 10), (2, 2, 5, 2), (20, 0, 5, 5))
    np.testing.assert_allclose(overlaps(one, others), [[1, 50 / 150, 0.1, 0]])
    np.testing.assert_allclose(insides(one, others), [[1, 0.5, 1, 0]])


def test_repetitions_of_better_boxes_are_left_out() -> None:
    boxes = _boxes((0, 0, 10, 10), (1, 1, 10, 10), (30, 0, 10, 10), (2, 2, 3, 3), (0, 0, 100, 100))
    assert distinct_boxes(boxes).tolist() == [0, 2]
    assert distinct_boxes(boxes, 1).tolist() == [0]
    assert distinct_boxes(np.zeros((0, 4))).tolist() == []


@given(st.integers(20, 5000), st.integers(20, 5000), st.sampled_from([0.125, 0.25, 0.5, 1.0]))
def test_windows_cover_the_image_and_stay_inside(width: int, height: int, scale: float) -> None:
    found = windows(width, height, (scale,))
    assert found[:, :2].min() >= 0
    assert (found[:, 0] + found[:, 2]).max() == pytest.approx(width)
    assert (found[:, 1] + found[:, 3]).max() == pytest.approx(height)
    for axis in (0, 1):
        starts = np.unique(found[:, axis])
        assert len(starts) == 1 or np.diff(starts).max() <= found[0, 2 + axis] * 0.5 + 1e-6


def test_the_whole_image_is_one_window() -> None:
    np.testing.assert_allclose(windows(60, 100, (1.0,)), [[0, 0, 60, 100]])


def test_rows_that_differ_most_come_first_and_are_nested() -> None:
    rng = np.random.default_rng(3)
    centres = np.eye(4, 16, dtype=np.float32)
    vectors = np.repeat(centres, 10, axis=0) + rng.normal(0, 0.02, (40, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = most_different(vectors, 4)
    assert chosen[0] == 0
    assert sorted(chosen // 10) == [0, 1, 2, 3]
    assert most_different(vectors, 9)[:4].tolist() == chosen.tolist()
    assert sorted(most_different(vectors, 99)) == list(range(40))
    assert most_different(vectors[:0], 3).tolist() == []
