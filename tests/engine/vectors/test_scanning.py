"""What is taken from a scan of the codes is what a full scan of the originals gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snoop_flow.entities import Shard
from snoop_flow.errors import UsageError
from snoop_flow.store.rows import now
from snoop_flow.vectors import VectorSet, kernels, write_shard

ROWS = 3_000


def _vectors(dimension: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Dimensions of very different spread, some rows twins, some nearly so, some along one axis."""
    vectors = rng.standard_normal((ROWS, dimension)) * np.geomspace(1, 0.01, dimension)
    vectors[100:140] = vectors[100]
    vectors[200:240] = vectors[200] + 1e-4 * rng.standard_normal((40, dimension))
    vectors[300:310] = np.eye(dimension)[0]
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module", params=[1, 7, 96])
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[VectorSet, NDArray[np.float32]]:
    """A set of several shards, one of a single row and one all dead, and its live rows as they are kept."""
    folder = tmp_path_factory.mktemp("shards")
    vectors = _vectors(request.param, np.random.default_rng(0))
    shards = []
    for number, (first, last) in enumerate([(0, 1200), (1200, 1201), (1201, 1300), (1300, ROWS)]):
        name = f"{number}.safetensors"
        digest = write_shard(folder / name, vectors[first:last], np.arange(first, last), "f")
        shards.append(Shard(number, 1, name, digest, last - first, now()))
    dead = {0: [3, 4, 1199], 2: list(range(99)), 3: list(range(0, 1700, 9))}
    view = VectorSet(folder, shards, dead, request.param)
    return view, vectors[view.numbers].astype(np.float16).astype(np.float32)


seeds = st.integers(0, 10_000)
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _question(view: VectorSet, seed: int) -> tuple[NDArray[np.float32], float, NDArray[np.bool_], int]:
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal(view.dimension) * 10 ** rng.uniform(-3, 3) * rng.choice([0, 1], p=[0.02, 0.98])
    allowed = rng.random(len(view)) < rng.choice([1, 0.5, 0.03, 0.001, 0])
    count = int(rng.choice([1, 7, 200, 2 * ROWS]))
    return weights.astype(np.float32), float(rng.standard_normal()), allowed, count


def _tolerance(weights: NDArray[np.float32], bias: float) -> float:
    return float(1e-5 * np.linalg.norm(weights) + 1e-6 * abs(bias) + 1e-9)


@quick
@given(seed=seeds)
def test_the_best_rows_are_those_of_a_full_scan(case: tuple[VectorSet, NDArray[np.float32]], seed: int) -> None:
    view, kept = case
    weights, bias, allowed, count = _question(view, seed)
    truth, close = kept @ weights + np.float32(bias), _tolerance(weights, bias)
    hits = view.scan(weights, bias, allowed=allowed).top(count)
    assert allowed[hits.rows].all()
    np.testing.assert_allclose(hits.scores, np.sort(truth[allowed])[::-1][:count], rtol=0, atol=close)
    np.testing.assert_allclose(truth[hits.rows], hits.scores, rtol=0, atol=close)
    same = np.flatnonzero(np.diff(hits.scores) == 0)
    assert (hits.rows[same] < hits.rows[same + 1]).all()


@quick
@given(seed=seeds, share=st.floats(0, 1))
def test_the_best_rows_below_a_score_are_those_of_a_full_scan(
    case: tuple[VectorSet, NDArray[np.float32]], seed: int, share: float
) -> None:
    view, _ = case
    weights, bias, allowed, count = _question(view, seed)
    scores = view.scores(weights, bias)
    below = float(np.quantile(scores, share))
    hits = view.scan(weights, bias, allowed=allowed).top(count, below)
    np.testing.assert_array_equal(hits.scores, np.sort(scores[allowed & (scores <= below)])[::-1][:count])


@quick
@given(seed=seeds)
def test_the_band_and_the_best_of_clusters_are_those_of_a_full_scan(
    case: tuple[VectorSet, NDArray[np.float32]], seed: int
) -> None:
    view, _ = case
    weights, bias, allowed, count = _question(view, seed)
    scores = view.scores(weights, bias)
    scan = view.scan(weights, bias, allowed=allowed)
    np.testing.assert_array_equal(np.abs(scan.band(count).scores), np.sort(np.abs(scores[allowed]))[:count])
    clusters = (np.arange(len(view)) % 37).astype(np.int32)
    best = scan.best_of_clusters(clusters)
    assert clusters[best.rows].tolist() == np.unique(clusters[allowed]).tolist()
    wanted = [scores[allowed & (clusters == cluster)].max() for cluster in clusters[best.rows]]
    np.testing.assert_array_equal(best.scores, np.array(wanted, np.float32))


