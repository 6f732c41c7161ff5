from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from snoop_flow.learning import (
    Corpus,
    Learner,
    Pool,
    Strategy,
    ambiguous,
    average_precision,
    coverage,
    discovery,
    fit,
    most_useful,
    r_precision,
    random,
    relevant,
    simulate,
)
from snoop_flow.learning.baselines import Seals, baselines_on


@given(st.lists(st.booleans(), min_size=1, max_size=40).filter(any), st.integers(0, 1000))
def test_average_precision_is_the_one_everybody_uses(truth: list[bool], seed: int) -> None:
    scores = np.random.default_rng(seed).permutation(len(truth)).astype(np.float32)
    expected = average_precision_score(truth, scores)
    assert average_precision(scores, np.array(truth)) == pytest.approx(expected)


def test_equal_scores_count_against_the_ranking() -> None:
    assert average_precision(np.zeros(4, np.float32), np.array([True, False, False, False])) == 0.25


def test_r_precision_and_classes_without_members() -> None:
    scores = np.array([4, 3, 2, 1], np.float32)
    assert r_precision(scores, np.array([True, False, True, False])) == 0.5
    nobody = np.zeros(4, bool)
    assert np.isnan(r_precision(scores, nobody))
    assert np.isnan(average_precision(scores, nobody))


def test_coverage_is_whole_when_all_are_found(drawn: Any) -> None:
    features, groups = drawn
    members = features[groups == 0]
    assert coverage(members, members) == pytest.approx(1, abs=1e-5)
    assert coverage(members[:1], members) < coverage(members[:10], members) < 1


def test_a_simulation_keeps_count(drawn: Any) -> None:
    features, groups = drawn
    corpus = Corpus.of(features, np.random.default_rng(0))
    taught = simulate(corpus, groups == 1, relevant, rounds=4, batch=10, rng=np.random.default_rng(0))
    assert all(len(getattr(taught, name)) == 5 for name in taught.__slots__)
    assert taught.positives_found[0] == 1
    assert list(taught.positives_found) == sorted(taught.positives_found)
    assert list(taught.coverage) == sorted(taught.coverage)
    assert taught.average_precision[-1] > taught.average_precision[0]
    assert taught.unseen_average_precision[0] == taught.unseen_without_feedback[0]


def test_the_same_seed_teaches_the_same(drawn: Any) -> None:
    corpus = Corpus.of(drawn[0], np.random.default_rng(0))
    first, second = (
        simulate(corpus, drawn[1] == 1, discovery, rounds=2, batch=7, rng=np.random.default_rng(5)) for _ in range(2)
    )
    assert first.average_precision == second.average_precision


def test_a_small_corpus_is_marked_to_its_end_and_then_stays(drawn: Any) -> None:
    corpus = Corpus.of(drawn[0][40:60], np.random.default_rng(0))
    taught = simulate(corpus, drawn[1][40:60] == 0, most_useful, rounds=4, batch=15, rng=np.random.default_rng(0))
    assert taught.positives_found[-1] == 10
    assert np.isnan(taught.unseen_average_precision[-1])


def test_a_class_without_members_is_refused(drawn: Any) -> None:
    corpus = Corpus.of(drawn[0], np.random.default_rng(0))
    with pytest.raises(ValueError, match="no member"):
        simulate(corpus, drawn[1] == 99, relevant, rounds=1, batch=5, rng=np.random.default_rng(0))


