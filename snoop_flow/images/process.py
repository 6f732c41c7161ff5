"""One decoding process, as seen by its parent."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from snoop_flow.errors import FailureKind, SnoopError, SourceError
from snoop_flow.images.decoding import MAX_PIXELS
from snoop_flow.images.frames import READY, REPLY, REQUEST, receive, send
from snoop_flow.processes.children import end_child, start_child

_START_SECONDS = 60.0
_BUFFER_BYTES = 1 << 20
_REASON_BYTES = 65_536
_DYING_SECONDS = 5.0

# Both packages stand there without their __init__: a decoder needs two modules, not the engine and its libraries.
_PROGRAM = """
import sys, types
for name, folder in zip(("snoop_flow", "snoop_flow.images"), sys.argv[1:3]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from snoop_flow.images.child import main
main(*map(int, sys.argv[3:6]))
"""
_KINDS = frozenset(kind.value for kind in FailureKind)


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one image may cost.

    Attributes:
        seconds: wall-clock time.
        cpu_seconds: processor time, enforced by the kernel.
        memory_bytes: address space that a process may take beyond what it starts with.
        max_pixels: the largest area that is decoded at all.
    """

    seconds: float = 60.0
    cpu_seconds: int = 30
    memory_bytes: int = 4 << 30
    max_pixels: int = MAX_PIXELS


class Child:
    """A running decoding process; used by one thread at a time."""

    def __init__(self, limits: DecodeLimits) -> None:
        """Start the process; raises `SnoopError` when it does not come up."""
        self.alive = True
        self._limits = limits
        self._connection, theirs = socket.socketpair()
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            self._connection.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
            theirs.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
        try:
            with theirs:
                numbers = (theirs.fileno(), limits.memory_bytes, limits.cpu_seconds)
                room = Path(__file__).parent
                arguments = [str(room.parent), str(room), *map(str, numbers)]
                self._process = start_child(_PROGRAM, arguments, (theirs.fileno(),), "the image decoder")
        except SnoopError:
            self._connection.close()
            raise
        self._await_start()

    def decode(self, data: bytes, longest: int | None, uri: str) -> Image.Image:
        """Decode one image; raises `SourceError`, after which the process may be dead."""
        ends = time.monotonic() + self._limits.seconds
        try:
            send(self._connection, REQUEST.pack(longest or 0, self._limits.max_pixels, len(data)), data, ends)
            width, height, size = REPLY.unpack(receive(self._connection, REPLY.size, ends))
            if not self._plausible(width, height, size, longest):
                raise self._lost(uri, "the decoder gave a malformed answer")
            payload = receive(self._connection, size, ends)
        except TimeoutError as error:
            raise self._lost(uri, f"decoding takes longer than {self._limits.seconds:g} s") from error
        except (EOFError, ConnectionError) as error:
            raise self._lost(uri, self._cause_of_death()) from error
        if width == 0:
            raise _failure(uri, payload)
        return Image.frombytes("RGB", (width, height), payload)

    def end(self) -> None:
        """End the process and wait for it."""
        self.alive = False
        self._connection.close()
        end_child(self._process)

    def _await_start(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - it was asked for
        with self._process.stderr as complaints:
            try:
                if receive(self._connection, 1, time.monotonic() + _START_SECONDS) == READY:
                    return
                reason = "it does not answer properly"
            except (EOFError, TimeoutError, ConnectionError) as error:
                self.end()
                lines = complaints.read().decode("utf-8", "replace").strip().splitlines()
                reason = lines[-1] if lines else str(error)
        self.end()
        raise SnoopError(f"the image decoder cannot start: {reason}")

    def _plausible(self, width: int, height: int, size: int, longest: int | None) -> bool:
        """Check a head before believing it: the child may be in the hands of the image."""
        if width == 0 or height == 0:
            return width == height and size <= _REASON_BYTES
        fits = longest is None or max(width, height) <= longest
        return fits and width * height <= self._limits.max_pixels and size == 3 * width * height

    def _cause_of_death(self) -> str:
        try:
            code = self._process.wait(_DYING_SECONDS)
        except subprocess.TimeoutExpired:
            return "the image made its decoder hang up"
        if code == -signal.SIGXCPU:
            return f"decoding takes more than {self._limits.cpu_seconds} s of processor time"
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"the image ended its decoder ({name})"

    def _lost(self, uri: str, reason: str) -> SourceError:
        self.end()
        return SourceError(FailureKind.HOSTILE, uri, reason)


def _failure(uri: str, payload: bytearray) -> SourceError:
    kind, _, reason = payload.decode("utf-8", "replace").partition("\n")
    known = FailureKind(kind) if kind in _KINDS else FailureKind.HOSTILE
    return SourceError(known, uri, " ".join(reason.split()))
