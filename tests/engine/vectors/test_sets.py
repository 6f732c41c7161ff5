"""Sealed shards: written safely, read through maps, refused when damaged; rows live and dead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow.entities import Shard
from snoop_flow.errors import IntegrityError, UsageError
from snoop_flow.store.rows import now
from snoop_flow.vectors import VectorSet, derive, file_digest, read_shard, write_shard


def _vectors(rows: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(rows, 8)).astype(np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _shard(folder: Path, id_: int, numbers: list[int]) -> Shard:
    name = f"{id_}.safetensors"
    digest = write_shard(folder / name, _vectors(len(numbers), id_), np.array(numbers), "f")
    return Shard(id_, 1, name, digest, len(numbers), now())


def test_a_shard_comes_back_as_it_was_and_is_known_by_its_digest(tmp_path: Path) -> None:
    shard = _shard(tmp_path, 1, [5, 3])
    assert shard.sha256 == file_digest(tmp_path / shard.file)
    found = read_shard(tmp_path / shard.file, 2, 8)
    assert found.numbers.tolist() == [5, 3]
    np.testing.assert_allclose(found.vectors.astype(np.float32), _vectors(2, 1), atol=1e-3)
    assert [path.name for path in tmp_path.iterdir()] == ["1.safetensors"]


def test_vectors_that_are_not_finite_are_never_kept(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="not finite"):
        write_shard(tmp_path / "x.safetensors", np.full((1, 8), np.nan, np.float32), np.array([1]), "f")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0, 4, 60, -1])
def test_a_cut_shard_is_refused(tmp_path: Path, keep: int) -> None:
    shard = _shard(tmp_path, 1, [1, 2, 3])
    path = tmp_path / shard.file
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(IntegrityError, match="cannot be read"):
        read_shard(path, 3, 8)


def test_a_set_is_its_live_rows_in_order(tmp_path: Path) -> None:
    shards = [_shard(tmp_path, 1, [10, 11, 12]), _shard(tmp_path, 2, [13, 11])]
    view = VectorSet(tmp_path, shards, {1: [1]}, 8)
    everything = np.concatenate([_vectors(3, 1)[[0, 2]], _vectors(2, 2)])
    assert len(view) == 4
    assert view.numbers.tolist() == [10, 12, 13, 11]
    np.testing.assert_allclose(np.concatenate(list(view.blocks(1))), everything, atol=1e-3)
    np.testing.assert_allclose(view.gather(np.array([3, 0])), everything[[3, 0]], atol=1e-3)
    assert view.rows_of([11, 99, 10]).tolist() == [3, -1, 0]
    query = _vectors(1, 9)[0]
    np.testing.assert_allclose(view.scores(query, 0.5), everything @ query + 0.5, atol=2e-3)


def test_some_rows_are_scored_without_being_gathered(tmp_path: Path) -> None:
    shards = [_shard(tmp_path, 1, [11, 12, 13]), _shard(tmp_path, 2, [14]), _shard(tmp_path, 3, [15, 16])]
    view = VectorSet(tmp_path, shards, {1: [0], 2: [0]}, 8)
    rows, weights = np.array([3, 0, 2, 1, 0]), _vectors(1, 9)[0]
    np.testing.assert_allclose(view.scores_at(rows, weights), view.gather(rows) @ weights, atol=1e-6)
    assert view.scores_at(np.zeros(0, np.intp), weights).shape == (0,)
    with pytest.raises(UsageError, match="the query has 3 numbers, the vectors have 8"):
        view.scores_at(rows, weights[:3])


def test_an_empty_set_answers(tmp_path: Path) -> None:
    view = VectorSet(tmp_path, [], {}, 8)
    assert len(view) == 0
    assert view.scores(_vectors(1)[0]).shape == (0,)
    assert view.rows_of([1]).tolist() == [-1]


def test_what_is_derived_is_kept_and_follows_the_rows(tmp_path: Path) -> None:
    view = VectorSet(tmp_path, [_shard(tmp_path, 1, list(range(50)))], {}, 8)
    first = derive(tmp_path / "d", view)
    again = derive(tmp_path / "d", view)
    np.testing.assert_array_equal(first.clusters, again.clusters)
    np.testing.assert_allclose(first.statistics.mean, again.statistics.mean)
    (kept,) = (tmp_path / "d").iterdir()
    kept.write_bytes(b"damaged")
    np.testing.assert_array_equal(derive(tmp_path / "d", view).clusters, first.clusters)
    smaller = VectorSet(tmp_path, [_shard(tmp_path, 1, list(range(50)))], {1: [0]}, 8)
    assert len(derive(tmp_path / "d", smaller).clusters) == 49
    assert len(list((tmp_path / "d").iterdir())) == 1
