import numpy as np

from snoop_flow.learning import trial_classes
from snoop_flow.testing import ArrayView


def _sample(rows: int) -> np.ndarray:
    return ArrayView.of_clusters(rows, 32, np.random.default_rng(0), spread=0.7).vectors


def test_they_rank_a_neighbourhood_but_are_no_data_points() -> None:
    sample = _sample(2000)
    classes = trial_classes(sample, 12, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(classes, axis=1), 1, atol=1e-5)
    nearest = (classes @ sample.T).max(axis=1)
    assert (nearest < 0.99).all()
    assert (nearest > 0.25).all()
    assert (np.abs(classes @ classes.T)[~np.eye(12, dtype=bool)] < 0.999).all()


def test_they_are_repeatable_and_exist_for_the_smallest_corpora() -> None:
    for rows in (1, 2, 30):
        sample = _sample(rows)
        one, two = (trial_classes(sample, 8, np.random.default_rng(3)) for _ in range(2))
        assert one.shape == (8, 32)
        assert np.isfinite(one).all()
        np.testing.assert_array_equal(one, two)