@quick
@given(seed=seeds)
def test_refined_scores_put_the_best_and_the_nearest_to_zero_where_they_belong(
    case: tuple[VectorSet, NDArray[np.float32]], seed: int
) -> None:
    view, _ = case
    weights, bias, allowed, _ = _question(view, seed)
    exact = np.where(allowed, view.scores(weights, bias), -np.inf)
    refined = view.scan(weights, bias, allowed=allowed).refined(20)
    wanted = np.sort(exact)[::-1][:20]
    np.testing.assert_array_equal(np.sort(refined)[::-1][: len(wanted)], wanted)
    np.testing.assert_array_equal(np.sort(np.abs(refined))[:20], np.sort(np.abs(exact))[:20])
    clusters = (np.arange(len(view)) % 37).astype(np.int32)
    refined = view.scan(weights, bias, allowed=allowed).refined(20, clusters)
    for cluster in np.unique(clusters[allowed]):
        mine = np.flatnonzero(allowed & (clusters == cluster))
        assert exact[mine[refined[mine].argmax()]] == exact[mine].max()


@quick
@given(seed=seeds)
def test_no_approximate_score_is_further_off_than_its_bound(
    case: tuple[VectorSet, NDArray[np.float32]], seed: int
) -> None:
    view, kept = case
    weights, bias, _, _ = _question(view, seed)
    scan = view.scan(weights, bias)
    off = np.abs(scan.scores - (kept.astype(np.float64) @ weights + bias))
    assert (off <= scan.bounds(np.arange(len(view)))).all()


def test_the_scan_counts_what_it_scored_again(case: tuple[VectorSet, NDArray[np.float32]]) -> None:
    scan = case[0].scan(np.ones(case[0].dimension, np.float32))
    assert scan.rescored == 0
    scan.top(5)
    assert scan.rescored >= 5


def test_a_histogram_keeps_to_what_is_allowed(case: tuple[VectorSet, NDArray[np.float32]]) -> None:
    view, _ = case
    allowed = np.arange(len(view)) % 10 == 0
    scan = view.scan(np.ones(view.dimension, np.float32), allowed=allowed)
    counts, edges = scan.histogram(8)
    assert (counts.sum(), len(edges)) == (allowed.sum(), 9)


def test_an_empty_set_answers_with_nothing(tmp_path: Path) -> None:
    scan = VectorSet(tmp_path, [], {}, 4).scan(np.ones(4, np.float32))
    assert len(scan.scores) == len(scan.top(5).rows) == len(scan.band(5).rows) == 0
    assert len(scan.best_of_clusters(np.zeros(0, np.int32)).rows) == 0


@pytest.mark.parametrize(
    ("weights", "reason"), [(np.ones(95, np.float32), "96"), (np.full(96, np.nan, np.float32), "not finite")]
)
def test_weights_that_fit_no_vector_are_one_clear_line(
    tmp_path: Path, weights: NDArray[np.float32], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        VectorSet(tmp_path, [], {}, 96).scan(weights)


def test_without_the_compiler_a_score_does_not_depend_on_its_company(
    case: tuple[VectorSet, NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = (kernels.plain_dot_codes, kernels.plain_dot_halves, kernels.plain_add_codes)
    monkeypatch.setattr(kernels, "_KERNELS", [plain])
    view, _ = case
    for seed in range(40):
        weights, bias, allowed, count = _question(view, seed)
        scores = view.scores(weights, bias)
        hits = view.scan(weights, bias, allowed=allowed).top(count)
        np.testing.assert_array_equal(hits.scores, np.sort(scores[allowed])[::-1][:count])
        np.testing.assert_array_equal(scores[hits.rows], hits.scores)


def test_a_switched_off_compiler_is_passed_over() -> None:
    program = "from snoop_flow.vectors import kernels; print(kernels._compiled()[0] is kernels.plain_dot_codes)"
    for switched_off in ("0", "1"):
        environment = {**os.environ, "NUMBA_DISABLE_JIT": switched_off}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == str(switched_off == "1")
