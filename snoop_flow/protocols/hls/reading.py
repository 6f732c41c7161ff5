"""Reading the text of a playlist, line by line and within limits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.protocols.hls.addresses import resolve
from snoop_flow.protocols.hls.model import Part, Playlist, Segment, Variant

MOST_CHARACTERS = 8 << 20
LONGEST_LINE = 16_384
MOST_SEGMENTS = 50_000  # two days in pieces of four seconds
MOST_VARIANTS = 200
LONGEST_SEGMENT = 86_400.0

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)(?:,|$)')


def read_playlist(text: str, base: str) -> Playlist:
    """Read a playlist.

    Args:
        text: as it came, decoded as UTF-8.
        base: the http(s) address that it came from.

    Raises:
        SourceError: INVALID for what is no finished playlist, FORBIDDEN for an encrypted film, TOO_BIG above a limit,
            HOSTILE where it names anything but http(s) addresses of the outside or of its own server.
    """
    return _Reader(base).read(text)


@dataclass(slots=True)
class _Reader:
    """One reading of a playlist: what the tags so far say of the segments to come."""

    base: str
    variants: list[Variant] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    stream: dict[str, str] | None = None
    duration: float | None = None
    length: str | None = None
    header: Part | None = None
    cut: bool = False
    gap: bool = False
    ended: bool = False
    clock: float = 0.0
    last: Part | None = None

    def read(self, text: str) -> Playlist:
        if len(text) > MOST_CHARACTERS:
            raise self.too_big(f"an HLS list of more than {MOST_CHARACTERS} characters")
        lines = text.removeprefix("\ufeff").splitlines()
        if not lines or lines[0].strip() != "#EXTM3U":
            raise self.invalid("not an HLS playlist (it does not begin with #EXTM3U)")
        for line in lines[1:]:
            if len(line) > LONGEST_LINE:
                raise self.too_big(f"an HLS list with a line of more than {LONGEST_LINE} characters")
            self.take(line.strip())
        return self.finished()

    def take(self, line: str) -> None:
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            if name in _REASONS:
                raise self.invalid(f"an HLS list with #{name}, which is not read ({_REASONS[name]})")
            if name in _TAGS:
                _TAGS[name](self, value)
        elif line and not line.startswith("#"):
            self.address(line)

    def address(self, line: str) -> None:
        if self.stream is not None:
            self.variants.append(_variant(self.resolve(line), self.stream))
            self.stream = None
            if len(self.variants) > MOST_VARIANTS:
                raise self.too_big(f"an HLS list of more than {MOST_VARIANTS} variants")
            return
        if self.duration is None:
            raise self.invalid(f"an HLS list that names {line[:80]!r} without its duration (#EXTINF)")
        part = self.part(self.resolve(line), self.length)
        if not self.gap:
            self.segments.append(Segment(part, round(self.clock, 6), self.duration, self.header, self.cut))
        if len(self.segments) > MOST_SEGMENTS:
            raise self.too_big(f"an HLS list of more than {MOST_SEGMENTS} segments")
        self.last = part
        self.clock += self.duration
        self.duration, self.length, self.cut, self.gap = None, None, False, False

    def part(self, url: str, length: str | None) -> Part:
        """Bytes of an address; a range without a beginning goes on where the last one of the same address ended."""
        if length is None:
            return Part(url)
        found = re.fullmatch(r"(\d{1,15})(?:@(\d{1,15}))?", length.strip())
        if found is None or int(found[1]) == 0:
            raise self.invalid(f"an HLS list with the byte range {length[:40]!r}")
        if found[2] is not None:
            first = int(found[2])
        elif self.last is not None and self.last.url == url and self.last.byte_range is not None:
            first = self.last.byte_range[1] + 1
        else:
            raise self.invalid(f"an HLS list with the byte range {length[:40]!r} that follows no other")
        return Part(url, (first, first + int(found[1]) - 1))

    def resolve(self, text: str) -> str:
        return resolve(text, self.base)

    def finished(self) -> Playlist:
        if self.variants and self.segments:
            raise self.invalid("an HLS list of both variants and segments")
        if self.variants:
            return Playlist(self.base, variants=tuple(self.variants))
        if not self.ended:
            raise self.invalid("a live HLS list, which has no end yet (#EXT-X-ENDLIST); harvest it when it is over")
        if not self.segments:
            raise self.invalid("an HLS list without segments")
        return Playlist(self.base, segments=tuple(self.segments))

    # tags

    def extinf(self, value: str) -> None:
        seconds = _number(value.split(",")[0])
        if seconds is None or seconds > LONGEST_SEGMENT:
            raise self.invalid(f"an HLS list with a segment of {value.split(',')[0][:40]!r} seconds")
        self.duration = seconds

    def stream_inf(self, value: str) -> None:
        self.stream = _attributes(value)

    def map(self, value: str) -> None:
        found = _attributes(value)
        if not found.get("URI"):
            raise self.invalid("an HLS list with #EXT-X-MAP without an address")
        length = found.get("BYTERANGE")
        # here a range has its own beginning, which is 0 if it is not told
        self.header = self.part(
            self.resolve(found["URI"]), length if length is None or "@" in length else f"{length}@0"
        )

    def key(self, value: str) -> None:
        method = _attributes(value).get("METHOD", "")
        if method != "NONE":
            reason = f"the film is encrypted ({method[:40] or 'in a way the list does not tell'}), and is not read"
            raise SourceError(FailureKind.FORBIDDEN, self.base, reason)

    def byte_range(self, value: str) -> None:
        self.length = value

    def discontinuity(self, _: str) -> None:
        self.cut = True

    def missing(self, _: str) -> None:
        self.gap = True

    def endlist(self, _: str) -> None:
        self.ended = True

    # refusals

    def invalid(self, reason: str) -> SourceError:
        return SourceError(FailureKind.INVALID, self.base, reason)

    def too_big(self, reason: str) -> SourceError:
        return SourceError(FailureKind.TOO_BIG, self.base, f"{reason} is not read")


_TAGS: dict[str, Callable[[_Reader, str], None]] = {
    "EXTINF": _Reader.extinf,
    "EXT-X-STREAM-INF": _Reader.stream_inf,
    "EXT-X-MAP": _Reader.map,
    "EXT-X-KEY": _Reader.key,
    "EXT-X-SESSION-KEY": _Reader.key,
    "EXT-X-BYTERANGE": _Reader.byte_range,
    "EXT-X-DISCONTINUITY": _Reader.discontinuity,
    "EXT-X-GAP": _Reader.missing,
    "EXT-X-ENDLIST": _Reader.endlist,
}
_REASONS = {
    "EXT-X-DEFINE": "it makes addresses of variables",
    "EXT-X-SKIP": "it tells only what changed",
}


def _variant(url: str, found: dict[str, str]) -> Variant:
    size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", found.get("RESOLUTION", ""))
    width, height = (int(size[1]), int(size[2])) if size else (0, 0)
    bandwidth = found.get("BANDWIDTH", "")
    return Variant(url, int(bandwidth[:12]) if bandwidth.isdecimal() else 0, width, height, found.get("CODECS", ""))


def _attributes(text: str) -> dict[str, str]:
    """An attribute list (RFC 8216, 4.2), its quoted strings without the quotes."""
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(text)}


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
