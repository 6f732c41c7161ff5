"""The program of a decoding process, started by `snoop_flow.images.process`.

It reads images from one socket, writes pixels back and can do little else: no file may be written, memory and
processor time are limited by the kernel.
"""

from __future__ import annotations

import os
import resource
import socket
from contextlib import suppress
from pathlib import Path

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images.decoding import decode, load_readers
from snoop_flow.images.frames import READY, REPLY, REQUEST, receive, send


def main(descriptor: int, memory: int, cpu_seconds: int) -> None:
    """Decode until the other side closes the socket `descriptor`; memory in bytes."""
    load_readers()  # those of all formats that Pillow knows would take most of the start
    silence()
    total = address_space() + memory
    for limit, value in ((resource.RLIMIT_AS, total), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(limit, (value, value))
    with socket.socket(fileno=descriptor) as connection, suppress(EOFError, OSError):
        connection.sendall(READY)
        while True:
            longest, max_pixels, size = REQUEST.unpack(receive(connection, REQUEST.size))
            data = bytes(receive(connection, size))
            _allow(cpu_seconds)
            send(connection, *_answer(data, longest or None, max_pixels))


def _answer(data: bytes, longest: int | None, max_pixels: int) -> tuple[bytes, bytes]:
    try:
        picture = decode(data, longest, max_pixels=max_pixels)
        pixels = picture.tobytes()
        return REPLY.pack(*picture.size, len(pixels)), pixels
    except SourceError as error:
        return _failure(error.kind, error.reason)
    except MemoryError:
        return _failure(FailureKind.TOO_BIG, "needs more memory than an image may take")


def _failure(kind: FailureKind, reason: str) -> tuple[bytes, bytes]:
    payload = f"{kind}\n{reason}".encode()
    return REPLY.pack(0, 0, len(payload)), payload


def address_space() -> int:
    """Give the bytes that the interpreter and its libraries take before the first image, where the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _allow(seconds: int) -> None:
    """Give the next image its own processor time; SIGXCPU ends the process when it is used up."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def silence() -> None:
    """Codecs write warnings to stderr, which only the start-up is meant for."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
