"""How the share of members rises with the score, told from few answers: a posterior over monotone step functions.

The items are taken in cells along their score. The share of members is a step function over the cells that mostly rises
with the score: a Markov chain over a grid of shares, which jumps to a higher share at a constant rate per unit of
log-rank, and rarely to a lower one. Given the answers, the chain is smoothed exactly (forward filtering, backward
sampling; Rabiner, "A tutorial on hidden Markov models", 1989). Cells without an answer borrow from their neighbours, so
the curve can be cut at any threshold; where nobody looked the draws stay wide.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.special import expit, log_expit

Numbers = NDArray[np.float64]

GRID = 72
UP_RATE = 2.0  # jumps to a higher share per unit of log-rank
DOWN_RATE = 0.02  # scores order most items rightly, not all
PRIOR = 0.02  # of the lowest cell: density of the share p^(PRIOR − 1); 0.5 would be Jeffreys', 0 uniform in log p
STEP = 0.05  # of log-rank, between which transitions are computed
FARTHEST = 6.0


def draw_rates(
    answered: Numbers, positives: Numbers, places: Numbers, items: int, draws: int, rng: np.random.Generator
) -> Numbers:
    """Draw the share of members in each cell from its posterior.

    Args:
        answered: (C,) answers in each cell, cells by rising score; fractions stand for answers of unequal weight.
        positives: (C,) how many of them said yes.
        places: (C,) log-rank of each cell, falling.
        items: in the corpus: a share is told apart from none down to half an item.
        draws: how many.

    Returns:
        (draws, C) shares between 0 and 1.
    """
    logits = np.linspace(-np.log(2 * items + 2), np.log(2 * items + 2), GRID)
    # places are rounded, not the steps between them, so that errors do not add up over many narrow cells
    steps = np.abs(np.diff(np.round(places / STEP))).astype(int)
    transitions = [_transition(int(step)) for step in np.minimum(steps, round(FARTHEST / STEP))]
    filtered = _filter(answered, positives, transitions, logits)
    states = np.empty((draws, len(answered)), np.intp)
    states[:, -1] = _categorical(np.cumsum(filtered[-1])[:, None], np.zeros(draws, np.intp), rng)
    for cell in range(len(answered) - 2, -1, -1):
        backward = np.cumsum(filtered[cell][:, None] * transitions[cell], axis=0)
        states[:, cell] = _categorical(backward, states[:, cell + 1], rng)
    # the grid is coarse beside what many answers tell; a shift common to a draw keeps its steps
    jitter = (rng.random((draws, 1)) - 0.5) * (logits[1] - logits[0])
    return np.asarray(expit(logits[states] + jitter), np.float64)


def _filter(answered: Numbers, positives: Numbers, transitions: list[Numbers], logits: Numbers) -> Numbers:
    """P(state of a cell | answers up to it), (C, GRID)."""
    yes, no = log_expit(logits), log_expit(-logits)
    likelihood = positives[:, None] * yes + (answered - positives)[:, None] * no
    likelihood = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    out: Numbers = np.empty_like(likelihood)
    present = np.exp(PRIOR * yes + no)
    for cell in range(len(answered)):
        if cell:
            present = out[cell - 1] @ transitions[cell - 1]
        present = present * likelihood[cell]
        out[cell] = present / present.sum()
    return out


def _categorical(sums: Numbers, columns: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """A draw for each entry of `columns`, from the weights whose sums (GRID, n) stand in that column."""
    chosen: NDArray[np.intp] = (sums[:, columns] < rng.random(len(columns)) * sums[-1, columns]).sum(axis=0)
    return np.minimum(chosen, len(sums) - 1)


@lru_cache(maxsize=256)
def _transition(steps: int) -> Numbers:
    """Transition matrix of the compound Poisson chain after so many steps: finer cells leave the prior as it is."""
    higher = np.triu(np.ones((GRID, GRID)), 1)
    lower = higher.T
    rates = UP_RATE * higher / np.maximum(higher.sum(axis=1, keepdims=True), 1)
    rates += DOWN_RATE * lower / np.maximum(lower.sum(axis=1, keepdims=True), 1)
    rates -= np.diag(rates.sum(axis=1))
    return np.asarray(np.maximum(expm(rates * steps * STEP), 0), np.float64)
