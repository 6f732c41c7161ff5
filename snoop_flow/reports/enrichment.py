"""What enriching, reviewing and publishing report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snoop_flow.entities import Status
from snoop_flow.reports.searching import Card


@dataclass(frozen=True, slots=True)
class EnrichedClass:
    """What an enrichment came to for one class.

    Attributes:
        threshold: score from which on items were proposed.
        floor: score from which on they were proposed as uncertain; the threshold where there is no such band.
        scored: items scored now.
        skipped: items that an earlier enrichment by the same version had scored, so that nothing was to be done.
        predicted: proposals, and acceptances by marks, that were made now.
        uncertain: proposals below the threshold that wait for review.
        withdrawn: proposals that no longer hold, or lie beyond the cap.
    """

    visual_class: str
    name: str
    version: int
    threshold: float
    floor: float
    scored: int
    skipped: int
    predicted: int
    uncertain: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class EnrichReport:
    """What an exact pass over the corpus gave; the counts are sums over the classes, see `EnrichedClass`.

    Attributes:
        items_per_second: scores a second: items × classes.
    """

    job: str
    scored: int
    skipped: int
    predicted: int
    uncertain: int
    withdrawn: int
    items_per_second: float
    classes: tuple[EnrichedClass, ...] = ()
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpectedCost:
    """What an enrichment will take, judged by the `jobs` newest ones of this workspace."""

    seconds: float
    joules: float
    jobs: int


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What was published: all live annotations of the classes, those changed now, those withdrawn now."""

    job: str
    annotations: int
    changed: int
    withdrawn: int
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did at its target.

    Attributes:
        sent: new there. updated: changed there. removed: withdrawn here, and so there.
        verdicts: of people, that were sent, changed or removed.
        failed: the first that the target refused: `annotation` and `reason` each.
    """

    job: str
    target: str
    sent: int
    updated: int
    removed: int
    unchanged: int
    verdicts: int
    failed: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class PushTarget:
    """An annotation server that the settings name.

    Attributes:
        kind: `w3c` or `sas`.
        hosts: private servers that may be reached for it.
        standing: how many annotations of a class are `sent`, `failed` or still `sending`.
    """

    address: str
    kind: str
    hosts: tuple[str, ...]
    standing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """How the predictions of a class stand after review."""

    accepted: int
    rejected: int
    proposed: int


@dataclass(frozen=True, slots=True)
class BandReport:
    """A band of scores of a class's predictions, and what its sample tells.

    Attributes:
        within: the lowest score, and the one that it ends before.
        counts: predictions by status.
        sampled: of the band's sample, how many were decided one by one.
        right: how many of these were accepted.
        interval: in which the share of right ones lies 95 times of 100 (Wilson).
        needed: how many more are to be looked at before the band may be accepted.
    """

    within: tuple[float, float]
    counts: Mapping[Status, int]
    sampled: int
    right: int
    interval: tuple[float, float]
    needed: int


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """What publishing would do to the annotations of a class, and some examples of each."""

    add: int
    change: int
    withdraw: int
    unchanged: int
    added: tuple[Card, ...] = ()
    changed: tuple[Card, ...] = ()
    withdrawn: tuple[Card, ...] = ()
