"""Several annotators: what their marks say together, and how much each of them can be relied on.

The model is that of Dawid and Skene ("Maximum likelihood estimation of observer error-rates using the EM algorithm",
Applied Statistics 28, 1979) with one rate for each annotator: how often they are right. Expectation and maximisation
take turns: how reliable each is follows from what is likely true, and the other way round. Marks are few and chosen by
the class itself, so four things differ:

- The rate has a prior: somebody with few marks in common with others counts like anybody, and combining stays near a
  majority vote until there is evidence.
- How common members are among the marks only helps to decide where people disagree. Strategies choose what is marked;
  a yes that nobody contests must not be lost because most of what was shown were noes.
- Nothing is made of an item whose marks would all be contradicted: a habit of being wrong is no knowledge.
- "Unsure" says nothing either way.

One rate serves better than sensitivity and specificity apart, which some dozen marks cannot tell, and the weight is the
square of the margin 2p − 1: in a class of few members one false positive costs more than a true one that counts less.
Nothing is drawn at random, so equal marks give equal results.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Signs = NDArray[np.int8]
Mask = NDArray[np.bool_]

RIGHT, WRONG = 4.0, 1.0  # marks that everybody is taken to have made before the first
KEEPER_RIGHT = 8.0  # the same for the one who says what the class means
LEAST_MARGIN = 0.05  # |2p − 1| from which on something is decided
STEPS = 200
ENOUGH = 1e-7


@dataclass(frozen=True, slots=True)
class Opinions:
    """What annotators said of items; opinion o is one mark.

    Attributes:
        items: (n,) the item of each, from 0.
        annotators: (n,) who said it, from 0.
        values: (n,) 1, −1, or 0 for unsure; at most one for each item and annotator.
        settled: (I,) 1 or −1 where somebody decided what an item is, 0 elsewhere.
        keeper: the annotator who says what the class means and counts for more until marks tell otherwise; −1 for none.
    """

    items: Places
    annotators: Places
    values: Signs
    settled: Signs
    keeper: int = -1


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the opinions come to.

    Attributes:
        probabilities: (I,) that an item belongs to the class.
        values: (I,) 1, −1, or 0 where nothing is decided.
        weights: (I,) in (0, 1], how much the value may count; 1 where nothing is decided, since nothing is learned
            from it.
        reliabilities: (A,) how often each annotator is right; 0.5 is no better than tossing a coin.
    """

    probabilities: Numbers
    values: Signs
    weights: Numbers
    reliabilities: Numbers


def combine(opinions: Opinions) -> Consensus:
    """Weigh opinions by the agreement of those who hold them; an item that nobody is sure about stays undecided."""
    said = opinions.values != 0
    items, people, yes = opinions.items[said], opinions.annotators[said], opinions.values[said] > 0
    prior = np.full(int(opinions.annotators.max(initial=opinions.keeper)) + 1, RIGHT)
    if opinions.keeper >= 0:
        prior[opinions.keeper] = KEEPER_RIGHT
    marks = np.bincount(people, minlength=len(prior))
    votes = _Votes.of(items, yes, opinions.settled)
    probabilities = votes.majority()
    for _ in range(STEPS):
        likely = probabilities[items]
        agreed = np.bincount(people, np.where(yes, likely, 1 - likely), len(prior))
        reliabilities = (agreed + prior) / (marks + prior + WRONG)
        before, probabilities = probabilities, votes.weighed(reliabilities[people], probabilities)
        if np.abs(probabilities - before).max(initial=0) < ENOUGH:
            break
    return Consensus(probabilities, *votes.decided(probabilities), reliabilities)


@dataclass(frozen=True, slots=True)
class _Votes:
    """The opinions that say yes or no, by item."""

    items: Places
    yes: Mask
    settled: Signs
    fors: NDArray[np.integer]
    againsts: NDArray[np.integer]

    @classmethod
    def of(cls, items: Places, yes: Mask, settled: Signs) -> _Votes:
        fors, againsts = (np.bincount(items[said], minlength=len(settled)) for said in (yes, ~yes))
        return cls(items, yes, settled, fors, againsts)

    def majority(self) -> Numbers:
        votes = self.fors + self.againsts
        return self._with_settled(np.where(votes > 0, self.fors / np.maximum(votes, 1), 0.5))

    def weighed(self, reliabilities: Numbers, before: Numbers) -> Numbers:
        """P(member | opinions) from the reliability of who holds each opinion, (n,)."""
        odds = np.log(reliabilities) - np.log1p(-reliabilities)
        evidence = np.bincount(self.items, np.where(self.yes, odds, -odds), len(self.settled))
        common = (before.sum() + 1) / (len(before) + 2)
        contested = (self.fors > 0) & (self.againsts > 0)
        return self._with_settled(np.asarray(expit(evidence + contested * np.log(common / (1 - common)))))

    def _with_settled(self, probabilities: Numbers) -> Numbers:
        return np.where(self.settled == 0, probabilities, (self.settled > 0).astype(np.float64))

    def decided(self, probabilities: Numbers) -> tuple[Signs, Numbers]:
        margins = np.abs(2 * probabilities - 1)
        values = np.where(probabilities > 0.5, 1, -1).astype(np.int8)
        held = np.where(values > 0, self.fors, self.againsts) > 0
        undecided = ((margins < LEAST_MARGIN) | ~held) & (self.settled == 0)
        values[undecided] = 0
        return values, np.where(undecided, 1.0, margins**2)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How two annotators agree on the items that both said yes or no to.

    Attributes:
        first: annotator; `second` likewise.
        common: such items.
        agreed: of these, with the same answer.
        kappa: agreement beyond chance (Cohen, "A coefficient of agreement for nominal scales", 1960): 1 is full, 0 no
            more than chance; None where chance alone would make them agree always, or nothing is in common.
    """

    first: int
    second: int
    common: int
    agreed: int
    kappa: float | None


def pair_agreements(opinions: Opinions) -> list[PairAgreement]:
    """The agreement of each two annotators, in their order."""
    people = int(opinions.annotators.max(initial=-1)) + 1
    table = np.zeros((people, len(opinions.settled)), np.int8)
    table[opinions.annotators, opinions.items] = opinions.values
    return [_pair(table, first, second) for first in range(people) for second in range(first + 1, people)]


def _pair(table: Signs, first: int, second: int) -> PairAgreement:
    both = (table[first] != 0) & (table[second] != 0)
    one, other = table[first, both] > 0, table[second, both] > 0
    common, agreed = len(one), int((one == other).sum())
    if not common:
        return PairAgreement(first, second, 0, 0, None)
    chance = float(one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean()))
    kappa = None if chance == 1 else (agreed / common - chance) / (1 - chance)
    return PairAgreement(first, second, common, agreed, kappa)
