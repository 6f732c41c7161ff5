"""A least-squares classifier in its dual form: what it says, what one answer more would change, what it says blindly.

`θ = Zᵀ A⁻¹ y` with `A = Z Zᵀ + λ diag(1 / worth)` on vectors Z with a constant appended (the bias). Source of the
update and of the leave-one-out formula: Rifkin and Lippert, "Notes on Regularized Least Squares",
MIT-CSAIL-TR-2007-025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

REGULARISER = 0.1
BIAS = 1.0  # the constant that is appended to every unit vector


def similarities(one: Numbers, other: Numbers) -> Numbers:
    """Inner products of (n, D) and (m, D) vectors with their constant: (n, m)."""
    return np.asarray(one @ other.T + BIAS**2)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a classifier says of candidates.

    Attributes:
        scores: (c,).
        change: (c,) length of the change of θ per unit of surprise `|y − score|`, were the candidate answered y.
    """

    scores: Numbers
    change: Numbers


def outlook(known: Numbers, cross: Numbers, own: Numbers, answers: Numbers, worth: Numbers) -> Outlook:
    """What a classifier says of candidates, and how far each would move it.

    Adding a vector z with answer y changes θ by `(y − f(z)) / (λ + v) · (z − Zᵀ A⁻¹ Z z)`, v being the part of z that
    the known vectors do not explain, `zᵀz − zᵀ Zᵀ A⁻¹ Z z`.

    Args:
        known: (l, l) similarities of what is known.
        cross: (l, c) of what is known and the candidates.
        own: (c,) of each candidate to itself.
        answers: (l,) +1 or −1.
        worth: (l,) above 0.
    """
    explained = np.linalg.solve(known + np.diag(REGULARISER / worth), cross)
    unexplained = own - np.einsum("lc,lc->c", cross, explained)
    length = own - 2 * np.einsum("lc,lc->c", cross, explained) + np.einsum("lc,lc->c", explained, known @ explained)
    change = np.sqrt(np.maximum(length, 0)) / (REGULARISER + np.maximum(unexplained, 0))
    return Outlook(answers @ explained, change)


def blind_scores(known: Numbers, answers: Numbers, worth: Numbers) -> Numbers:
    """Score of each known vector by the classifier that never saw its answer (leave one out): (l,)."""
    inverse = np.linalg.inv(known + np.diag(REGULARISER / worth))
    return np.asarray(answers - inverse @ answers / np.diag(inverse))
