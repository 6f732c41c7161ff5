"""The codes of a shard, the shards of the first format, and the kernels with and without a compiler."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from snoop_flow.errors import IntegrityError
from snoop_flow.vectors import kernels, read_shard, usable, write_shard
from snoop_flow.vectors.codes import CodedQuery, encode


def _halves(rows: int = 500, dimension: int = 33) -> NDArray[np.float16]:
    vectors = np.random.default_rng(0).standard_normal((rows, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float16)


def test_residuals_bound_what_the_codes_leave() -> None:
    vectors = _halves()
    coded = encode(vectors)
    left = vectors.astype(np.float64) - coded.codes * coded.scale.astype(np.float64)
    lengths = np.linalg.norm(left, axis=1)
    assert (lengths <= coded.residuals).all()
    assert coded.residuals.max() < 0.05
    assert np.linalg.norm(vectors.astype(np.float64), axis=1).max() <= coded.longest


def test_a_shard_of_the_first_format_is_read_and_coded(tmp_path: Path) -> None:
    path, vectors = tmp_path / "a.safetensors", _halves(20, 8)
    save_file({"vectors": vectors, "numbers": np.arange(20)}, path)
    found, wanted = read_shard(path, 20, 8), encode(vectors)
    np.testing.assert_array_equal(found.codes.codes, wanted.codes)
    np.testing.assert_array_equal(found.codes.residuals, wanted.residuals)


@pytest.mark.parametrize("broken", ["absent", "cut"])
def test_codes_that_do_not_fit_the_vectors_are_refused(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "a.safetensors"
    write_shard(path, _halves(20, 8).astype(np.float32), np.arange(20), "f")
    arrays = load_file(path)
    if broken == "absent":
        del arrays["scale"]
    else:
        arrays["codes"] = arrays["codes"][:19]
    save_file(arrays, path)
    with pytest.raises(IntegrityError, match="not those of its vectors"):
        read_shard(path, 20, 8)


def test_vectors_without_a_direction_are_not_usable() -> None:
    vectors = np.array([[1, 0], [0, 0], [np.nan, 1], [np.inf, 0], [1e-9, 0], [0, -1]], np.float32)
    assert usable(vectors).tolist() == [True, False, False, False, False, True]


def test_the_compiled_kernels_give_what_numpy_gives() -> None:
    vectors = _halves()
    vectors[0, :4] = [6e-8, -6e-8, 0, -0.0]  # float16's smallest numbers
    coded = encode(vectors)
    weights = np.random.default_rng(1).standard_normal(33).astype(np.float32)
    query = CodedQuery.of(weights, coded.scale)
    products, plain_products = np.empty(500, np.int32), np.empty(500, np.int32)
    kernels.dot_codes(coded.codes, query.weights, products)
    kernels.plain_dot_codes(coded.codes, query.weights, plain_products)
    np.testing.assert_array_equal(products, plain_products)
    scores, plain_scores = np.empty(500, np.float32), np.empty(500, np.float32)
    kernels.dot_halves(vectors, weights, scores)
    kernels.plain_dot_halves(vectors.view(np.uint16), weights, plain_scores)
    np.testing.assert_allclose(scores, plain_scores, rtol=0, atol=1e-5)


def test_products_of_the_largest_codes_stay_within_32_bits() -> None:
    for dimension in (1, 768, 4096):
        weights = np.ones(dimension, np.float32)
        query = CodedQuery.of(weights, np.ones(dimension, np.float32))
        assert 127 * int(np.abs(query.weights.astype(np.int64)).sum()) < 2**31


def test_every_finite_half_is_widened_to_the_bit() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)].reshape(-1, 16)
    wide = kernels.widened(finite)
    assert wide.dtype == np.float32
    np.testing.assert_array_equal(wide.view(np.uint32), finite.astype(np.float32).view(np.uint32))
    assert kernels.widened(finite[:0]).shape == (0, 16)
