"""Classes to teach, from common to rare: members thinned out and a corpus made around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.material import Material
from snoop_flow.errors import UsageError
from snoop_flow.learning import Corpus
from snoop_flow.plugin_types import Mask

LEAST_MEMBERS = 4  # one to begin with, one to find, two to be measured on
LEAST_LABELLED = 6
HELD_OUT = 0.5


@dataclass(frozen=True, slots=True)
class Concept:
    """A class in a corpus of its own.

    Attributes:
        rows: (n,) of the material, rising.
        relevant: (n,) the members.
        held_out: (n,) half of members and of others, which no curator sees.
    """

    name: str
    rows: NDArray[np.intp]
    relevant: Mask
    held_out: Mask

    @property
    def prevalence(self) -> float:
        """Share of members."""
        return float(self.relevant.mean())

    def corpus(self, whole: Corpus) -> Corpus:
        """Its part of the whole corpus, with statistics and clusters of the whole."""
        return Corpus(whole.features[self.rows], whole.statistics, whole.clusters[self.rows])


def concepts_of(
    material: Material, count: int, prevalences: tuple[float, float], rng: np.random.Generator
) -> list[Concept]:
    """Concepts whose prevalences are spread evenly over a logarithmic scale, as far as the material goes.

    Labels are taken over the whole range of their sizes; the largest become the most common classes.

    Raises:
        UsageError: no label has enough images.
    """
    sizes = {label: int(mask.sum()) for label, mask in material.members.items()}
    labels = sorted((label for label, size in sizes.items() if size >= LEAST_LABELLED), key=lambda one: -sizes[one])
    if not labels:
        raise UsageError(f"no label has {LEAST_LABELLED} images or more; a benchmark needs larger classes")
    places = np.unique(np.linspace(0, len(labels) - 1, count).round().astype(int))
    wanted = np.geomspace(prevalences[1], prevalences[0], len(places))
    return [_concept(material, labels[place], share, rng) for place, share in zip(places, wanted.tolist(), strict=True)]


def _concept(material: Material, label: str, prevalence: float, rng: np.random.Generator) -> Concept:
    images = material.images
    is_member = material.members[label]
    members = np.flatnonzero(is_member)
    others = np.flatnonzero(~is_member[material.sources])
    odds = prevalence / (1 - prevalence)
    kept = int(np.clip(round(odds * len(others)), LEAST_MEMBERS, len(members)))
    around = min(len(others), max(round(kept / odds), 1))
    whole = others[others < images]
    # whole images first: windows only make up what is lacking
    chosen = rng.choice(whole, min(around, len(whole)), replace=False)
    windows = rng.choice(others[others >= images], around - len(chosen), replace=False)
    kept_members = rng.choice(members, kept, replace=False)
    rows = np.sort(np.concatenate([kept_members, chosen, windows]))
    relevant = np.isin(rows, kept_members)
    return Concept(label, rows, relevant, _half(relevant, rng))


def _half(relevant: Mask, rng: np.random.Generator) -> Mask:
    held = np.zeros(len(relevant), bool)
    for part in (np.flatnonzero(relevant), np.flatnonzero(~relevant)):
        held[rng.choice(part, int(HELD_OUT * len(part)), replace=False)] = True
    return held


def range_of(concepts: Sequence[Concept]) -> tuple[float, float]:
    """The lowest and the highest prevalence."""
    shares = [one.prevalence for one in concepts]
    return min(shares), max(shares)
