"""What the decoder and its child processes say to each other over a socket pair: fixed heads and raw pixels.

No pickles: a child that a hostile image has taken over must not be able to hand its parent code.

Request: longest side (0 for none), pixel limit, size of the file; then the file.
Reply: width and height (0 × 0 for a failure), size; then RGB rows, or the failure's kind and reason on two lines.
"""

from __future__ import annotations

import socket
import struct
import time

REQUEST = struct.Struct("!IQQ")
REPLY = struct.Struct("!IIQ")
READY = b"+"
_PIECE = 1 << 20


def receive(connection: socket.socket, size: int, ends: float | None = None) -> bytearray:
    """Read exactly `size` bytes, until `ends` on the monotonic clock.

    Raises:
        EOFError: the other side has closed the connection.
        TimeoutError: it is later than `ends`.
    """
    buffer = bytearray(size)
    view = memoryview(buffer)
    filled = 0
    while filled < size:
        _set_timeout(connection, ends)
        count = connection.recv_into(view[filled:], min(_PIECE, size - filled))
        if count == 0:
            raise EOFError("connection closed")
        filled += count
    return buffer


def send(connection: socket.socket, head: bytes, body: bytes | bytearray, ends: float | None = None) -> None:
    """Write a head and a body, until `ends` on the monotonic clock; raises `TimeoutError` after it."""
    _set_timeout(connection, ends)
    connection.sendall(head)
    _set_timeout(connection, ends)
    connection.sendall(body)


def _set_timeout(connection: socket.socket, ends: float | None) -> None:
    if ends is None:
        return
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("deadline passed")
    connection.settimeout(left)
