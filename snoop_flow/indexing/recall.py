"""What an index finds of what curators search with: classes fitted on the corpus, and those of the workspace.

Every approximate index is measured here, whoever made it, beside the exact scan: on classes by which nothing was
chosen when it was built.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from snoop_flow.errors import phrase
from snoop_flow.learning import trial_classes
from snoop_flow.plugin_types import FloatArray, Index
from snoop_flow.vectors import VectorSet

DEPTHS = (50, 1_000)  # best rows that are looked for: a screen, and what a curator reviews
CLASSES = 24
SAMPLE = 6_000  # rows on which the classes are fitted
SEED = 5077  # not that of the building
FELL = 0.03  # of the mean share that is found, from which on an index that was brought up to date is built anew


def measured(view: VectorSet, index: Index, own: FloatArray) -> dict[str, Any]:
    """Facts of an index: the share of the best rows that is found, of the mean class and the worst, and milliseconds.

    Args:
        view: what the index is over.
        index: what is measured.
        own: (C, D) classes of the workspace; there may be none.
    """
    rng = np.random.default_rng(SEED)
    sample = view.gather(np.sort(rng.choice(len(view), min(len(view), SAMPLE), replace=False)))
    facts = _recall(view, index, trial_classes(sample, CLASSES, rng))
    facts |= {"classes": CLASSES}
    if len(own):
        shares = _recall(view, index, own)
        facts |= {f"own_{name}": value for name, value in shares.items() if name.startswith("recall")}
        facts |= {"own_classes": len(own)}
    return facts


def _recall(view: VectorSet, index: Index, queries: FloatArray) -> dict[str, Any]:
    shares: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    taken: dict[str, list[float]] = {"milliseconds": [], "exact_milliseconds": []}
    for query in queries:
        truth = view.scan(query).top(max(DEPTHS)).rows
        for depth in DEPTHS:
            true = truth[:depth]
            started = time.perf_counter()
            found = index.search(query, len(true)).rows
            if depth == min(DEPTHS):
                taken["milliseconds"].append(_since(started))
                started = time.perf_counter()
                view.scan(query).top(depth)
                taken["exact_milliseconds"].append(_since(started))
            shares[depth].append(len(np.intersect1d(found, true)) / len(true))
    facts: dict[str, Any] = {}
    for depth, found_shares in shares.items():
        facts[f"recall_at_{depth}"] = round(float(np.mean(found_shares)), 4)
        facts[f"worst_recall_at_{depth}"] = round(float(np.min(found_shares)), 4)
    return facts | {name: round(float(np.median(values)), 2) for name, values in taken.items()}


def recall_of(facts: Mapping[str, Any]) -> dict[str, float]:
    """Depth → the mean share of a class's best rows that an index finds, from its facts."""
    named = {str(depth): facts.get(f"recall_at_{depth}") for depth in DEPTHS}
    return {depth: float(share) for depth, share in named.items() if share is not None}


def _since(started: float) -> float:
    return 1000 * (time.perf_counter() - started)


def fell(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Why an index that was brought up to date finds too little, or None."""
    for depth in DEPTHS:
        name = f"recall_at_{depth}"
        if name in before and name in now and before[name] - now[name] > FELL:
            present, past = now[name], before[name]
            return phrase(f"it found {present:.0%} of the best {depth} of a class instead of {past:.0%}")
    return None
