"""A film's decoder, as seen by its parent: one process for each look at a film, which ends with it.

The child gets the open film, a socket and nothing else. It is ended when it says nothing for a minute, or takes far
longer than its part of the film is worth.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import snoop_flow
from snoop_flow.errors import FailureKind, SnoopError, SourceError, phrase
from snoop_flow.processes.children import end_child, start_child
from snoop_video import messages

# The engine stands there without its __init__: a decoder needs a few modules of it, not its libraries.
_PROGRAM = """
import sys, types
for name, folder in zip(("snoop_flow", "snoop_flow.images"), sys.argv[1:3]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from snoop_video.child import main
main(*map(int, sys.argv[3:7]), sys.argv[7])
"""
_START_SECONDS = 60.0
_DYING_SECONDS = 5.0

Keep = Callable[[Mapping[str, Any], bytes], None]


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """What one look at a film may cost.

    Attributes:
        silence: seconds without a sign of life.
        start: seconds that any look may take, to which come `slowest` for each second of film.
        memory_bytes: address space beyond what the libraries take.
    """

    silence: float = 60.0
    start: float = 120.0
    slowest: float = 12.0
    memory_bytes: int = 4 << 30

    def seconds(self, length: float) -> float:
        """What a stretch of film may take in all."""
        return self.start + self.slowest * length


def ask(
    path: Path, request: Mapping[str, Any], detector: str, limits: FilmLimits, length: float, keep: Keep | None = None
) -> dict[str, Any]:
    """Let a child look at a film.

    Args:
        length: seconds of film that are looked at.
        keep: takes each still: what is said of it, and its JPEG.

    Raises:
        SourceError: the film cannot be had or read, or made its decoder hang or die.
    """
    with _opened(path) as film:
        child = _Child(path, film.fileno(), detector, limits, length)
        try:
            return child.ask(request, keep)
        finally:
            child.end()


def _opened(path: Path) -> Any:
    uri = str(path)
    try:
        if not path.is_file():
            kind = FailureKind.INVALID if path.exists() else FailureKind.GONE
            raise SourceError(kind, uri, "not a file" if path.exists() else "the file is no longer there")
        file = path.open("rb", buffering=0)
    except PermissionError as error:
        raise SourceError(FailureKind.FORBIDDEN, uri, "the file may not be read; change its permissions") from error
    except OSError as error:
        raise SourceError(FailureKind.TRANSIENT, uri, f"cannot be read ({error.strerror})") from error
    if os.fstat(file.fileno()).st_size == 0:
        file.close()
        raise SourceError(FailureKind.INVALID, uri, "is empty; copy the film again")
    return file


class _Child:
    """A running decoder."""

    def __init__(self, path: Path, film: int, detector: str, limits: FilmLimits, length: float) -> None:
        self._uri, self._limits, self._seconds = str(path), limits, limits.seconds(length)
        self._connection, theirs = socket.socketpair()
        cpu = ceil(self._seconds) * (os.cpu_count() or 1) + 1
        engine = Path(snoop_flow.__file__).parent
        numbers = (theirs.fileno(), film, limits.memory_bytes, cpu)
        arguments = [str(engine), str(engine / "images"), *map(str, numbers), detector]
        try:
            with theirs:
                self._process = start_child(_PROGRAM, arguments, (theirs.fileno(), film), "the film decoder")
        except SnoopError:
            self._connection.close()
            raise

    def ask(self, request: Mapping[str, Any], keep: Keep | None) -> dict[str, Any]:
        """Send the request and take what comes."""
        self._await_start()
        ends = time.monotonic() + self._seconds
        try:
            messages.write(self._connection, b"r", request)
            while True:
                kind, value, blob = messages.read(self._connection, min(ends, time.monotonic() + self._limits.silence))
                if kind == messages.DONE:
                    return value
                if kind == messages.FAILED:
                    raise SourceError(FailureKind(value["kind"]), self._uri, " ".join(str(value["reason"]).split()))
                if kind == messages.STILL and keep is not None:
                    keep(value, blob)
        except TimeoutError as error:
            late = time.monotonic() >= ends
            seconds = self._seconds if late else self._limits.silence
            what = "decoding takes longer than" if late else "its decoder said nothing for"
            raise SourceError(FailureKind.HOSTILE, self._uri, f"{what} {seconds:g} s") from error
        except (EOFError, ConnectionError) as error:
            raise SourceError(FailureKind.HOSTILE, self._uri, self._cause_of_death()) from error
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(FailureKind.HOSTILE, self._uri, "its decoder gave a malformed answer") from error

    def end(self) -> None:
        """End the process and wait for it."""
        self._connection.close()
        end_child(self._process)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _await_start(self) -> None:
        try:
            kind, _, _ = messages.read(self._connection, time.monotonic() + _START_SECONDS)
            if kind == messages.READY:
                return
            reason = "it does not answer properly"
        except (EOFError, TimeoutError, ConnectionError, ValueError) as error:
            self._process.kill()
            lines = (
                self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
                if self._process.stderr
                else []
            )
            reason = lines[-1] if lines else str(error)
        raise SnoopError(f"the film decoder cannot start: {reason}")

    def _cause_of_death(self) -> str:
        try:
            code = self._process.wait(_DYING_SECONDS)
        except subprocess.TimeoutExpired:
            return phrase("the film made its decoder hang up")
        if code == -signal.SIGXCPU:
            return phrase("decoding takes too much processor time")
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return phrase(f"the film ended its decoder ({name})")
