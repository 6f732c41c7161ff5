"""Segmenters of videos: films → shots and keyframes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from snoop_flow.entities import ItemKind

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a film says of itself, and its first frame shows.

    Attributes:
        duration: seconds; None where the film does not say.
        width: in pixels as players show it, upright and with square pixels; so is `height`.
        fps: frames a second on average; 0.0 where the film does not say.
        format: media type.
    """

    duration: float | None
    width: int
    height: int
    fps: float
    format: str


@dataclass(frozen=True, slots=True)
class VideoTask:
    """A part of a film to look at, and what is wanted of it.

    Attributes:
        start: seconds, in the time of a browser's player; `end` likewise, None for the end of the film.
        most: stills of a shot.
        every: seconds between stills; 0.0 where they are chosen by what they show.
        longest: side of a still, in pixels, at most.
    """

    start: float
    end: float | None
    most: int
    every: float
    longest: int


@dataclass(frozen=True, slots=True)
class Still:
    """A frame of a film that may become a keyframe, and its JPEG.

    Attributes:
        at: seconds.
        quality: 0.0 for a black frame to 1.0 for a good picture.
        tick: it is one of those wanted every so many seconds.
        signature: of its content, hexadecimal bytes; the mean difference of two tells how unlike their pictures are.
    """

    at: float
    quality: float
    tick: bool
    signature: str
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where one shot ends and the next begins.

    Attributes:
        at: seconds; when the first frame of the new shot is shown.
        kind: `cut`, `dissolve`, `fade` or another word of the segmenter's.
        strength: of two that are too near to each other the stronger one is kept.
    """

    at: float
    kind: str
    strength: float


@dataclass(frozen=True, slots=True)
class VideoFound:
    """What a part of a film holds.

    Attributes:
        boundaries: those from the part's start on and before its end, in order.
        first: when its first frame is shown, in seconds; None where it has none.
        last: when its last frame has been shown.
        frames: how many there are.
    """

    boundaries: tuple[Boundary, ...]
    first: float | None
    last: float
    frames: int


class VideoSegmenter(Protocol):
    """Finds the shots of films, part by part; safe to share between threads.

    What is found must not depend on where a film is cut into parts: a boundary at a seam is given once.
    """

    def facts(self, film: Path) -> VideoFacts:
        """Look at a film's head; raises `SourceError`."""

    def cut(self, film: Path, task: VideoTask, keep: Callable[[Still], None]) -> VideoFound:
        """Look at a part of a film, and hand over stills of its shots as they are found; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class VideoSegmenterSpec:
    """A way to find the shots of films, and pictures to know them by.

    Attributes:
        version: changes when it would find something else; films are then looked at again.
        open: makes it ready; raises `PluginError` where something that it needs is missing.
        encode: writes pictures of one size, at so many a second, as a film; None where it cannot. Samples are made so.
    """

    name: str
    title: str
    version: str
    open: Callable[[], VideoSegmenter]
    encode: Callable[[Path, Iterable[Image], float], None] | None = None
    kinds: tuple[ItemKind, ...] = (ItemKind.SHOT, ItemKind.KEYFRAME)
