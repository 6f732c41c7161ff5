"""What a film shows: its shots and keyframes in time, what classes found in it, what was marked."""

from __future__ import annotations

from dataclasses import dataclass, field

from snoop_flow.entities import LanguageMap


@dataclass(frozen=True, slots=True)
class KeyframeReport:
    """A keyframe; times are seconds of the film.

    Attributes:
        item: its id.
        at: where it was taken; it stands for `start` to `end`.
        thumbnail: path below the web server.
        score: that the class at hand gives it; None without one.
        mark: the mark in the class at hand.
    """

    item: str
    label: str
    at: float
    start: float
    end: float
    thumbnail: str
    score: float | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class ShotReport:
    """A shot; `item` is "" for a keyframe that no shot holds."""

    item: str
    start: float
    end: float
    keyframes: tuple[KeyframeReport, ...]


@dataclass(frozen=True, slots=True)
class FoundSegment:
    """A stretch of the film in which a class found something.

    Attributes:
        score: the best of its keyframes.
        status: proposed, accepted or rejected.
        uncertain: proposed below the class's threshold.
        decided_by: name of who judged it, "" where nobody did.
        best: id of its best keyframe. keyframes: ids of all, in the order of time.
    """

    class_id: str
    class_name: str
    version: int
    start: float
    end: float
    score: float
    status: str
    uncertain: bool
    decided_by: str
    best: str
    keyframes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilmReport:
    """A film.

    Attributes:
        canvas: id of the item that stands for all of it; `uri` is the canvas's.
        playing: `here` for a file of this installation, `elsewhere` for a video that another server gives, `stream` for
            a playlist (HLS) of another server, `gone` where the file is not there any more.
        source: address of the video where another server gives it.
        frame_rate: frames a second, 0 where nobody knows.
        threshold: of the class at hand, None without one.
        labels: its label in every language there is; `label` is in one of them.
        failure: why it could not be cut into shots, where it was not; "" where nobody has tried.
    """

    record: str
    canvas: str
    uri: str
    label: str
    duration: float
    frame_rate: float
    width: int
    height: int
    media_type: str
    playing: str
    source: str
    shots: tuple[ShotReport, ...]
    segments: tuple[FoundSegment, ...]
    threshold: float | None = None
    failure: str = ""
    labels: LanguageMap = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilmMarkReport:
    """Marks made on a shot or a span of a film: on these keyframes, by their ids."""

    op_id: str
    keyframes: tuple[str, ...]
    positives: int
    negatives: int
    unsure: int
