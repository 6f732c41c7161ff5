"""What a film's decoder says to its parent: fixed heads, JSON, and the bytes of stills. No pickles.

The parent sends one request, JSON. The child answers with a row of messages: progress, stills, and at last what it
found, or why it cannot.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

from snoop_flow.images.frames import receive, send

HEAD = struct.Struct("!cII")
READY, PROGRESS, STILL, DONE, FAILED = b"+", b"p", b"s", b"d", b"f"
MOST_JSON = 32 << 20
MOST_BYTES = 64 << 20


def write(connection: socket.socket, kind: bytes, value: Mapping[str, Any], blob: bytes = b"") -> None:
    """Send one message."""
    text = json.dumps(value).encode()
    send(connection, HEAD.pack(kind, len(text), len(blob)), text + blob)


def read(connection: socket.socket, ends: float | None = None) -> tuple[bytes, dict[str, Any], bytes]:
    """Receive one message, until `ends` on the monotonic clock.

    Raises:
        EOFError, TimeoutError: see `receive`.
        ValueError: it is none.
    """
    kind, text, blob = HEAD.unpack(receive(connection, HEAD.size, ends))
    if text > MOST_JSON or blob > MOST_BYTES:
        raise ValueError("a message that is too long")
    value = json.loads(bytes(receive(connection, text, ends)))
    if not isinstance(value, dict):
        raise ValueError("a message that says nothing")
    return kind, value, bytes(receive(connection, blob, ends))
