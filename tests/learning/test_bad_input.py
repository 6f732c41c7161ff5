"""Marks and corpora that say little, contradict themselves or are broken: a finite model, or a clear refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from snoop_flow.learning import LinearModel, corpus_statistics, fit, start_from_query

Vectors = NDArray[np.float32]
D = 6


def _units(rng: np.random.Generator, count: int, rank: int) -> Vectors:
    """Unit vectors that span `rank` dimensions; rank 1 gives equal ones."""
    basis = rng.normal(size=(rank, D)) + 1
    rows = np.abs(rng.normal(size=(count, rank))) @ basis
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _fitted(corpus: Vectors, positives: Vectors, negatives: Vectors, background: Vectors, **more: Any) -> LinearModel:
    rng = np.random.default_rng(0)
    return fit(positives, negatives, background, corpus_statistics([corpus]), rng=rng, **more)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 60),
    rank=st.integers(1, D),
    marks=st.tuples(st.integers(1, 12), st.integers(0, 12)),
    background=st.integers(0, 40),
    warm=st.booleans(),
)
def test_whatever_is_marked_gives_finite_scores(
    seed: int, count: int, rank: int, marks: tuple[int, int], background: int, warm: bool
) -> None:
    """Rows are drawn with repetition, so marks repeat and contradict each other, and corpora may be all alike."""
    rng = np.random.default_rng(seed)
    corpus = _units(rng, count, rank)
    drawn = [corpus[rng.integers(0, count, size)] for size in (*marks, background)]
    previous = _fitted(corpus, drawn[0][:1], drawn[1], drawn[2]) if warm else None
    model = _fitted(corpus, *drawn, previous=previous)
    assert np.isfinite(model.scores(corpus)).all()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 8))
def test_positives_score_above_negatives_that_differ(seed: int, positives: int, negatives: int) -> None:
    rng = np.random.default_rng(seed)
    corpus = _units(rng, 80, D)
    order = np.argsort(corpus[:, 0] - corpus[:, 1])
    inside, outside = corpus[order[-positives:]], corpus[order[:negatives]]
    model = _fitted(corpus, inside, outside, corpus[order[negatives:-positives]])
    assert model.scores(inside).mean() > model.scores(outside).mean()


def test_equal_images_get_equal_scores() -> None:
    corpus = _units(np.random.default_rng(0), 30, 1)
    scores = _fitted(corpus, corpus[:2], corpus[2:4], corpus[4:]).scores(corpus)
    np.testing.assert_allclose(scores, scores[0], atol=1e-5)


def test_one_image_marked_both_ways_does_not_undo_the_other_marks() -> None:
    corpus = _units(np.random.default_rng(1), 200, D)
    order = np.argsort(-corpus[:, 0])
    inside, outside = corpus[order[:6]], corpus[order[-6:]]
    both = corpus[order[100]][None]
    model = _fitted(corpus, np.concatenate([inside, both]), np.concatenate([outside, both]), corpus[order[6:100]])
    assert model.scores(inside).mean() > model.scores(both)[0] > model.scores(outside).mean()


@pytest.mark.parametrize("name", ["positives", "negatives", "background"])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_by_name(name: str, broken: float) -> None:
    corpus = _units(np.random.default_rng(2), 40, D)
    parts: dict[str, Any] = {"positives": corpus[:3], "negatives": corpus[3:6], "background": corpus[6:]}
    parts[name] = parts[name].copy()
    parts[name][1, 2] = broken
    with pytest.raises(ValueError, match=f"{name} hold numbers that are not finite"):
        _fitted(corpus, **parts)


def test_broken_corpora_have_no_statistics() -> None:
    corpus = _units(np.random.default_rng(2), 40, D)
    corpus[7, 1] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        corpus_statistics([corpus])


@pytest.mark.parametrize("name", ["positives", "negatives"])
def test_a_mark_of_zeros_is_refused(name: str) -> None:
    corpus = _units(np.random.default_rng(3), 40, D)
    parts: dict[str, Any] = {"positives": corpus[:3], "negatives": corpus[3:6]}
    parts[name] = np.concatenate([parts[name], np.zeros((1, D), np.float32)])
    with pytest.raises(ValueError, match=f"{name} hold a vector of zeros"):
        _fitted(corpus, **parts, background=corpus[6:])


def test_vectors_and_models_of_another_dimension_are_refused() -> None:
    corpus = _units(np.random.default_rng(4), 40, D)
    stats = corpus_statistics([corpus])
    rng = np.random.default_rng(0)
    wide = np.ones((2, D + 1), np.float32)
    other = LinearModel(np.ones(D + 1, np.float32), 0.0)
    for parts in ((wide, corpus[:2], corpus), (corpus[:2], wide, corpus), (corpus[:2], corpus[2:4], wide)):
        with pytest.raises(ValueError, match="same backbone"):
            fit(parts[0], parts[1], parts[2], stats, rng=rng)
    for start, previous in ((other, None), (None, other)):
        with pytest.raises(ValueError, match="start or previous model have vectors"):
            fit(corpus[:2], corpus[2:4], corpus, stats, rng=rng, start=start, previous=previous)
    with pytest.raises(ValueError, match="one vector a row"):
        fit(corpus[0], corpus[2:4], corpus, stats, rng=rng)


def test_a_start_that_tells_nothing_apart_is_survived() -> None:
    corpus = _units(np.random.default_rng(5), 60, D)
    nothing = start_from_query(np.zeros(D, np.float32), corpus_statistics([corpus]))
    model = _fitted(corpus, corpus[:4], corpus[4:9], corpus[9:], start=nothing)
    assert model.weights.any()
