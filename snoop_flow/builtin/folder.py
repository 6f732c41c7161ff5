"""Source `folder`: a folder of images; each folder that holds images directly becomes a record.

The installation serves these images itself (IIIF Image API) and gives each record a manifest, so that annotations
have targets. Nothing is copied. A file is known by its path, size and modification time; its picture counts as changed
when those do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images import image_size
from snoop_flow.plugin_types import (
    HarvestSource,
    ItemDraft,
    ListingFailure,
    RecordDraft,
    RecordRef,
    SourceContext,
    SourceSpec,
)

SUFFIXES = frozenset({".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
HEAD_BYTES = 1 << 20  # where nearly all formats tell their size


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
            kinds = ", ".join(sorted(suffix.lstrip(".") for suffix in SUFFIXES))
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
        digest = hashlib.sha256("\n".join(item.key + item.image_digest for item in items).encode()).hexdigest()
        return RecordDraft(
            key=ref.uri,
            label={"none": (folder.name,)},
            digest=digest,
            items=tuple(items),
            metadata=(({"en": ("Folder",), "fr": ("Dossier",)}, {"none": (self._relative(folder),)}),),
            version="folder",
            local=True,
            problems=tuple(problems),
        )

    def _relative(self, folder: Path) -> str:
        return str(folder.relative_to(self._root.parent))


def _hidden(folder: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in folder.relative_to(root).parts)


def _images(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    )


def _item(path: Path) -> ItemDraft:
    stat = path.stat()
    width, height = _size(path)
    digest = hashlib.sha256(f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}".encode()).hexdigest()
    return ItemDraft(
        key=str(path),
        label={"none": (path.name,)},
        width=width,
        height=height,
        image={"path": str(path)},
        image_digest=digest,
    )


def _size(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        try:
            return image_size(head, uri=str(path))
        except SourceError:
            if len(head) < HEAD_BYTES:
                raise
            return image_size(head + file.read(), uri=str(path))  # a TIFF may tell it at its end


def _open(location: str, _: SourceContext) -> HarvestSource:
    return FolderSource(location)


FOLDER = SourceSpec("folder", "A folder of images on this machine", recognises, _open)
