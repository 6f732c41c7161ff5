"""A class taught by people who err is known better from weighed opinions than from the latest mark or a majority."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from snoop_flow.learning import corpus_statistics
from snoop_flow.learning.crowds import CROWDS, WAYS, marked_by, precision_of

Drawn = tuple[NDArray[np.float32], NDArray[np.int64]]


@pytest.mark.parametrize("crowd", ["5 % and 40 %", "5 to 40 %, one against all", "5 to 40 %, one always yes"])
def test_weighed_opinions_teach_better(drawn: Drawn, crowd: str) -> None:
    features, groups = drawn
    stats = corpus_statistics([features])
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for group in range(4):
        for seed in range(3):
            marked = marked_by(CROWDS[crowd], features, groups == group, stats, 60, seed)
            for way, combined in WAYS.items():
                said = combined(marked.opinions)
                found[way].append(precision_of(marked, *said, features, groups == group, stats))
    mean = {way: float(np.mean(values)) for way, values in found.items()}
    assert mean["weighted"] > mean["majority"] + 0.02
    assert mean["weighted"] > mean["latest mark"] + 0.05


def test_a_batch_is_the_same_for_the_same_seed(drawn: Drawn) -> None:
    features, groups = drawn
    stats = corpus_statistics([features])
    first, again, other = (marked_by((0.1, 0.4), features, groups == 1, stats, 30, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.rows, again.rows)
    np.testing.assert_array_equal(first.opinions.values, again.opinions.values)
    assert list(first.rows) != list(other.rows)
