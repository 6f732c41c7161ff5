"""The nouns of the catalogue: what is kept, as frozen values.

Institution → Collection → Record → Item is the corpus; EmbeddingSet, Shard and Index are what machines derive from
it; VisualClass, Mark, ClassModel, Audit and Prediction are the expert's work; Annotation is what goes back to the
catalogue. They are one vocabulary whose words name one another, and so stand in one file. Times are aware datetimes
in UTC. Ids are opaque, stable and safe in a URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from snoop_iiif import LanguageMap

__all__ = [
    "DRAWN",
    "REFINED",
    "Annotation",
    "ApiKey",
    "Audit",
    "AuditAnswer",
    "ClassModel",
    "Collection",
    "EmbeddingSet",
    "Failure",
    "Index",
    "Institution",
    "Item",
    "ItemKind",
    "Job",
    "JobState",
    "LanguageMap",
    "Mark",
    "Prediction",
    "Record",
    "Role",
    "SetKind",
    "Shard",
    "Source",
    "Status",
    "TeachingRound",
    "Unit",
    "User",
    "Visibility",
    "VisualClass",
    "image_of",
]


class ItemKind(StrEnum):
    """What an item is."""

    CANVAS = "canvas"
    SHOT = "shot"
    KEYFRAME = "keyframe"
    REGION = "region"


DRAWN, REFINED = "drawn", "refined"  # origins of regions that no segmenter found


class SetKind(StrEnum):
    """What the vectors of an embedding set are of."""

    IMAGE = "image"
    REGION = "region"


class Role(StrEnum):
    """What a user may do, each including the ones before."""

    VIEWER = "viewer"
    CURATOR = "curator"
    PUBLISHER = "publisher"
    ADMINISTRATOR = "administrator"


class Visibility(StrEnum):
    """Who may see and use a class."""

    PRIVATE = "private"
    INSTITUTION = "institution"
    PUBLIC = "public"


class Status(StrEnum):
    """Where a prediction stands in review."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class JobState(StrEnum):
    """Where a job stands; the last three are final. A paused one waits to be taken up again."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Institution:
    """A library, museum or archive whose people share an installation."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """A person who marks, reviews and publishes.

    Attributes:
        disabled_at: since when they may not log in any more; what they did stays theirs.
    """

    id: str
    institution_id: str
    login: str
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None

    def may(self, role: Role) -> bool:
        """Whether their role includes another."""
        ranks = list(Role)
        return ranks.index(self.role) >= ranks.index(role)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the append-only log: what happened to what, by whom, and when."""

    sequence: int
    name: str
    subject: str
    user: str
    detail: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's key: only its hash is kept."""

    id: str
    user_id: str
    name: str
    hash: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Collection:
    """A named part of the corpus."""

    id: str
    institution_id: str
    slug: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Where a collection's records come from, and which private hosts it may reach."""

    id: str
    collection_id: str
    location: str
    type: str
    allowed_hosts: tuple[str, ...]
    created_at: datetime
    harvested_at: datetime | None
    checkpoint: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One document: a manifest, a folder of images, a broadcast."""

    id: str
    collection_id: str
    source_id: str
    uri: str
    label: LanguageMap
    metadata: tuple[tuple[LanguageMap, LanguageMap], ...]
    rights: str
    attribution: LanguageMap
    homepage: str
    version: str
    digest: str
    local: bool
    harvested_at: datetime
    gone_at: datetime | None
    media: tuple[Mapping[str, Any], ...] = ()
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """The one searchable thing: a canvas, a keyframe or a region; and what holds keyframes: a film's canvas, a shot.

    Attributes:
        number: the catalogue's own number, used in vector shards.
        id: the public id.
        uri: the canvas URI, copied verbatim into annotations.
        parent: number of what it is a part of: of a region its image, of a keyframe its shot, of a shot its canvas.
        selector: "" for the whole canvas, else a media fragment such as `xywh=10,20,300,400` in canvas pixels,
            `t=12.48,15` in seconds for a shot, `t=12.6` for a keyframe.
        image: how the image is had, see `snoop_flow.images.ImageLoader`.
        image_digest: changes when another image must be embedded.
        origin: of a shot, keyframe or region: the segmenter that found it; of a region also `drawn` by a person or
            `refined` around an object. "" for what its source described.
        searched: it has vectors and is found; a film's canvas and its shots are shown, and their keyframes found.
    """

    number: int
    id: str
    record_id: str
    parent: int | None
    kind: ItemKind
    uri: str
    selector: str
    label: LanguageMap
    width: int
    height: int
    position: int
    image: Mapping[str, Any]
    image_digest: str
    gone_at: datetime | None
    origin: str = ""
    searched: bool = True

    @property
    def served_here(self) -> bool:
        """Whether the picture lies here, in a file or a web archive, so that this installation serves it."""
        return "path" in self.image or "warc" in self.image


def image_of(item: Item) -> int:
    """Number of the image that an item is, or that it was cut out of as a region."""
    return item.number if item.parent is None or item.kind is not ItemKind.REGION else item.parent


@dataclass(frozen=True, slots=True)
class EmbeddingSet:
    """All vectors of one backbone, keyed by its fingerprint; `epoch` rises whenever new vectors are sealed.

    Attributes:
        kind: vectors of whole images, or of regions and of the images that these were cut out of.
        facts: of regions: how their vectors are made, see `snoop_flow.regions.spaces`.
    """

    id: int
    backbone: str
    fingerprint: str
    dimension: int
    epoch: int
    kind: SetKind
    facts: Mapping[str, Any] = field(hash=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Shard:
    """One sealed file of vectors of an embedding set."""

    id: int
    set_id: int
    file: str
    sha256: str
    rows: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Index:
    """A built search structure over an embedding set; the newest of a type is in use.

    Attributes:
        digests: file → SHA-256.
        state: of the vectors that it was built on; it answers only while they are the present ones.
    """

    id: int
    set_id: int
    type: str
    folder: str
    digests: Mapping[str, str]
    items: int
    state: str
    facts: Mapping[str, Any]
    built_at: datetime


@dataclass(frozen=True, slots=True)
class VisualClass:
    """A curator's visual class: its name, meaning and the embedding set it is taught on.

    Attributes:
        version: the newest model's version, 0 before the first fit.
        start: the vector that teaching began with (float32 little-endian bytes), such as that of a text; None where
            it begins with the marks.
        start_note: what the start was, such as the text.
        licence: under which others may use it: an SPDX identifier or an address, see `snoop_flow.licences`; "" where
            nothing was said. So are `intended_use` and `limits`, what it is good for and where it fails.
        origins: of a copy, and of a class that came as a file: whose class it was, and what that came from in turn,
            the nearest first; see `snoop_flow.classes.origins`.
    """

    id: str
    institution_id: str
    owner_id: str
    name: str
    labels: LanguageMap
    definition: str
    concept_uri: str
    visibility: Visibility
    set_id: int
    version: int
    start: bytes | None = field(repr=False)
    start_note: str
    created_at: datetime
    archived_at: datetime | None
    licence: str = ""
    intended_use: str = ""
    limits: str = ""
    origins: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Mark:
    """One append-only judgement: +1, -1, 0 for unsure, None to clear.

    Attributes:
        previous: what the same user said of the item before.
        verdict: it settles what people disagree on.
    """

    sequence: int
    op_id: str
    class_id: str
    item: int
    value: int | None
    previous: int | None
    user_id: str
    round: int | None
    verdict: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TeachingRound:
    """What one round of teaching showed: the items in their order, and the version that chose them (0: none yet)."""

    class_id: str
    number: int
    strategy: str
    version: int
    shown: tuple[int, ...]
    user_id: str
    created_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClassModel:
    """An immutable version of a class: `score(x) = weights · x + bias`.

    Attributes:
        weights: float32 little-endian bytes, as many numbers as the embedding set's dimension.
        marks_digest: SHA-256 over the marks that it was fitted on.
        cost: what the version took: `items_scored`, `joules` and the `method` by which these were found.
    """

    class_id: str
    version: int
    fingerprint: str
    weights: bytes
    bias: float
    threshold: float
    calibration: Mapping[str, Any] = field(hash=False)
    marks_digest: str
    positives: int
    negatives: int
    seconds: float
    cost: Mapping[str, Any] = field(hash=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Audit:
    """A blind sample of a class version, from which precision and recall are estimated.

    Attributes:
        design: `order` of asking (item numbers), `edges` and `sizes` of the strata (see
            `snoop_flow.learning.AuditDesign`), `threshold` and `epoch` of the embedding set when it was drawn; and
            `learned_at`, the version of the class when its answers were turned into marks, once they were.
    """

    id: str
    class_id: str
    version: int
    design: Mapping[str, Any] = field(hash=False)
    created_at: datetime

    @property
    def learned_at(self) -> int | None:
        """The version from which on its answers are marks, and so say nothing of versions after it."""
        return self.design.get("learned_at")


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """An item of a blind sample, and what was answered.

    Attributes:
        score: that the class gave when the sample was drawn.
        probability: that one draw from its stratum meets it; m answers from the stratum make it m times as likely.
        answer: +1, −1, 0 for unsure; None where nobody has answered.
    """

    audit_id: str
    item: int
    score: float
    probability: float
    stratum: int
    answer: int | None
    user_id: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a class version says of one item, and what a person made of it.

    Attributes:
        uncertain: it was proposed below the class's threshold, for people to look at.
    """

    class_id: str
    item: int
    version: int
    score: float
    status: Status
    decided_by: str | None
    decided_at: datetime | None
    job_id: str
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """A published statement with a stable id; withdrawn ones stay as tombstones."""

    id: str
    class_id: str
    version: int
    item: int
    content: Mapping[str, Any]
    created_at: datetime
    modified_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failure:
    """The last thing that went wrong with one subject in one stage; cleared by success.

    Attributes:
        host: where the subject lies; "" for files of this machine.
        retry_at: when another try is worth it; None where only a change by somebody can help.
        source_id: the source that listed it, of a harvest.
        hint: what that source wants back to read it.
    """

    stage: str
    subject: str
    kind: str
    reason: str
    tries: int
    at: datetime
    host: str = ""
    retry_at: datetime | None = None
    source_id: str = ""
    hint: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostFailures:
    """The failures of one kind at one host.

    Attributes:
        retry_at: when the first of them may be tried again.
        reason: of one of them, `example`.
    """

    host: str
    stage: str
    kind: str
    count: int
    retry_at: datetime | None
    at: datetime
    reason: str
    example: str


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a verb: for provenance, progress and resuming.

    Attributes:
        report: what it did; without `cost`.
        cost: what computing took so far, see `snoop_flow.frugality.Cost`: seconds, cpu_seconds, joules and method.
        planned: its units are entered.
        owner: `host:pid` of the process that works on it, which was last seen at `seen_at`.
        flow_run: the Prefect flow run's id where one executes it.
    """

    id: str
    kind: str
    state: JobState
    parameters: Mapping[str, Any]
    total: int
    done: int
    report: Mapping[str, Any]
    cost: Mapping[str, Any]
    error: str
    user_id: str
    planned: bool
    owner: str
    seen_at: datetime | None
    flow_run: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A repeatable share of a job: hundreds to thousands of items, never one image."""

    job_id: str
    number: int
    kind: str
    payload: Mapping[str, Any]
