"""What marking, fitting and rounds of teaching report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MarkReport:
    """Where a class stands after an operation."""

    op_id: str
    positives: int
    negatives: int
    unsure: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One operation of a class's history: how many items got which value, by whom, and whether it settled them."""

    op_id: str
    user: str
    created_at: datetime
    values: Mapping[str, int | None]
    settles: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """What another person says of an item, where it is the opposite of what was just said."""

    item: str
    user: str
    value: int


@dataclass(frozen=True, slots=True)
class FitReport:
    """A new version of a class."""

    visual_class: str
    version: int
    positives: int
    negatives: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class RoundReport:
    """A round of teaching: how much was shown and how it was marked.

    Attributes:
        version_before: the version that chose what was shown, 0 before the first fit.
        version_after: the version that the next round began with, or for the latest round the present one.
    """

    number: int
    strategy: str
    shown: int
    positives: int
    negatives: int
    unsure: int
    version_before: int
    version_after: int
    user: str
    created_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class UndoneRound:
    """What taking a round back came to.

    Attributes:
        marks: how many were taken back.
        returned_to: the version that chose the round, 0 before the first fit.
        version: the newest version now, which knows what that one knew.
        positives: marks that stand now; likewise `negatives` and `unsure`.
    """

    visual_class: str
    round: int
    marks: int
    returned_to: int
    version: int
    positives: int
    negatives: int
    unsure: int


@dataclass(frozen=True, slots=True)
class RangeReport:
    """What marking a range of scores did, or would do: `marked` items nobody had marked, of `inside` in the range."""

    op_id: str
    inside: int
    marked: int
