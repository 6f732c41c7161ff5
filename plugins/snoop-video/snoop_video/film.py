"""A film as its decoder sees it: opened from a descriptor, its facts, and its frames with their times.

The container formats are those that hold a film in one file. Playlists are not among them, whatever a file's name says:
FFmpeg would open what they name. Nor could it: the process that reads a film may open no file at all.

Times are those of a browser's player. MP4, QuickTime, Matroska and WebM have a timeline of their own, which players
count in even when the first frame comes late (tried with Chromium); in other containers times begin anywhere, and are
counted from the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO

import av
from av.error import FFmpegError

from snoop_flow.errors import FailureKind

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,ogg,flv,mxf,asf,m4v,mpegvideo,h264,hevc,dv,ivf,rm,gxf"
OWN_TIMELINE = ("mov", "matroska")
MICROSECONDS = 1_000_000  # in which containers count
BUFFER = 1 << 20  # bytes read at once
LONGEST = 100 * 3600.0  # seconds that a film may last
MOST_PIXELS = 8192 * 8192
DAMAGED = 2000  # packets in a row without a frame, after which no more are tried
MEDIA_TYPES = {
    "mov": "video/mp4",
    "matroska": "video/webm",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "ogg": "video/ogg",
    "flv": "video/x-flv",
    "mxf": "application/mxf",
    "asf": "video/x-ms-wmv",
}
OF_WEBM = frozenset({"vp8", "vp9", "av1"})


class RefusedError(Exception):
    """A film cannot be read; `kind` and one line why."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.kind, self.reason = kind, reason


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame and when it is shown, in seconds."""

    frame: Any
    time: float
    lasts: float


class Film:
    """An opened film."""

    _container: Any
    _stream: Any

    def __init__(self, file: BinaryIO, threads: int = 0) -> None:
        """Look at its head; raises `RefusedError`.

        Args:
            threads: that decode; 0 for as many as there are processors.
        """
        options = {"format_whitelist": FORMATS, "protocol_whitelist": "", "enable_drefs": "0"}
        try:
            self._container = av.open(file, options=options, buffer_size=BUFFER)
        except (FFmpegError, ValueError, OSError) as error:
            raise RefusedError(
                FailureKind.INVALID, f"is no film, or one that cannot be read ({_said(error)})"
            ) from error
        streams = [one for one in self._container.streams.video if not _cover(one)]
        if not streams:
            raise RefusedError(FailureKind.INVALID, "holds no moving pictures")
        self._stream = streams[0]
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = threads
        self._format = self._container.format.name.split(",")[0]
        self._check()
        began = self._container.start_time
        self._zero = 0.0 if self._format in OWN_TIMELINE or began is None else began / MICROSECONDS
        self._tick = float(self._stream.time_base or 0)
        rate = self._rate()
        self.period = float(1 / rate) if rate else 0.04

    def _check(self) -> None:
        context = self._stream.codec_context
        if context is None or not context.width or not context.height:
            raise RefusedError(FailureKind.INVALID, "does not say how large its pictures are, or how they are coded")
        if context.width * context.height > MOST_PIXELS:
            raise RefusedError(FailureKind.TOO_BIG, f"pictures of {context.width} × {context.height} are too large")
        if (self.duration or 0.0) > LONGEST:
            raise RefusedError(
                FailureKind.HOSTILE, f"says that it lasts {self.duration or 0:.0f} s; its head is damaged"
            )

    def _rate(self) -> Fraction | None:
        """Frames a second as the film says; None where it does not, or something impossible."""
        for rate in (self._stream.average_rate, self._stream.guessed_rate, self._stream.base_rate):
            if rate is not None and 0 < rate <= 1000:
                return Fraction(rate)
        return None

    @property
    def duration(self) -> float | None:
        """Seconds as the film says, None where it does not."""
        length = self._container.duration
        if length is not None and length > 0:
            return float(length / MICROSECONDS)
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return None

    def facts(self) -> dict[str, Any]:
        """What the first frame and the head tell; raises `RefusedError`."""
        first = next(self.frames(0.0), None)
        if first is None:
            raise RefusedError(FailureKind.INVALID, "none of its pictures can be decoded")
        width, height = self.shown_size(first.frame)
        rate = self._rate()
        return {
            "duration": self.duration,
            "width": width,
            "height": height,
            "fps": round(float(rate), 3) if rate else 0.0,
            "format": self._media_type(),
        }

    def _media_type(self) -> str:
        name = self._format
        if name == "matroska" and self._stream.codec_context.name not in OF_WEBM | {f"lib{one}" for one in OF_WEBM}:
            return "video/x-matroska"
        if name == "mov" and self._container.metadata.get("major_brand", "").strip() == "qt":
            return "video/quicktime"
        return MEDIA_TYPES.get(name, "video/mp4" if name in ("h264", "hevc") else "application/octet-stream")

    def frames(self, start: float) -> Iterator[Shown]:
        """The frames from a time on, in the order in which they are shown; earlier ones may come first.

        What cannot be decoded is left out; where nothing more can, it ends.
        """
        if start > 0.0:
            try:
                self._seek(start)
                first = next(self._decoded(), None)
            except FFmpegError:
                first = None
            if first is None or first.time > start:  # it has no index, or a wrong one
                self._seek(None)
            else:
                self._seek(start)
        yield from self._decoded()

    def _seek(self, start: float | None) -> None:
        base = self._stream.time_base
        if start is None or base is None:
            self._container.seek(self._container.start_time or 0, backward=True, any_frame=False)
        else:
            self._container.seek(int((start + self._zero) / base), stream=self._stream, backward=True)
        self._stream.codec_context.flush_buffers()

    def _decoded(self) -> Iterator[Shown]:
        last, silent = None, 0
        packets = self._container.demux(self._stream)
        while silent < DAMAGED:
            try:
                packet = next(packets, None)
                frames = [] if packet is None else packet.decode()
            except EOFError:
                return
            except FFmpegError:
                silent += 1
                continue
            if packet is None:
                return
            silent = 0 if frames else silent + 1
            for frame in frames:
                time = self._time_of(frame, last)
                lasts = frame.duration * self._tick or self.period
                last = Shown(frame, time, lasts)
                yield last

    def _time_of(self, frame: Any, last: Shown | None) -> float:
        """When a frame is shown; a clock that stands still or jumps back is put right by the frame rate."""
        given = None if frame.time is None else frame.time - self._zero
        if last is None:
            return max(0.0, float(given or 0.0))
        return float(given) if given is not None and given > last.time else last.time + self.period

    def shown_size(self, frame: Any) -> tuple[int, int]:
        """Width and height as players show a frame: with square pixels, turned as its film says."""
        ratio = self._stream.sample_aspect_ratio or Fraction(1)
        width = max(1, round(frame.width * float(ratio))) if Fraction(1, 10) < ratio < 10 else frame.width
        return (frame.height, width) if frame.rotation % 180 else (width, frame.height)

    def close(self) -> None:
        """Let go of the decoder."""
        self._container.close()


def _cover(stream: Any) -> bool:
    """Whether a stream is the picture on a record's sleeve."""
    return bool(stream.disposition & type(stream.disposition).attached_pic)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
