"""What the verbs answer: frozen values that a page, a command or a notebook shows as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import exp
from typing import Any

from snoop_flow.entities import Item, Prediction, Status, VisualClass


@dataclass(frozen=True, slots=True)
class FailedThing:
    """Something that could not be had, and why."""

    uri: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a harvest met; `new`, `changed`, `unchanged` and `gone` count records.

    Attributes:
        skipped: of the unchanged, those whose server or datestamp said so, so that nothing was read.
    """

    job: str
    collection: str
    records: int
    items: int
    new: int
    changed: int
    unchanged: int
    gone: int
    failed: tuple[FailedThing, ...]
    skipped: int = 0
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EmbedReport:
    """What was embedded; `skipped` had a vector of its present image already."""

    job: str
    backbone: str
    embedded: int
    skipped: int
    failed: int
    items_per_second: float
    failures: tuple[FailedThing, ...] = ()
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What was segmented.

    Attributes:
        by: how the vectors of the regions were made: `patches` or `crops`.
        segmented: items looked at now; `skipped` were before, `failed` could not be.
        regions: found on them, with those that were there already.
        bytes: about what their vectors take on disk.
    """

    job: str
    backbone: str
    segmenter: str
    by: str
    segmented: int
    skipped: int
    failed: int
    regions: int
    bytes: int
    items_per_second: float
    failures: tuple[FailedThing, ...] = ()
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefineReport:
    """Boxes that were drawn tighter around their objects; `merged` were the same object as a better one."""

    job: str
    refined: int
    unchanged: int
    merged: int
    failed: int
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What was indexed.

    Attributes:
        added: vectors that were taken in; all of them, where the index was built anew.
        removed: vectors that were let go; none, where the index was built anew.
        anew: why an index that there was had to be built anew; empty otherwise.
        facts: what its type tells of it, and what was measured.
    """

    job: str
    index: str
    type: str
    items: int
    added: int = 0
    removed: int = 0
    anew: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)


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
class PublishReport:
    """What was published: all live annotations of the classes, those changed now, those withdrawn now."""

    job: str
    annotations: int
    changed: int
    withdrawn: int
    cost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """An item as it is shown.

    Attributes:
        score: cosine for a search, `w · x + b` for a class; None where nothing was scored.
        thumbnail: path below the web server.
        mark: the curator's mark in the class at hand.
        why: why it is shown: the strategy's name.
        status: where the class's prediction stands, or "".
        merged: near duplicates among the best-scored items that are not shown beside it.
        image: id of the image that it is, or that it was cut out of.
        origin: of a region: what it came from, see `snoop_flow.entities.Item`.
    """

    item: str
    score: float | None
    uri: str
    selector: str
    label: str
    record: str
    record_label: str
    thumbnail: str
    width: int
    height: int
    mark: int | None = None
    why: str = ""
    status: str = ""
    merged: int = 0
    image: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """A ranked answer.

    Attributes:
        coverage: share of the live items in scope that the answer could rank.
        exact: the ranking is that of a full scan.
        index: the index type that answered.
        recall: of an approximate index, the mean share of a class's best 50 and best 1000 that it was measured to find.
    """

    cards: tuple[Card, ...]
    coverage: float
    milliseconds: float
    index: str
    exact: bool
    backbone: str
    recall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be searched by what.

    Attributes:
        backbone: that searching uses; empty where nothing is embedded.
        reads_text: a text is looked for in pictures, too, not in titles and metadata alone.
        languages: that it reads, in words; empty where it reads none or nobody says.
        segmented: live images of which parts can be searched.
    """

    backbone: str
    reads_text: bool
    languages: str
    segmented: int


@dataclass(frozen=True, slots=True)
class SaidOfImage:
    """What a class says of an image, or of a region of it."""

    visual_class: VisualClass
    prediction: Prediction
    item: Item


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
class MoveReport:
    """What moving a class to another backbone came to.

    Attributes:
        version: the newest version, on the new vectors; that of before where nothing was fitted yet.
        positives: marks that it was fitted on; likewise `negatives`.
        lacking: positive marks whose image has no vector of the new backbone.
        threshold: from which score on it proposes items now.
        started_anew: what the class began with was asked again, in the new space.
    """

    visual_class: str
    version: int
    backbone: str
    moved_from: str
    positives: int
    negatives: int
    lacking: int
    threshold: float
    started_anew: bool
    milliseconds: float


@dataclass(frozen=True, slots=True)
class ClassLeft:
    """A class that could not be moved, and why."""

    visual_class: str
    reason: str


@dataclass(frozen=True, slots=True)
class MovedClasses:
    """Classes that were moved to another backbone, and those that were left where they are."""

    moved: tuple[MoveReport, ...]
    left: tuple[ClassLeft, ...]


@dataclass(frozen=True, slots=True)
class SwitchReport:
    """What switching to another backbone came to.

    Attributes:
        serves: searches use it now, unless they name another one.
    """

    backbone: str
    embed: EmbedReport
    index: IndexReport
    moved: tuple[MoveReport, ...]
    left: tuple[ClassLeft, ...]
    serves: bool


@dataclass(frozen=True, slots=True)
class BackboneFacts:
    """A backbone as it is listed; see `snoop_flow.plugin_types.BackboneSpec`.

    Attributes:
        items: how many items have a vector of it in the workspace.
        serves: searches use it where they name no other.
    """

    name: str
    title: str
    dimension: int
    input_size: int
    megabytes: int
    licence: str
    reads_text: bool
    languages: str
    patch_grid: tuple[int, int] | None
    items: int = 0
    serves: bool = False


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
    """A class with its counts; `regions`: it is one of parts of images."""

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


@dataclass(frozen=True, slots=True)
class RangeReport:
    """What marking a range of scores did, or would do: `marked` items nobody had marked, of `inside` in the range."""

    op_id: str
    inside: int
    marked: int


@dataclass(frozen=True, slots=True)
class PluginsReport:
    """What is installed and what is not, and why."""

    plugins: tuple[Mapping[str, Any], ...]
    failures: Mapping[str, str]
    sources: Mapping[str, str]
    segmenters: Mapping[str, str]
    backbones: Mapping[str, str]
    index_types: Mapping[str, str]
    strategies: Mapping[str, str]
    exporters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A workspace at a glance.

    Attributes:
        index: type of the newest index.
        index_up_to_date: it covers the present vectors; until it does, the exact scan answers.
        recall: as in `SearchReport`.
    """

    collections: int
    records: int
    items: int
    embedded: int
    backbone: str
    index: str
    classes: int
    running_jobs: int
    index_up_to_date: bool = True
    recall: Mapping[str, float] = field(default_factory=dict)


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
