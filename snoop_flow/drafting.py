"""Records from IIIF documents and from image files, for every source that ends in one of them, ours or a plugin's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from snoop_flow.entities import LanguageMap
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images import image_size
from snoop_flow.plugin_types import ItemDraft, RecordDraft
from snoop_iiif import Canvas, Collection, IIIFError, Manifest, Medium, read_document

ACCEPT = "application/ld+json, application/json;q=0.9"
READER = "3"  # raise it when reading changes what a harvest keeps, so that unchanged documents are read again


IMAGE_SUFFIXES = frozenset({".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
VIDEO_SUFFIXES = frozenset(
    f".{name}"
    for name in "3gp avi divx dv f4v flv m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogm ogv ts vob webm wmv".split()
)
HEAD_BYTES = 1 << 20  # where nearly all formats tell their size


def read_iiif(document: bytes | Mapping[str, Any], uri: str) -> Manifest | Collection:
    """A manifest or collection; raises `SourceError` of kind INVALID with the reader's reason."""
    try:
        return read_document(document, uri)
    except IIIFError as error:
        raise SourceError(FailureKind.INVALID, uri, error.reason) from error


def manifest_record(
    document: bytes | Mapping[str, Any], uri: str, *, rename: Callable[[ItemDraft], ItemDraft] | None = None
) -> RecordDraft:
    """The record that a manifest describes.

    Canvases without an image or a film are left out of its items; sound and video are kept as its media.

    Args:
        document: as it came, or parsed already.
        rename: gives an item another key, or more aliases.

    Raises:
        SourceError: INVALID where it cannot be read, or is a collection.
    """
    manifest = read_iiif(document, uri)
    if not isinstance(manifest, Manifest):
        raise SourceError(FailureKind.INVALID, uri, "is a collection where a manifest was announced")
    body = document if isinstance(document, bytes) else json.dumps(document, sort_keys=True).encode()
    return draft_of(manifest, body, rename)


def draft_of(manifest: Manifest, body: bytes, rename: Callable[[ItemDraft], ItemDraft] | None = None) -> RecordDraft:
    """A manifest that was read as a record; `body` is what its digest is made of."""
    items = tuple(_item(canvas) for canvas in manifest.canvases if canvas.images or _films(canvas))
    return RecordDraft(
        key=manifest.uri,
        label=manifest.label,
        digest=hashlib.sha256(READER.encode() + body).hexdigest(),
        items=tuple(rename(item) for item in items) if rename else items,
        metadata=tuple((entry.label, entry.value) for entry in manifest.metadata),
        rights=manifest.rights or "",
        attribution=manifest.attribution,
        homepage=manifest.homepage or "",
        version=manifest.version,
        problems=_problems(manifest),
        media=_all_media(manifest),
        quirks=manifest.quirks,
    )


def described(draft: RecordDraft, metadata: Mapping[str, tuple[str, ...]], rights: str = "") -> RecordDraft:
    """A record with lines of a catalogue's description added to what its manifest says."""
    known = {text for _, value in draft.metadata for texts in value.values() for text in texts}
    lines = []
    for name, values in metadata.items():
        new = tuple(value for value in values if value not in known)
        if new:
            lines.append((_none(name), {"none": new}))
    digest = hashlib.sha256((draft.digest + json.dumps(dict(metadata), sort_keys=True)).encode()).hexdigest()
    return replace(draft, metadata=(*draft.metadata, *lines), rights=draft.rights or rights, digest=digest)


def _none(text: str) -> LanguageMap:
    return {"none": (text,)}


def _problems(manifest: Manifest) -> tuple[str, ...]:
    total = len(manifest.canvases)
    bare = sum(not canvas.images and not canvas.media for canvas in manifest.canvases)
    sounding = sum(bool(canvas.media) and not (canvas.images or _films(canvas)) for canvas in manifest.canvases)
    problems = [f"{bare} of {total} canvases have no image"] if bare else []
    if sounding == total:
        problems.append(f"all {total} canvases are sound: kept as a record without images")
    return tuple(problems)


