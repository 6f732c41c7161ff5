"""What blind audits tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import exp

from snoop_flow.reports.searching import Card


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a version's score becomes a probability: the logistic function of `slope · score + offset`.

    Attributes:
        answers: of blind audits, that it was fitted to.
    """

    slope: float
    offset: float
    answers: int

    def probability(self, score: float) -> float:
        """That an item of this score belongs."""
        exponent = min(max(self.slope * score + self.offset, -700.0), 700.0)  # beyond, `exp` has no answer
        return 1 / (1 + exp(-exponent))


@dataclass(frozen=True, slots=True)
class AuditSheet:
    """Items to judge without knowing what the class says of them.

    Attributes:
        version: of the class when the sample was drawn.
        cards: in no telling order, without score or mark.
        answered: answers that this audit has; `drawn` items can be asked in all.
    """

    visual_class: str
    audit: str
    version: int
    cards: tuple[Card, ...]
    answered: int
    drawn: int


@dataclass(frozen=True, slots=True)
class AuditSummary:
    """One audit of a class.

    Attributes:
        version: of the class when the sample was drawn.
        drawn: items that can be asked.
        learned_at: the version from which on the answers are marks: they say nothing of the versions after it.
    """

    audit: str
    version: int
    created_at: datetime
    drawn: int
    answered: int
    yes: int
    no: int
    unsure: int
    learned_at: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its 95 % interval."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class AuditFigures:
    """What an enrichment at a threshold gives, by the answers of blind audits; None where it would be 0 ÷ 0.

    Attributes:
        proposed: items that are marked as members, or are not marked and reach the threshold: counted, not estimated.
        unmarked: those of them that nobody marked.
        precision: share of the proposed that belong to the class.
        recall: share of its members that are proposed.
        members: of the class in the whole corpus.
        hits: members that are proposed; `missed` are the others.
        precision_unmarked: share of members among the unmarked.
    """

    threshold: float
    proposed: int
    unmarked: int
    precision: Figure | None
    recall: Figure | None
    f1: Figure | None
    members: Figure
    hits: Figure
    missed: Figure
    precision_unmarked: Figure | None


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """The lowest thresholds that keep a wanted precision, by the estimate and by the lower end of its interval."""

    precision: float
    estimated: AuditFigures | None
    cautious: AuditFigures | None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What is known of a version of a class from blind answers.

    Attributes:
        answers: yes or no, that can be used for this version; likewise `yes`, `no`, `unsure`.
        needed: answers that are still needed before anything is estimated.
        effective: how many answers of equal weight they are worth.
        figures: at the threshold asked for; None while answers are needed.
        curve: figures at thresholds from the highest to the lowest score.
        wanted: thresholds that keep a wanted precision, where one was asked for.
        notes: what limits the figures, in words.
    """

    visual_class: str
    version: int
    threshold: float
    answers: int
    yes: int
    no: int
    unsure: int
    needed: int
    effective: float
    figures: AuditFigures | None
    curve: tuple[AuditFigures, ...]
    wanted: ThresholdChoice | None
    calibration: Calibration | None
    notes: tuple[str, ...]
    audits: tuple[AuditSummary, ...]


@dataclass(frozen=True, slots=True)
class ExpectedHits:
    """What an enrichment will give, before it runs.

    Attributes:
        scored: items that it looks at.
        proposed: items that it gives, those marked as members included; `unmarked` are the others.
        figures: how many of them are right and how many members are missed; None without enough blind answers.
        notes: what limits the figures, or what is to be done to have some.
    """

    visual_class: str
    version: int
    threshold: float
    scored: int
    proposed: int
    unmarked: int
    figures: AuditFigures | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnedAudit:
    """What became of blind answers that were turned into marks; marks that stood already were left as they are."""

    visual_class: str
    audits: int
    marks: int
    positives: int
    negatives: int
    unsure: int
