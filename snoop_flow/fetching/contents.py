"""Reading a body within its limit, as sent and as decompressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from snoop_flow.errors import FailureKind, SourceError

# Honest text shrinks 5 to 50 times; deflate cannot do better than 1032.
_BOMB_RATIO = 200
_GZIP_MAGIC = b"\x1f\x8b"


def read_body(chunks: Iterable[bytes], encoding: str, limit: int, uri: str) -> bytes:
    """Join a body, undoing `gzip` or `deflate`.

    Raises:
        SourceError: TOO_BIG above `limit` bytes, HOSTILE for a compression bomb, INVALID for another encoding or
            damaged compression, TRANSIENT when the compressed stream ends early.
    """
    sent = _capped(chunks, limit, uri)
    if encoding in ("", "identity"):
        return b"".join(sent)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise SourceError(FailureKind.INVALID, uri, f"sent in content encoding {encoding!r}, which was not asked for")
    try:
        return b"".join(_Inflater(encoding, limit, uri).run(sent))
    except zlib.error as error:
        raise SourceError(FailureKind.INVALID, uri, f"damaged {encoding} compression ({error})") from error


def read_start(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Read about `limit` bytes of the page that explains a refusal; what cannot be decompressed is empty."""
    sent = b""
    for chunk in chunks:
        sent += chunk
        if len(sent) >= limit:
            break
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return sent[:limit]
    try:
        return zlib.decompressobj(_window(encoding, sent)).decompress(sent, limit)
    except zlib.error:
        return b""


def _capped(chunks: Iterable[bytes], limit: int, uri: str) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise too_big(limit, uri)
        yield chunk


def too_big(limit: int, uri: str) -> SourceError:
    """The failure of a body above its limit."""
    return SourceError(FailureKind.TOO_BIG, uri, f"larger than {limit} bytes; raise the limit to read it")


def _window(encoding: str, start: bytes) -> int:
    # Some servers send raw deflate (RFC 1951) instead of the zlib format (RFC 1950) that "deflate" stands for.
    if encoding == "deflate" and len(start) >= 2 and (start[0] & 0x0F != 8 or (start[0] << 8 | start[1]) % 31):
        return -zlib.MAX_WBITS
    return zlib.MAX_WBITS | 32


class _Inflater:
    """Decompresses chunk by chunk, never holding more than the limit."""

    def __init__(self, encoding: str, limit: int, uri: str) -> None:
        self._encoding, self._limit, self._uri = encoding, limit, uri
        self._stream: zlib._Decompress | None = None
        self._taken = self._given = 0

    def run(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._taken += len(chunk)
            yield from self._feed(chunk)
        if self._stream is not None and not self._stream.eof:
            raise SourceError(FailureKind.TRANSIENT, self._uri, "the compressed body ends early")

    def _feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream is None:
                self._stream = zlib.decompressobj(_window(self._encoding, data))
            if self._stream.eof and not data.startswith(_GZIP_MAGIC):
                return  # padding after the end, as some servers send
            if self._stream.eof:
                self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            piece = self._stream.decompress(data, self._limit - self._given + 1)
            self._count(len(piece), self._taken - len(self._stream.unconsumed_tail))
            yield piece
            data = self._stream.unconsumed_tail or self._stream.unused_data

    def _count(self, given: int, taken: int) -> None:
        self._given += given
        if self._given <= self._limit:
            return
        if self._given > _BOMB_RATIO * taken:
            reason = f"a compression bomb: {taken} bytes unpack to more than {self._limit}"
            raise SourceError(FailureKind.HOSTILE, self._uri, reason)
        raise too_big(self._limit, self._uri)
