"""What reaches the floors of many classes is what a full scan of the originals says, whichever product comes first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snoop_flow.entities import Shard
from snoop_flow.errors import UsageError
from snoop_flow.store.rows import now
from snoop_flow.vectors import VectorSet, kernels, reaching, tiles, write_shard

ROWS = 2_000
FORCED: list[Any] = ["this machine's", "numpy's"]
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", params=[1, 6, 96])
def view(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VectorSet:
    """Dimensions of very different spread; a shard of one row, one all dead, and dead rows in between."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((ROWS, request.param)) * np.geomspace(1, 0.01, request.param)
    vectors[100:140] = vectors[100]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    folder, shards = tmp_path_factory.mktemp("shards"), []
    for number, (first, last) in enumerate([(0, 900), (900, 901), (901, 950), (950, ROWS)]):
        name = f"{number}.safetensors"
        digest = write_shard(folder / name, vectors[first:last].astype(np.float32), np.arange(first, last), "f")
        shards.append(Shard(number, 1, name, digest, last - first, now()))
    dead = {0: [3, 4, 899], 2: list(range(49)), 3: list(range(0, 1000, 9))}
    return VectorSet(folder, shards, dead, request.param)


def _question(view: VectorSet, seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Rows, weights, biases and floors, some of which everything or nothing reaches."""
    rng = np.random.default_rng(seed)
    classes = int(rng.choice([1, 3, 33, 130]))
    weights = rng.standard_normal((classes, view.dimension)) * 10 ** rng.uniform(-3, 3, (classes, 1))
    weights[rng.random(classes) < 0.05] = 0
    biases = rng.standard_normal(classes)
    rows = np.flatnonzero(rng.random(len(view)) < rng.choice([1, 0.3, 0.002, 0]))
    floors = np.array([np.quantile(view.scores(one.astype(np.float32)), 0.99) for one in weights]) + biases
    floors[rng.random(classes) < 0.05] = -1e9
    floors[rng.random(classes) < 0.05] = 1e9
    return rows, weights.astype(np.float32), biases.astype(np.float32), floors.astype(np.float32)


@pytest.mark.parametrize("product", FORCED)
@quick
@given(seed=st.integers(0, 10_000))
def test_what_reaches_a_floor_is_what_a_full_scan_finds(
    view: VectorSet, product: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if so few multiplications were worth the compiled search, or none
    monkeypatch.setattr(reaching, "SMALL", 0 if product == "this machine's" else 2**63)
    rows, weights, biases, floors = _question(view, seed)
    found = view.reaching(rows, weights, biases, floors)
    assert (np.diff(found.columns) >= 0).all()
    for column, (one, bias, floor) in enumerate(zip(weights, biases, floors, strict=True)):
        truth = view.scores(one, float(bias))
        mine = found.columns == column
        np.testing.assert_array_equal(found.rows[mine], rows[truth[rows] >= floor])
        np.testing.assert_array_equal(found.scores[mine], truth[found.rows[mine]])


@pytest.mark.skipif(not tiles.lanes(), reason="this processor has no instruction for products of int8 numbers")
@pytest.mark.parametrize("count", [1, 16, 33, 112])
def test_a_tile_gives_the_sums_that_numpy_gives(count: int) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(-127, 128, (50, 64)).astype(np.int8)
    weights = rng.integers(-127, 128, (count, 64)).astype(np.int8)
    rows = np.array([0, 7, 8, 30, 49])
    shape = tiles.shape_for(count)
    mine = weights[: shape.width]
    raised = tiles.OFFSET * mine.sum(axis=1, dtype=np.int64)
    sums = codes[rows].astype(np.int64) @ mine.T.astype(np.int64)
    floors = np.full(shape.width, 2**31 - 1, np.int32)
    floors[: len(mine)] = np.sort(sums, axis=0)[2] + raised
    places, columns = np.empty(600, np.intp), np.empty(600, np.int32)
    found, start = [], 0
    while start < len(rows):  # what it finds may not fit at once
        start, pairs = tiles.finder(shape)(codes, rows, tiles.pack(mine, shape), floors, start, places, columns)
        found += list(zip(places[:pairs].tolist(), columns[:pairs].tolist(), strict=True))
    assert found == [tuple(pair) for pair in np.argwhere(sums >= np.sort(sums, axis=0)[2]).tolist()]


def test_the_compiled_products_of_pairs_give_what_numpy_gives() -> None:
    rng = np.random.default_rng(0)
    halves = rng.standard_normal((40, 33)).astype(np.float16)
    codes = rng.integers(-127, 128, (40, 33)).astype(np.int8)
    weights, rows = rng.standard_normal((5, 33)).astype(np.float32), rng.integers(0, 40, 100)
    columns, whole = rng.integers(0, 5, 100).astype(np.int32), (weights * 1000).astype(np.int16)
    exact, plain = np.empty(100, np.float32), np.empty(100, np.float32)
    kernels.dot_half_pairs(halves, weights, rows, columns, exact)
    kernels.plain_dot_half_pairs(halves.view(np.uint16), weights, rows, columns, plain)
    np.testing.assert_allclose(exact, plain, rtol=0, atol=1e-4)
    sums, plain_sums = np.empty(100, np.int32), np.empty(100, np.int32)
    kernels.dot_code_pairs(codes, whole, rows, columns, sums)
    kernels.plain_dot_code_pairs(codes, whole, rows, columns, plain_sums)
    np.testing.assert_array_equal(sums, plain_sums)


def test_memory_that_was_let_go_is_read_again(view: VectorSet) -> None:
    weights = np.ones(view.dimension, np.float32)
    before = view.scores(weights)
    view.release(np.arange(len(view)))
    view.release(np.array([5, 6, len(view) - 1]))
    np.testing.assert_array_equal(view.scores(weights), before)


def test_rows_are_found_by_ranges_of_item_numbers(view: VectorSet) -> None:
    rows = view.rows_between(3, 1_000)
    assert view.numbers[rows].min() == 5  # 3 and 4 are dead
    assert view.numbers[rows].max() <= 1_000
    assert len(view.rows_between(10_000, 20_000)) == 0


def test_what_cannot_be_multiplied_is_refused(view: VectorSet) -> None:
    one = np.ones(1, np.float32)
    with pytest.raises(UsageError, match="different backbones"):
        view.reaching(np.arange(5), np.ones((1, view.dimension + 1), np.float32), one, one)
    with pytest.raises(UsageError, match="not finite"):
        view.reaching(np.arange(5), np.full((1, view.dimension), np.nan, np.float32), one, one)
