import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow.learning.grids import Grid, best_threshold, object_box


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def test_a_box_is_the_mean_of_its_cells_by_the_share_inside() -> None:
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(4, 5, 8)).astype(np.float32)
    grid = Grid(cells)
    whole, one, edges = grid.pooled(np.array([[0, 0, 1, 1], [0.2, 0.25, 0.2, 0.25], [0.1, 0.125, 0.2, 0.25]]))
    np.testing.assert_allclose(whole, _unit(cells.mean(axis=(0, 1))), atol=1e-5)
    np.testing.assert_allclose(one, _unit(cells[1, 1]), atol=1e-5)
    # half a cell in each direction: four quarters
    np.testing.assert_allclose(edges, _unit(cells[:2, :2].mean(axis=(0, 1))), atol=1e-5)


def test_a_box_smaller_than_a_cell_has_the_vector_of_its_cell() -> None:
    cells = np.random.default_rng(1).normal(size=(3, 3, 4)).astype(np.float32)
    tiny = Grid(cells).pooled(np.array([[0.4, 0.4, 0.01, 0.01]]))[0]
    np.testing.assert_allclose(tiny, _unit(cells[1, 1]), atol=1e-4)


def test_cells_that_take_each_other_away_give_zeros() -> None:
    cells = np.array([[[1.0, 0.0], [-1.0, 0.0]]], np.float32)
    assert not Grid(cells).pooled(np.array([[0.0, 0.0, 1.0, 1.0]])).any()


@pytest.mark.parametrize("within", [(0.0, 0.0, 1.0, 1.0), (0.35, 0.3, 0.1, 0.1), (0.2, 0.2, 0.25, 0.25)])
def test_the_box_of_an_object_is_found_from_a_window_that_meets_it(within: tuple[float, ...]) -> None:
    scores = np.random.default_rng(2).normal(0, 0.05, (10, 20)).astype(np.float32)
    scores[3:7, 5:9] += 1
    found = object_box(scores, np.array(within))
    np.testing.assert_allclose(found, [5 / 20, 3 / 10, 4 / 20, 4 / 10], atol=0.0251)


def test_of_two_objects_the_one_in_the_window_is_boxed() -> None:
    scores = np.zeros((10, 10), np.float32)
    scores[1:3, 1:3] = 0.8
    scores[6:9, 6:9] = 1.0
    np.testing.assert_allclose(object_box(scores, np.array([0, 0, 0.4, 0.4])), [0.1, 0.1, 0.2, 0.2])
    np.testing.assert_allclose(object_box(scores, np.array([0.5, 0.5, 0.5, 0.5])), [0.6, 0.6, 0.3, 0.3])


def test_a_higher_threshold_gives_a_tighter_box() -> None:
    y, x = np.mgrid[0:15, 0:15]
    scores = np.exp(-((y - 7) ** 2 + (x - 7) ** 2) / 12).astype(np.float32)
    areas = [object_box(scores, np.array([0.4, 0.4, 0.2, 0.2]), share)[2:].prod() for share in (0.2, 0.5, 0.9)]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > areas[2]


def test_where_nothing_stands_out_the_window_stays() -> None:
    window = np.array([0.0, 0.0, 0.3, 0.3])
    for scores in (np.zeros((3, 3)), np.ones((1, 1))):
        np.testing.assert_array_equal(object_box(scores.astype(np.float32), window), window)


def test_the_threshold_that_draws_known_boxes_best_is_found() -> None:
    y, x = np.mgrid[0:20, 0:20]
    scores = np.exp(-((y - 9.5) ** 2 + (x - 9.5) ** 2) / 20).astype(np.float32)
    small, large = np.array([0.4, 0.4, 0.2, 0.2]), np.array([0.2, 0.2, 0.6, 0.6])
    assert best_threshold([(scores, small)]) > 0.7
    assert best_threshold([(scores, large)]) < 0.3
    assert best_threshold([]) == 0.5
