"""GAL, Greedy Active Learning (Bar, Lerner, Darshan, Ben-Ari, arXiv 2412.02310).

The impact of a candidate is how far its answer would move the classifier, whichever answer comes:
`S(x) = min over y of ‖θ(x answered y) − θ‖`. The candidate of highest impact is chosen, taken for answered as in that
minimum, and the next one is chosen with it, until the batch is full. So a batch is uncertain and varied at once.
"""

from __future__ import annotations

import numpy as np

from snoop_flow.learning import Pool, best_rows, filled
from snoop_strategies.ridge import Numbers, outlook, similarities
from snoop_strategies.small_pool import MOST, Rows, SmallPool, small_pool


def gal(pool: Pool, count: int, rng: np.random.Generator) -> Rows:
    """The greedy batch out of the highest scores; where more are wanted than that holds, the highest scores follow."""
    ranked = best_rows(pool.scores, pool.candidates, max(2 * MOST, count))
    if len(ranked) <= 1 or count < 1:
        return ranked[:count]
    small = small_pool(pool, ranked, rng)
    return filled([small.rows[_batch(small, min(count, len(small.rows)))], small.rows, ranked], count)


def _batch(small: SmallPool, count: int) -> list[int]:
    """Places of the chosen candidates, in the order they were chosen."""
    everything = np.concatenate([small.known, small.vectors])
    alike = similarities(everything, everything)
    first = len(small.known)
    own = np.diag(alike)[first:]
    known, answers, worth = list(range(first)), list(small.answers), list(small.worth)
    chosen: list[int] = []
    for _ in range(count):
        seen = outlook(alike[np.ix_(known, known)], alike[known, first:], own, np.array(answers), np.array(worth))
        impact, pseudo = impacts(seen.scores, seen.change)
        impact[chosen] = -np.inf
        best = int(np.argmax(impact))
        chosen.append(best)
        known.append(first + best)
        answers.append(pseudo[best])
        worth.append(1.0)
    return chosen


def impacts(scores: Numbers, change: Numbers) -> tuple[Numbers, Numbers]:
    """The impact of each candidate and the answer that gives it, +1 or −1: two (c,) arrays."""
    answers = np.where(scores >= 0, 1.0, -1.0)  # the answer that surprises less moves less
    return np.abs(answers - scores) * change, answers
