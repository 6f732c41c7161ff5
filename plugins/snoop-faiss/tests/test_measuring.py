import numpy as np

from snoop_faiss.measuring import make_trial, simulated_classes
from snoop_faiss.ranking import exact_best
from snoop_faiss.structures import cells
from snoop_flow.testing import ArrayView


def test_the_true_answers_are_those_of_a_sort() -> None:
    rng = np.random.default_rng(0)
    view = ArrayView.of_clusters(2500, 16, rng)
    queries = rng.standard_normal((5, 16), dtype=np.float32)
    expected = np.argsort(-(queries @ view.vectors.T), axis=1, kind="stable")[:, :30]
    assert exact_best(view, queries, 30).tolist() == expected.tolist()


def test_simulated_classes_rank_their_own_neighbourhood_but_are_no_data_points() -> None:
    rng = np.random.default_rng(0)
    sample = ArrayView.of_clusters(2000, 32, rng, spread=0.7).vectors
    whitened, prototypes = simulated_classes(sample, 10, rng)
    for classes, least in ((whitened, 0.15), (prototypes, 0.3)):
        np.testing.assert_allclose(np.linalg.norm(classes, axis=1), 1, atol=1e-5)
        nearest = (classes @ sample.T).max(axis=1)
        assert (nearest < 0.99).all()
        assert (nearest > least).all()


def test_a_trial_is_repeatable_and_copes_with_tiny_corpora() -> None:
    for rows in (1, 3, 700):
        view = ArrayView.of_clusters(rows, 8, np.random.default_rng(0))
        one, two = (make_trial(view, np.random.default_rng(5)) for _ in range(2))
        assert np.isfinite(one.queries).all()
        assert one.truth.shape == (100, min(50, rows))
        np.testing.assert_array_equal(one.truth, two.truth)


def test_cells_grow_with_the_root_of_the_rows() -> None:
    assert [cells(rows) for rows in (1, 100, 10_000, 1_000_000)] == [1, 2, 256, 4000]
