"""What a class is, has cost and has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from snoop_flow.entities import Status, VisualClass
from snoop_flow.reports.audits import Calibration
from snoop_flow.reports.searching import Card


@dataclass(frozen=True, slots=True)
class ClassCoverage:
    """How well the positives of a class span its likely members.

    Attributes:
        share: of the members that have a positive near, between 0 and 1.
        members: likely members of the class.
        sampled: of these, how many were compared.
        positives: marked positives with a vector.
        uncovered: members without a positive near, the farthest first.
    """

    share: float
    members: int
    sampled: int
    positives: int
    uncovered: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class ClassCost:
    """What a class took, of people and of computers.

    Attributes:
        marks: judgements that were made, those taken back included.
        minutes: of people, pauses left out.
        seconds_per_mark: their pace; None while there are too few marks to tell.
        seconds: of computing: fits, suggestions, enrichments.
        items_scored: by these, each time an item is scored counting once.
        joules: of computing; `method` says how they are told, see `snoop_flow.frugality.Cost`.
        items: in the corpus.
        exhaustive_hours: what marking each of them by hand would have taken at this pace; None while it is unknown.
    """

    marks: int
    minutes: float
    seconds_per_mark: float | None
    seconds: float
    items_scored: int
    joules: float
    method: str
    items: int
    exhaustive_hours: float | None


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A version of a class without its weights; `cost` is what computing for it took."""

    version: int
    positives: int
    negatives: int
    threshold: float
    seconds: float
    created_at: datetime
    calibration: Calibration | None = None
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """A class with its counts; `regions`: it is one of parts of images; `institution`: that its owner belongs to."""

    visual_class: VisualClass
    owner: str
    backbone: str
    positives: int
    negatives: int
    unsure: int
    minutes: float
    cost: ClassCost
    predictions: Mapping[Status, int]
    annotations: int
    models: tuple[ModelSummary, ...]
    regions: bool = False
    institution: str = ""

    @property
    def model(self) -> ModelSummary | None:
        """The newest version."""
        return self.models[0] if self.models else None

    @property
    def versions(self) -> int:
        """How many versions were fitted."""
        return len(self.models)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many items score how much: `edges` has one more entry than the counts.

    Attributes:
        probabilities: that an item at each edge belongs, where a blind audit has calibrated the class; else empty.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    positives: tuple[int, ...]
    negatives: tuple[int, ...]
    threshold: float
    probabilities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionsReport:
    """How two versions of a class differ.

    Attributes:
        alike: cosine of their weights: 1 where they order the corpus in the same way.
        proposed: how many items reach the threshold of each.
        entering: how many reach the later one's only; `entered` are the best of them.
        leaving: how many reached the earlier one's only; `left` are the best of them.
    """

    before: int
    after: int
    alike: float
    proposed: tuple[int, int]
    entering: int
    leaving: int
    entered: tuple[Card, ...]
    left: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """Two items that look the same, of which one is marked; `other` may be marked otherwise."""

    marked: Card
    other: Card
    likeness: float

    @property
    def contradicts(self) -> bool:
        """Whether both are marked, one as belonging and one as not."""
        return self.other.mark is not None and self.marked.mark != self.other.mark
