"""Source `iiif`: IIIF Presentation manifests and collections, any version, by address.

Collections are walked with a visited set and budgets, so that a collection that contains itself, or a hostile endless
one, ends. A manifest's digest is that of its bytes, so that an unchanged one is never embedded again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

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
from snoop_iiif import Canvas, Collection, IIIFError, Manifest, read_document

ACCEPT = "application/ld+json, application/json;q=0.9"
MAX_COLLECTIONS = 100_000
MAX_DEPTH = 20
READER = "1"  # raise it when reading changes what a harvest keeps, so that unchanged documents are read again


def recognises(location: str) -> bool:
    """Whether a location is a web address."""
    return location.lower().startswith(("http://", "https://"))


class IIIFSource:
    """An opened manifest or collection; implements `HarvestSource`."""

    def __init__(self, location: str, context: SourceContext) -> None:
        """Nothing is fetched yet."""
        self._location = location
        self._context = context

    def list(self) -> Iterator[RecordRef | ListingFailure]:
        """Yield each manifest once, depth first, in the collection's order."""
        document = self._read(self._location)[0]
        if isinstance(document, Manifest):
            yield RecordRef(self._location)
            return
        seen = {self._location, document.uri}
        yield from self._walk(document, seen, 0)

    def _walk(self, collection: Collection, seen: set[str], depth: int) -> Iterator[RecordRef | ListingFailure]:
        for member in collection.members:
            if member.uri in seen:
                continue
            seen.add(member.uri)
            if member.kind == "manifest":
                yield RecordRef(member.uri)
            else:
                yield from self._descend(member.uri, seen, depth + 1, member.document)
        for page in collection.pages:
            if page not in seen:
                seen.add(page)
                # a page continues its collection, so it is not deeper
                yield from self._descend(page, seen, depth)

    def _descend(
        self, uri: str, seen: set[str], depth: int, inline: Mapping[str, Any] | None = None
    ) -> Iterator[RecordRef | ListingFailure]:
        if depth > MAX_DEPTH or len(seen) > MAX_COLLECTIONS * 100:
            reason = f"collections are nested more than {MAX_DEPTH} deep, or endless; harvest a part of them"
            yield ListingFailure(uri, FailureKind.HOSTILE, reason)
            return
        try:
            # a collection that is written out in its parent is often served nowhere else
            document = _parsed(inline, uri) if inline is not None else self._read(uri)[0]
        except SourceError as error:
            yield ListingFailure(uri, error.kind, error.reason)
            return
        if isinstance(document, Manifest):
            yield RecordRef(uri)
        else:
            yield from self._walk(document, seen, depth)

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read one manifest."""
        document, body = self._read(ref.uri)
        if not isinstance(document, Manifest):
            raise SourceError(FailureKind.INVALID, ref.uri, "is a collection where a manifest was announced")
        return draft_of(document, body)

    def _read(self, uri: str) -> tuple[Manifest | Collection, bytes]:
        body = self._context.fetch(uri, ACCEPT).body
        return _parsed(body, uri), body


def _parsed(document: bytes | Mapping[str, Any], uri: str) -> Manifest | Collection:
    try:
        return read_document(document, uri)
    except IIIFError as error:
        raise SourceError(FailureKind.INVALID, uri, error.reason) from error


def draft_of(manifest: Manifest, body: bytes) -> RecordDraft:
    """A manifest as a record; canvases without an image are left out and named among the problems."""
    pictured = [canvas for canvas in manifest.canvases if canvas.images]
    problems: tuple[str, ...] = ()
    if missing := len(manifest.canvases) - len(pictured):
        problems = (f"{missing} of {len(manifest.canvases)} canvases have no image",)
    return RecordDraft(
        key=manifest.uri,
        label=manifest.label,
        digest=hashlib.sha256(READER.encode() + body).hexdigest(),
        items=tuple(_item(canvas) for canvas in pictured),
        metadata=tuple((entry.label, entry.value) for entry in manifest.metadata),
        rights=manifest.rights or "",
        attribution=manifest.attribution,
        homepage=manifest.homepage or "",
        version=manifest.version,
        problems=problems,
    )


def _item(canvas: Canvas) -> ItemDraft:
    first = canvas.images[0]
    image = first.to_dict()
    digest = hashlib.sha256(json.dumps(image, sort_keys=True).encode()).hexdigest()
    return ItemDraft(
        key=canvas.uri,
        label=canvas.label,
        width=canvas.width or first.width or 0,
        height=canvas.height or first.height or 0,
        image=image,
        image_digest=digest,
    )


def _open(location: str, context: SourceContext) -> HarvestSource:
    return IIIFSource(location, context)


IIIF = SourceSpec("iiif", "IIIF manifests and collections by address", recognises, _open)
