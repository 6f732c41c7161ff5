"""What harvesting, embedding, segmenting and indexing report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
        films: cut into shots now; their `keyframes` count among the items.
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
    films: int = 0
    shots: int = 0
    keyframes: int = 0


@dataclass(frozen=True, slots=True)
class VideosReport:
    """What was cut into shots.

    Attributes:
        replaced: keyframes that these films had before; some may be the same again.
        skipped: films that were cut before, and are still as they were.
    """

    job: str
    films: int
    shots: int
    keyframes: int
    replaced: int
    skipped: int
    failed: tuple[FailedThing, ...] = ()
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
class PluginsReport:
    """What is installed and what is not, and why.

    Attributes:
        shorts: what exporters are called on a button.
    """

    plugins: tuple[Mapping[str, Any], ...]
    failures: Mapping[str, str]
    sources: Mapping[str, str]
    segmenters: Mapping[str, str]
    backbones: Mapping[str, str]
    index_types: Mapping[str, str]
    strategies: Mapping[str, str]
    exporters: Mapping[str, str]
    shorts: Mapping[str, str] = field(default_factory=dict)


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