def test_what_is_held_out_is_never_shown_and_measured_apart(drawn: Any) -> None:
    features, groups = drawn
    corpus = Corpus.of(features, np.random.default_rng(0))
    members, held = groups == 1, np.arange(len(groups)) % 2 == 0
    seen: list[NDArray[np.intp]] = []

    def watched(pool: Any, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
        seen.append(relevant(pool, count, rng))
        return seen[-1]

    taught = simulate(corpus, members, watched, rounds=3, batch=10, rng=np.random.default_rng(0), held_out=held)
    assert not held[np.concatenate(seen)].any()
    assert taught.held_out_average_precision[-1] > taught.held_out_average_precision[0]
    with pytest.raises(ValueError, match="no member"):
        simulate(corpus, members, relevant, rounds=1, batch=5, rng=np.random.default_rng(0), held_out=members)


def test_positives_in_a_batch_are_a_share(drawn: Any) -> None:
    features, groups = drawn
    corpus = Corpus.of(features, np.random.default_rng(0))
    taught = simulate(corpus, groups == 1, relevant, rounds=4, batch=10, rng=np.random.default_rng(0))
    found = np.array(taught.positives_found)
    np.testing.assert_allclose(taught.batch_precision[1:], np.diff(found) / 10)
    assert np.isnan(taught.batch_precision[0])
    assert np.isnan(taught.held_out_average_precision).all()


def test_seals_looks_near_the_marks_only(drawn: Any) -> None:
    features, groups = drawn
    pool = Pool(
        scores=np.zeros(len(groups), np.float32),
        vectors=features.__getitem__,
        candidates=np.ones(len(groups), bool),
        marked=np.array([3, 60]),
    )
    near = np.argsort(-(features @ features[[3, 60]].T), axis=0)[:21]
    chosen = Seals(features, 20)(pool, 10, np.random.default_rng(0))
    assert len(chosen) == 10
    assert set(chosen) <= set(near.ravel())
    assert len(Seals(features, 1)(pool, 10, np.random.default_rng(0))) == 10  # too few near: from everywhere


# --- on real images: what the product promises --------------------------------------------------------------------


LabelledSet = tuple[Corpus, dict[str, Any]]


def _mean_curve(labelled_set: LabelledSet, choose: Strategy, learn: Learner) -> NDArray[np.float64]:
    corpus, classes = labelled_set
    runs = [
        simulate(corpus, members, choose, rounds=3, batch=15, rng=np.random.default_rng(seed), learn=learn)
        for members in classes.values()
        for seed in range(3)
    ]
    curve: NDArray[np.float64] = np.mean([run.average_precision for run in runs], axis=0)
    return curve


@pytest.fixture(scope="module")
def richelieu(labelled: Callable[[str], Any]) -> LabelledSet:
    features, classes = labelled("bnf_richelieu")
    return Corpus.of(features, np.random.default_rng(0)), classes


@pytest.mark.parametrize("choose", [relevant, most_useful, ambiguous, discovery, random])
def test_three_rounds_beat_no_feedback_with_every_strategy(richelieu: LabelledSet, choose: Strategy) -> None:
    curve = _mean_curve(richelieu, choose, fit)
    assert curve[3] > curve[0] + 0.12
    assert (np.diff(curve) > -0.01).all()


def test_ours_is_ahead_of_the_baselines(richelieu: LabelledSet) -> None:
    """On the mean over three rounds; `snoop-flow bench learn` measures it at length."""
    ours = _mean_curve(richelieu, most_useful, fit)
    for name, (choose, learn) in baselines_on(richelieu[0]).items():
        theirs = _mean_curve(richelieu, choose, learn)
        assert ours[1:].mean() > theirs[1:].mean(), name


def test_the_boundary_serves_as_the_threshold_of_enrichment(labelled: Callable[[str], Any]) -> None:
    features, classes = labelled("architectural_elements")
    corpus = Corpus.of(features, np.random.default_rng(0))
    precision, recall = [], []
    for members in classes.values():
        held = np.arange(len(features)) % 2 == 0  # never shown to the curator
        inside, outside = np.flatnonzero(members & ~held)[:15], np.flatnonzero(~members & ~held)[::9][:30]
        rest = np.setdiff1d(np.flatnonzero(~held), np.r_[inside, outside])
        model = fit(
            features[inside], features[outside], features[rest], corpus.statistics, rng=np.random.default_rng(0)
        )
        proposed = model.scores(features[held]) > 0
        precision.append(members[held][proposed].mean())
        recall.append(proposed[members[held]].mean())
    assert np.mean(precision) > 0.7
    assert np.mean(recall) > 0.7
