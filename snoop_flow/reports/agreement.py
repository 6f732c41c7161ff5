"""What several people say of the same items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from snoop_flow.reports.searching import Card


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of an item: 1, -1 or 0 for unsure, and whether it settles the item."""

    user: str
    value: int
    settles: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An item of which some say yes and some no.

    Attributes:
        card: its mark is what all opinions come to: 1, -1, or 0 where nothing is decided.
        opinions: in the order in which they were given.
        probability: that the item belongs to the class, by all opinions.
        settled: somebody decided it for everybody.
    """

    card: Card
    opinions: tuple[Opinion, ...]
    probability: float
    settled: bool


@dataclass(frozen=True, slots=True)
class AnnotatorReport:
    """One of several people who mark a class.

    Attributes:
        marks: items of which they say yes or no.
        shared: of these, items of which others do, too.
        reliability: estimated share of right answers, 0.5 being a coin's.
    """

    user: str
    marks: int
    shared: int
    reliability: float


@dataclass(frozen=True, slots=True)
class PairReport:
    """How two people agree on the items to which both said yes or no.

    Attributes:
        kappa: Cohen's: 1 is full agreement, 0 what chance gives; None where there is too little to tell.
    """

    first: str
    second: str
    common: int
    agreed: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """How the people who mark a class agree; without annotators and pairs where fewer than two do.

    Attributes:
        contested: items of which some say yes and some no; `settled` of these are decided.
    """

    visual_class: str
    annotators: tuple[AnnotatorReport, ...]
    pairs: tuple[PairReport, ...]
    contested: int
    settled: int