def _all_media(manifest: Manifest) -> tuple[dict[str, Any], ...]:
    found = []
    for canvas in manifest.canvases:
        for medium in canvas.media:
            facts = {"kind": medium.kind, "format": medium.format, "duration": medium.duration or canvas.duration}
            facts |= {"width": medium.width, "height": medium.height}
            present = {name: value for name, value in facts.items() if value}
            found.append({"canvas": canvas.uri, "url": medium.url, **present})
    return tuple(found)


def _item(canvas: Canvas) -> ItemDraft:
    if not canvas.images:
        return _film_of(canvas)
    first = canvas.images[0]
    image = first.to_dict()
    # a static thumbnail may come and go without the picture being another one
    facts = {name: value for name, value in image.items() if name != "renditions"}
    return ItemDraft(
        key=canvas.uri,
        label=canvas.label,
        width=canvas.width or first.width or 0,
        height=canvas.height or first.height or 0,
        image=image,
        image_digest=hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest(),
    )


def _films(canvas: Canvas) -> list[Medium]:
    return [medium for medium in canvas.media if medium.kind == "video"]


def _film_of(canvas: Canvas) -> ItemDraft:
    """A canvas with a film on it; another film when another address is named, or another length."""
    facts = [[medium.url, medium.duration or canvas.duration] for medium in _films(canvas)]
    digest = hashlib.sha256(orjson.dumps(facts)).hexdigest()
    return _film_item(canvas.uri, canvas.label, digest, canvas.width or 0, canvas.height or 0)


# --- files -------------------------------------------------------------------------------------------------------


def is_image(path: Path) -> bool:
    """Whether a file is an image by its name."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def file_item(path: Path, *, key: str, label: str, digest: str) -> ItemDraft:
    """An image file as an item of a local record.

    Args:
        key: stable and unique within the record.
        digest: changes when the picture does.

    Raises:
        SourceError: it is no image.
        OSError: it cannot be read.
    """
    width, height = _file_size(path)
    return ItemDraft(
        key=key,
        label={"none": (label,)},
        width=width,
        height=height,
        image={"path": str(path)},
        image_digest=hashlib.sha256(digest.encode()).hexdigest(),
    )


def is_video(path: Path) -> bool:
    """Whether a file is a film by its name."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def film_record(
    path: Path,
    label: LanguageMap,
    metadata: tuple[tuple[LanguageMap, LanguageMap], ...] = (),
    *,
    rights: str = "",
    problems: Sequence[str] = (),
) -> RecordDraft:
    """A film as a record with one canvas, which this installation serves itself; what is in it is found out later.

    It counts as another film when its size or its time of change do.

    Raises:
        OSError: it cannot be read.
    """
    stat = path.stat()
    film = hashlib.sha256(f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}".encode()).hexdigest()
    said = orjson.dumps([label, metadata, rights, list(problems)])
    return RecordDraft(
        key=str(path),
        label=label,
        digest=hashlib.sha256(film.encode() + said).hexdigest(),
        items=(_film_item(str(path), label, film),),
        metadata=metadata,
        rights=rights,
        version="film",
        local=True,
        problems=tuple(problems),
        media=({"canvas": str(path), "kind": "Video", "path": str(path), "bytes": stat.st_size},),
    )


def _film_item(key: str, label: LanguageMap, digest: str, width: int = 0, height: int = 0) -> ItemDraft:
    return ItemDraft(key, label, width, height, image={}, image_digest=digest, searched=False)


def file_record(
    key: str,
    label: str,
    items: Sequence[ItemDraft],
    problems: Sequence[str] = (),
    metadata: tuple[tuple[LanguageMap, LanguageMap], ...] = (),
) -> RecordDraft:
    """Image files as a record that this installation serves itself."""
    facts = "\n".join(item.key + item.image_digest for item in items)
    return RecordDraft(
        key=key,
        label={"none": (label,)},
        digest=hashlib.sha256(facts.encode()).hexdigest(),
        items=tuple(items),
        metadata=metadata,
        version="folder",
        local=True,
        problems=tuple(problems),
    )


def _file_size(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        try:
            return image_size(head, uri=str(path))
        except SourceError:
            if len(head) < HEAD_BYTES:
                raise
            return image_size(head + file.read(), uri=str(path))  # a TIFF may tell it at its end
