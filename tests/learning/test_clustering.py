from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from snoop_flow.learning import assign, cluster, representatives


def test_clusters_find_the_groups(drawn: Any, rng: np.random.Generator) -> None:
    features, groups = drawn
    centres = cluster(features, 12, rng)
    assert centres.shape == (12, features.shape[1])
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1, rtol=1e-4)
    assert adjusted_rand_score(groups, assign(features, centres)) > 0.6


def test_the_same_seed_gives_the_same_centres(drawn: Any) -> None:
    first, second = (cluster(drawn[0], 5, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_blocks_are_assigned_as_the_whole(drawn: Any, rng: np.random.Generator) -> None:
    features, _ = drawn
    centres = cluster(features[::3], 8, rng)
    whole = assign(features, centres)
    assert whole.dtype == np.int32
    np.testing.assert_array_equal(np.concatenate([assign(block, centres) for block in np.split(features, 4)]), whole)


def test_fewer_distinct_vectors_give_fewer_clusters(drawn: Any, rng: np.random.Generator) -> None:
    assert len(cluster(np.repeat(drawn[0][:3], 5, axis=0), 10, rng)) == 3


def test_representatives_come_from_different_groups(drawn: Any, rng: np.random.Generator) -> None:
    features, groups = drawn
    rows = representatives(features, cluster(features, 12, rng))
    assert len(np.unique(groups[rows])) >= 9


def test_nothing_to_cluster_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        cluster(np.empty((0, 4), np.float32), 3, rng)
