from pathlib import Path

import numpy as np
import pytest

from snoop_flow.builtin.exact import BLOCK_ROWS, EXACT, ExactIndex
from snoop_flow.errors import UsageError
from snoop_flow.testing import ArrayView, check_index_type


def test_keeps_the_contract() -> None:
    check_index_type(EXACT)


def test_building_writes_nothing(tmp_path: Path) -> None:
    EXACT.build(ArrayView(np.eye(4, dtype=np.float32)), tmp_path, np.random.default_rng(0))
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def coarse() -> ArrayView:
    """Whole numbers, so that sums are exact and many scores are equal, over several blocks."""
    vectors = np.random.default_rng(0).integers(-3, 4, (2 * BLOCK_ROWS + 1000, 6)).astype(np.float32)
    return ArrayView(vectors)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.01])
@pytest.mark.parametrize("below", [None, 20.0, -3.0])
@pytest.mark.parametrize("count", [1, 50, 5000])
def test_equal_scores_come_in_the_order_of_rows(
    coarse: ArrayView, share: float, below: float | None, count: int
) -> None:
    rng = np.random.default_rng(1)
    query = np.array([2, 1, -1, 3, 0, 1], np.float32)
    allowed = rng.random(len(coarse.vectors)) < share
    scores = coarse.vectors @ query
    keep = allowed if below is None else allowed & (scores <= below)
    rows = np.flatnonzero(keep)
    expected = rows[np.argsort(-scores[rows], kind="stable")][:count]
    hits = ExactIndex(coarse).search(query, count, allowed=allowed, below=below)
    assert hits.rows.tolist() == expected.tolist()
    assert hits.scores.tolist() == scores[expected].tolist()


def test_nothing_to_search() -> None:
    empty = ExactIndex(ArrayView(np.zeros((0, 3), np.float32)))
    assert len(empty.search(np.ones(3, np.float32), 5).rows) == 0
    assert len(empty.search(np.ones(3, np.float32), 5, allowed=np.zeros(0, bool)).rows) == 0


def test_a_query_of_another_backbone_is_refused() -> None:
    index = ExactIndex(ArrayView(np.eye(4, dtype=np.float32)))
    with pytest.raises(UsageError, match="the query has 3 numbers, the vectors have 4"):
        index.search(np.ones(3, np.float32), 1)
