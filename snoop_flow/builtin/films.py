"""Source `film`: one film of this machine. Films in folders are read by the source `folder`, in the same way.

Only its name, size and time of change are looked at here; its decoder is a plugin's, and runs elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from snoop_flow.builtin.sidecars import described_by
from snoop_flow.drafting import film_record, is_image, is_video
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import HarvestSource, RecordDraft, RecordRef, SourceContext, SourceSpec

# how films begin whose name does not say it: Matroska, AVI, Ogg, Flash, MPEG, MXF; MP4 has its sign at byte 4
_AT_START = (b"\x1a\x45\xdf\xa3", b"RIFF", b"OggS", b"FLV\x01", b"\x00\x00\x01\xba", b"\x06\x0e\x2b\x34")


def recognises(location: str) -> bool:
    """Whether a location is an existing film, by its name or by how it begins."""
    if "://" in location:
        return False
    try:
        path = Path(location).expanduser()
        return path.is_file() and (is_video(path) or (not is_image(path) and _begins_like_one(path)))
    except OSError:  # a text too long for a path
        return False


def _begins_like_one(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    return head[4:8] == b"ftyp" or head.startswith(_AT_START)


class FilmSource:
    """An opened film; implements `HarvestSource`."""

    def __init__(self, location: str) -> None:
        """Raises `SourceError` if there is no such file."""
        self._path = Path(location).expanduser().resolve()
        if not self._path.is_file():
            raise SourceError(FailureKind.GONE, location, "there is no such file; give the path of a film")

    def list(self) -> Iterator[RecordRef]:
        """Yield the film."""
        yield RecordRef(str(self._path), {"film": True})

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read what stands beside the film."""
        return described_film(Path(ref.uri), self._path.parent.name)


def described_film(path: Path, folder: str) -> RecordDraft:
    """A film with what stands beside it.

    Args:
        folder: where it lies, as it is to be shown.

    Raises:
        SourceError: the file cannot be read.
    """
    said = described_by(path)
    lines = (*said.metadata, ({"en": ("Folder",), "fr": ("Dossier",)}, {"none": (folder,)}))
    try:
        return film_record(
            path, said.label or {"none": (path.stem,)}, lines, rights=said.rights, problems=said.problems
        )
    except FileNotFoundError as error:
        raise SourceError(FailureKind.GONE, str(path), "the file is no longer there") from error
    except OSError as error:
        raise SourceError(FailureKind.FORBIDDEN, str(path), f"cannot be read ({error.strerror})") from error


def _open(location: str, _: SourceContext) -> HarvestSource:
    return FilmSource(location)


FILM = SourceSpec("film", "A film on this machine", recognises, _open, general=True)
