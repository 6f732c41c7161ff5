from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from snoop_flow.learning import spanned


def test_spread_positives_cover_more_than_packed_ones(drawn: Any, rng: np.random.Generator) -> None:
    features, groups = drawn
    members = features[groups < 6]
    packed = spanned(members, features[groups == 2][:12])
    spread = spanned(members, np.concatenate([features[groups == group][:2] for group in range(6)]))
    assert packed.share < 0.4 < spread.share
    assert packed.covered[groups[groups < 6] == 2].mean() > packed.covered[groups[groups < 6] != 2].mean()


def test_all_marked_is_all_covered(drawn: Any) -> None:
    members = drawn[0][:40]
    found = spanned(members, members)
    assert found.share == 1
    np.testing.assert_allclose(found.closeness, 1, atol=1e-6)


def test_the_figure_does_not_depend_on_how_alike_everything_is(drawn: Any) -> None:
    """A common part that raises all cosines leaves the ranks, and so the coverage, nearly as they are."""
    features, groups = drawn
    members = features[groups < 4]
    common = np.concatenate([members, np.full((len(members), 1), 3, np.float32)], axis=1)
    common /= np.linalg.norm(common, axis=1, keepdims=True)
    plain, raised = (spanned(vectors, vectors[::23]).share for vectors in (members, common))
    assert raised == pytest.approx(plain, abs=0.03)


@pytest.mark.parametrize(("members", "positives"), [(0, 1), (1, 0)])
def test_nothing_to_compare_is_an_error(members: int, positives: int) -> None:
    with pytest.raises(ValueError, match="a member and a positive"):
        spanned(np.zeros((members, 3), np.float32), np.zeros((positives, 3), np.float32))
