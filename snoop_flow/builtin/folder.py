"""Source `folder`: a folder of images; each folder that holds images directly becomes a record.

The installation serves these images itself (IIIF Image API) and gives each record a manifest, so that annotations
have targets. Nothing is copied. A file is known by its path, size and modification time; its picture counts as changed
when those do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from snoop_flow.drafting import IMAGE_SUFFIXES, file_item, file_record, is_image
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
        """Yield each folder below the root that holds images; hidden folders are left out."""
        found = False
        for folder in [self._root, *sorted(self._root.rglob("*"))]:
            if folder.is_dir() and not _hidden(folder, self._root) and _images(folder):
                found = True
                yield RecordRef(str(folder))
        if not found:
            kinds = ", ".join(sorted(suffix.lstrip(".") for suffix in IMAGE_SUFFIXES))
            raise SourceError(FailureKind.INVALID, str(self._root), f"holds no images ({kinds}); choose another folder")

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read the sizes of a folder's images; one that cannot be read is named among the problems."""
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


def _item(path: Path) -> ItemDraft:
    stat = path.stat()
    facts = f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}"
    return file_item(path, key=str(path), label=path.name, digest=facts)


def _open(location: str, _: SourceContext) -> HarvestSource:
    return FolderSource(location)


FOLDER = SourceSpec("folder", "A folder of images on this machine", recognises, _open, general=True)
