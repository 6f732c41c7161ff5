"""What a playlist says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of the outside: a whole document, or from a first to a last byte of it."""

    url: str
    byte_range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the qualities in which a film is offered; 0 and "" where the list does not tell.

    Attributes:
        bandwidth: bits a second at most.
        codecs: as in RFC 6381, such as `avc1.4d401f,mp4a.40.2`.
    """

    url: str
    bandwidth: int
    width: int = 0
    height: int = 0
    codecs: str = ""

    @property
    def pictured(self) -> bool:
        """Whether there is something to see, as far as the list tells."""
        named = [one.strip().split(".")[0] for one in self.codecs.split(",") if one.strip()]
        return self.height > 0 or not named or any(one not in ("mp4a", "ac-3", "ec-3", "Opus") for one in named)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the film.

    Attributes:
        start: seconds from the beginning of the film.
        header: what has to be read before it (EXT-X-MAP).
        cut: its clock begins anew, or its coding changes (EXT-X-DISCONTINUITY).
    """

    part: Part
    start: float
    duration: float
    header: Part | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Playlist:
    """A list of qualities (a master playlist), or of the segments of one."""

    url: str
    variants: tuple[Variant, ...] = ()
    segments: tuple[Segment, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds of the whole film; 0 for a list of qualities."""
        return self.segments[-1].start + self.segments[-1].duration if self.segments else 0.0
