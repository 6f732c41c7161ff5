"""The program of a film's decoder, started by `snoop_video.process`: it reads one open film and says what is in it.

It may open no file, write none, and use no more memory and processor time than it was given; the kernel sees to that.
"""

from __future__ import annotations

import os
import resource
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import av
import av.logging
from PIL import Image

from snoop_flow.errors import FailureKind
from snoop_flow.images.child import address_space, silence
from snoop_video import messages
from snoop_video.choosing import Chooser, Offered
from snoop_video.film import Film, RefusedError, Shown
from snoop_video.finding import Detector, Found
from snoop_video.picturing import has_writing, jpeg_of
from snoop_video.stamps import Stamp, stamp_of

OFTEN = 64  # frames between two signs of life
TITLE = 0.5  # quality of writing on black


def main(descriptor: int, film: int, memory: int, cpu_seconds: int, detector: str) -> None:
    """Answer one request; memory in bytes beyond what the libraries take.

    Args:
        descriptor: of the socket to the parent.
        film: of the open film.
        detector: what finds boundaries, as `module:name`.
    """
    av.logging.set_level(av.logging.PANIC)
    Image.init()
    for module in walk_packages(av.__path__, "av."):  # later imports would open files, which is forbidden then
        if not module.name.startswith("av.__main__"):
            import_module(module.name)
    found_by = _imported(detector)
    silence()
    with socket.socket(fileno=descriptor) as connection, os.fdopen(film, "rb", buffering=0) as file:
        _limit(memory, cpu_seconds)
        with suppress(EOFError, OSError):
            messages.write(connection, messages.READY, {})
            _, request, _ = messages.read(connection)
            try:
                opened = Film(file, request.get("threads", 1))
                answer = opened.facts() if request["task"] == "facts" else _cut(connection, opened, found_by, request)
                messages.write(connection, messages.DONE, answer)
            except RefusedError as error:
                messages.write(connection, messages.FAILED, {"kind": error.kind, "reason": error.reason})
            except MemoryError:
                reason = "needs more memory than a film may take"
                messages.write(connection, messages.FAILED, {"kind": FailureKind.TOO_BIG, "reason": reason})


def _imported(detector: str) -> Any:
    module, _, name = detector.partition(":")
    return getattr(import_module(module), name)


def _limit(memory: int, cpu_seconds: int) -> None:
    limits = {
        resource.RLIMIT_AS: address_space() + memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 0,  # what is open stays open
    }
    for limit, value in limits.items():
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(limit, (value, value))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))  # SIGXCPU says why, SIGKILL does not


def _cut(connection: socket.socket, film: Film, detector: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Look at a part of a film; stills are sent as they are found."""
    part = _Part(detector(), request)

    def keep(offered: Iterator[Offered]) -> None:
        for one in offered:
            jpeg = jpeg_of(one.frame, film.shown_size(one.frame), request["longest"])
            quality = one.quality or (TITLE if has_writing(one.frame) else 0.0)
            facts = {"at": one.time, "quality": quality, "tick": one.tick, "signature": one.signature}
            messages.write(connection, messages.STILL, facts, jpeg)

    for shown in film.frames(part.from_):
        if shown.time >= part.to:
            break
        if shown.time < part.from_:
            continue
        keep(part.add(shown))
        if part.seen % OFTEN == 0:
            messages.write(connection, messages.PROGRESS, {"at": shown.time})
    keep(part.end())
    if not part.seen:
        raise RefusedError(FailureKind.INVALID, "none of its pictures can be decoded")
    return part.report()


class _Part:
    """A part of a film while it is looked at, with some seconds around it, so that nothing is lost at its seams."""

    def __init__(self, detector: Detector, request: dict[str, Any]) -> None:
        around = detector.context
        self.start, self.stop = request["start"], request["end"] if request["end"] is not None else float("inf")
        self.from_, self.to = max(0.0, self.start - around), self.stop + around
        self.seen = 0
        self._frames = 0
        self._detector = detector
        self._chooser = Chooser(request["most"], request["every"])
        # a still is chosen only when it is settled to which shot a frame belongs
        self._waiting: deque[tuple[Shown, Stamp]] = deque()
        self._delay = 2 + detector.delay
        self._found: list[Found] = []
        self._ahead: list[Found] = []
        self._first: float | None = None
        self._last = 0.0

    def add(self, shown: Shown) -> Iterator[Offered]:
        """Take the next frame."""
        self.seen += 1
        stamp = stamp_of(shown.frame, shown.time)
        yield from self._take(self._detector.add(stamp))
        if self.start <= shown.time < self.stop:
            self._frames += 1
            self._first = shown.time if self._first is None else self._first
            self._last = shown.time + shown.lasts
            self._waiting.append((shown, stamp))
        yield from self._release(self._delay)

    def _take(self, found: list[Found]) -> Iterator[Offered]:
        for one in found:
            if self.start <= one.at < self.stop:
                self._found.append(one)
                if self._waiting and one.at > self._waiting[0][1].time:
                    self._ahead.append(one)
                else:
                    yield from self._chooser.boundary()

    def _release(self, keep: int) -> Iterator[Offered]:
        while len(self._waiting) > keep:
            shown, stamp = self._waiting.popleft()
            passed = [one for one in self._ahead if one.at <= stamp.time]
            self._ahead = [one for one in self._ahead if one.at > stamp.time]
            if passed:
                yield from self._chooser.boundary()
            yield from self._chooser.add(shown.frame, stamp)

    def end(self) -> Iterator[Offered]:
        """There are no more frames."""
        yield from self._take(self._detector.end() if self.seen else [])
        yield from self._release(0)
        yield from self._chooser.end()

    def report(self) -> dict[str, Any]:
        """What was found, as JSON."""
        return {
            "boundaries": [[one.at, one.kind, round(one.strength, 2)] for one in self._found],
            "first": self._first,
            "last": self._last,
            "frames": self._frames,
        }
