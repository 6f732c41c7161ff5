"""Class coverage: how well the positive marks span a class, told by the class's own likely members.

A member counts as covered where a positive mark is among those most like it: where less than a tenth of the members
are more alike to it than its nearest positive is. Being a matter of ranks, the figure needs no threshold on cosines,
which mean something else with every backbone. Positives that are all alike cover one corner of a varied class; as many
that are spread cover nearly all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

NEAR_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Spanning:
    """How positives lie among the members of a class.

    Attributes:
        covered: (m,) mask of the members that have a positive near.
        closeness: (m,) float32, cosine of each member to its nearest positive.
    """

    covered: NDArray[np.bool_]
    closeness: NDArray[np.float32]

    @property
    def share(self) -> float:
        """Share of the members that are covered, between 0 and 1."""
        return float(self.covered.mean())


def spanned(members: Vectors, positives: Vectors, near_share: float = NEAR_SHARE) -> Spanning:
    """Which members have a positive near.

    Args:
        members: (m, D) unit vectors of likely members, m ≥ 1; a sample of a thousand is enough, and m² is computed.
        positives: (p, D) unit vectors of those marked, p ≥ 1.
        near_share: share of the members that count as near to one of them.

    Raises:
        ValueError: no member or no positive.
    """
    if not len(members) or not len(positives):
        raise ValueError("class coverage needs a member and a positive at least")
    closeness = np.asarray((members @ positives.T).max(axis=1), np.float32)
    alike = members @ members.T
    np.fill_diagonal(alike, -np.inf)  # nothing is its own neighbour
    closer = (alike > closeness[:, None]).sum(axis=1)
    return Spanning(closer < near_share * len(members), closeness)
