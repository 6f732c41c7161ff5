"""Source `folder`: images and films; each folder with images directly in it becomes a record, and so does each film.

The installation serves these images itself (IIIF Image API) and gives each record a manifest, so that annotations
have targets. Nothing is copied. A file is known by its path, size and modification time; its picture counts as changed
when those do. What is known of a film may stand beside it, see `snoop_flow.builtin.sidecars`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from snoop_flow.builtin.films import described_film
from snoop_flow.drafting import IMAGE_SUFFIXES, file_item, file_record, is_image, is_video
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import (
    HarvestSource,
    ItemDraft,
    ListingFailure,
    RecordDraft,
    RecordRef,
    SourceContext,
    SourceSpec,
)


def recognises(location: str) -> bool:
    """Whether a location is an existing folder."""
    return "://" not in location and Path(location).expanduser().is_dir()


class FolderSource:
    """An opened folder; implements `HarvestSource`."""

    def __init__(self, location: str) -> None:
        """Raises `SourceError` if there is no such folder."""
        self._root = Path(location).expanduser().resolve()
        if not self._root.is_dir():
            raise SourceError(
                FailureKind.GONE, location, "there is no such folder; give the path of a folder of images"
            )

    def list(self) -> Iterator[RecordRef | ListingFailure]:
        """Yield each folder below the root that holds images, and each film; what is hidden is left out."""
        found = False
        for folder in [self._root, *sorted(self._root.rglob("*"))]:
            if not folder.is_dir() or _hidden(folder, self._root):
                continue
            if _images(folder):
                found = True
                yield RecordRef(str(folder))
            for film in _films(folder):
                found = True
                yield RecordRef(str(film), {"film": True})
        if not found:
            kinds = ", ".join(sorted(suffix.lstrip(".") for suffix in IMAGE_SUFFIXES))
            reason = f"holds no images ({kinds}) and no films; choose another folder"
            raise SourceError(FailureKind.INVALID, str(self._root), reason)

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read the sizes of a folder's images, or what stands beside a film; name what cannot be read."""
        if ref.hint.get("film"):
            return described_film(Path(ref.uri), self._relative(Path(ref.uri).parent))
        folder = Path(ref.uri)
        items: list[ItemDraft] = []
        problems: list[str] = []
        for path in _images(folder):
            try:
                items.append(_item(path))
            except SourceError as error:
                problems.append(f"{path.name}: {error.reason}")
            except OSError as error:
                problems.append(f"{path.name}: cannot be read ({error.strerror})")
        if not items:
            reason = problems[0] if problems else "holds no images any more"
            raise SourceError(FailureKind.INVALID, ref.uri, reason)
        lines = (({"en": ("Folder",), "fr": ("Dossier",)}, {"none": (self._relative(folder),)}),)
        return file_record(ref.uri, folder.name, items, problems, lines)

    def _relative(self, folder: Path) -> str:
        return str(folder.relative_to(self._root.parent))


def _hidden(folder: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in folder.relative_to(root).parts)


def _images(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if is_image(path) and path.is_file() and not path.name.startswith(".")
    )


def _films(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if is_video(path) and path.is_file() and not path.name.startswith(".")
    )


def _item(path: Path) -> ItemDraft:
    stat = path.stat()
    facts = f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}"
    return file_item(path, key=str(path), label=path.name, digest=facts)


def _open(location: str, _: SourceContext) -> HarvestSource:
    return FolderSource(location)


FOLDER = SourceSpec("folder", "A folder of images and films on this machine", recognises, _open, general=True)
