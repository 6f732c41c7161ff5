"""From the address of a film to its stream, everything asked for through the one fetcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.protocols.hls.model import Part, Playlist, Variant
from snoop_flow.protocols.hls.reading import read_playlist

MEDIA_TYPE = "application/vnd.apple.mpegurl, application/x-mpegurl;q=0.9, audio/mpegurl;q=0.8"
GOOD_HEIGHT = 720  # pixels: what backbones look at is smaller


def choose_variant(playlist: Playlist, height: int = GOOD_HEIGHT) -> Variant:
    """The smallest quality that is at least so many pixels high, or else the highest; ties by bandwidth.

    Raises:
        SourceError: INVALID where nothing is to be seen in any.
    """
    seen = [one for one in playlist.variants if one.pictured]
    if not seen:
        raise SourceError(FailureKind.INVALID, playlist.url, "an HLS list without a variant that has pictures")
    enough = [one for one in seen if one.height >= height]
    if enough:
        return min(enough, key=lambda one: (one.height, one.bandwidth))
    return max(seen, key=lambda one: (one.height, one.bandwidth))


def find_film(url: str, fetch: Callable[[str, str], Fetched], height: int = GOOD_HEIGHT) -> Playlist:
    """The segments of the film at an address, by way of a list of qualities where there is one.

    Raises:
        SourceError: what `read_playlist` and the fetching raise; INVALID where a list of qualities leads to another.
    """
    first = _fetched(url, fetch)
    if not first.variants:
        return first
    second = _fetched(choose_variant(first, height).url, fetch)
    if second.variants:
        raise SourceError(FailureKind.INVALID, second.url, "an HLS list of variants inside another; give one of these")
    return second


def parts_of(playlist: Playlist) -> Iterator[Part]:
    """What has to be read one after the other for the stream of the film."""
    header = None
    for segment in playlist.segments:
        if segment.header is not None and segment.header != header:
            header = segment.header
            yield header
        yield segment.part


def write_film(playlist: Playlist, get: Callable[[Part], Fetched], file: BinaryIO, most_bytes: int) -> int:
    """Write the stream of a film (MPEG transport stream, or fragmented MP4) into a file; returns its bytes.

    Args:
        get: asks the one fetcher for a part.

    Raises:
        SourceError: what the fetching raises; TOO_BIG above `most_bytes`; INVALID where the coding changes midway or
            a server does not give the part that was asked for.
    """
    headers = {segment.header for segment in playlist.segments}
    if len(headers) > 1:
        raise SourceError(FailureKind.INVALID, playlist.url, "an HLS film whose coding changes midway is not read")
    written = 0
    for part in parts_of(playlist):
        body = _body(part, get(part))
        written += len(body)
        if written > most_bytes:
            reason = f"the film is larger than {most_bytes} bytes; raise the limit to read it"
            raise SourceError(FailureKind.TOO_BIG, playlist.url, reason)
        file.write(body)
    return written


def _body(part: Part, answer: Fetched) -> bytes:
    if part.byte_range is None:
        return answer.body
    first, last = part.byte_range
    # a server that knows no ranges gives the whole
    body = answer.body if answer.status == 206 else answer.body[first : last + 1]
    if len(body) != last - first + 1:
        raise SourceError(FailureKind.INVALID, part.url, f"has no bytes {first} to {last}, which the HLS list names")
    return body


def _fetched(url: str, fetch: Callable[[str, str], Fetched]) -> Playlist:
    answer = fetch(url, MEDIA_TYPE)
    try:
        text = answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(FailureKind.INVALID, url, "not an HLS playlist (not UTF-8)") from error
    return read_playlist(text, answer.url)
