"""Source `warc`: archives of the web, for institutions that block harvesting and hand over WARC files instead.

Manifests that were archived become records; the pictures of their canvases come from the same archive where it holds
them. Other pictures become records by host, named by the addresses they had, which annotations then point at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from snoop_flow.drafting import READER, manifest_record, read_iiif
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.images import image_size
from snoop_flow.images.archived import archived_body, archived_records
from snoop_flow.plugin_types import (
    HarvestSource,
    ItemDraft,
    Listed,
    RecordDraft,
    RecordRef,
    SourceContext,
    SourceSpec,
)
from snoop_iiif import Canvas, Manifest

_TOGETHER = 200  # pictures of one host in a record
_SMALLEST = 64  # pixels; below are buttons and icons


def recognises(location: str) -> bool:
    """Whether a location is a WARC file."""
    return (
        "://" not in location
        and location.lower().endswith((".warc", ".warc.gz"))
        and Path(location).expanduser().is_file()
    )


class WARCSource:
    """An opened WARC file; implements `HarvestSource`."""

    def __init__(self, location: str) -> None:
        """Nothing is read yet."""
        self._path = Path(location).expanduser().resolve()

    def list(self) -> Iterator[Listed]:
        """Yield the manifests in the order of the archive, then the other pictures by host.

        Raises:
            SourceError: the file is no WARC, or damaged, or holds neither.
        """
        pictures: dict[str, int] = {}
        manifests: dict[str, int] = {}
        for record in archived_records(self._path):
            if record.media_type.startswith("image/") and "svg" not in record.media_type:
                pictures.setdefault(record.uri, record.offset)
            elif "json" in record.media_type:
                manifests[record.uri] = record.offset  # of several captures the last
        used: set[str] = set()
        for uri, offset in manifests.items():
            found = self._manifest(uri, offset)
            if found is not None:
                images = _captured(found, pictures)
                used |= {url for url, _ in images.values()}
                yield RecordRef(uri, {"offset": offset, "images": {key: list(one) for key, one in images.items()}})
        yield from self._others({url: offset for url, offset in pictures.items() if url not in used})
        if not manifests and not pictures:
            raise SourceError(FailureKind.INVALID, str(self._path), "holds neither manifests nor pictures")

    def _manifest(self, uri: str, offset: int) -> Manifest | None:
        try:
            found = read_iiif(archived_body(self._path, offset), uri)
        except SourceError:
            return None  # other JSON
        return found if isinstance(found, Manifest) else None

    def _others(self, pictures: Mapping[str, int]) -> Iterator[RecordRef]:
        by_host: dict[str, list[tuple[str, int]]] = {}
        for url, offset in pictures.items():
            by_host.setdefault(urlsplit(url).netloc, []).append((url, offset))
        for host, found in by_host.items():
            for number, start in enumerate(range(0, len(found), _TOGETHER), start=1):
                part = found[start : start + _TOGETHER]
                yield RecordRef(
                    f"{self._path}#{host}/{number}", {"host": host, "pictures": [list(one) for one in part]}
                )

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read a manifest, or the sizes of the pictures of a host."""
        if "pictures" in ref.hint:
            return self._pictures(ref)
        captured = ref.hint.get("images", {})

        def from_archive(item: ItemDraft) -> ItemDraft:
            if item.key not in captured:
                return item
            url, offset = captured[item.key]
            return replace(item, image=self._reference(url, offset), image_digest=_digest(url, offset))

        return manifest_record(archived_body(self._path, int(ref.hint["offset"])), ref.uri, rename=from_archive)

    def _pictures(self, ref: RecordRef) -> RecordDraft:
        items, problems = [], []
        for url, offset in ref.hint["pictures"]:
            try:
                width, height = image_size(archived_body(self._path, offset), uri=url)
            except SourceError as error:
                problems.append(f"{url}: {error.reason}")
                continue
            if min(width, height) >= _SMALLEST:
                label = {"none": (url.rsplit("/", 1)[-1] or url,)}
                image = self._reference(url, offset)
                items.append(ItemDraft(url, label, width, height, image, _digest(url, offset)))
        if not items:
            raise SourceError(FailureKind.INVALID, ref.uri, problems[0] if problems else "holds no pictures but icons")
        host = str(ref.hint["host"])
        digest = hashlib.sha256("".join(item.image_digest for item in items).encode()).hexdigest()
        key = f"urn:snoop-flow:warc:{hashlib.sha256(ref.uri.encode()).hexdigest()[:32]}"
        return RecordDraft(key, {"none": (host,)}, digest, tuple(items), version="warc", problems=tuple(problems))

    def _reference(self, url: str, offset: int) -> dict[str, Any]:
        return {"warc": str(self._path), "offset": offset, "url": url}


def _captured(manifest: Manifest, pictures: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """Canvas URI → address and place of a captured picture: as published, or of any size of the whole image."""
    found = {}
    for canvas in manifest.canvases:
        for url in _addresses(canvas, pictures):
            found[canvas.uri] = (url, pictures[url])
            break
    return found


def _addresses(canvas: Canvas, pictures: Mapping[str, int]) -> Iterator[str]:
    for image in canvas.images[:1]:
        if image.url in pictures:
            yield str(image.url)
        if image.service is not None:
            whole = f"{image.service.id}/full/"
            yield from (url for url in pictures if url.startswith(whole))


def _digest(url: str, offset: int) -> str:
    return hashlib.sha256(f"{url}\n{offset}".encode()).hexdigest()


def _open(location: str, _: SourceContext) -> HarvestSource:
    return WARCSource(location)


WARC = SourceSpec("warc", "WARC files: archived manifests and pictures", recognises, _open, reader=READER)
