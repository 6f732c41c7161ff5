"""Source `iiif`: IIIF Presentation manifests and collections, any version, by address.

Collections are walked with a visited set and budgets, so that a collection that contains itself, or a hostile endless
one, ends. A manifest's digest is that of its bytes, so that an unchanged one is never embedded again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from snoop_flow.drafting import ACCEPT, READER, draft_of, read_iiif
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import (
    HarvestSource,
    Listed,
    ListingFailure,
    RecordDraft,
    RecordRef,
    SourceContext,
    SourceSpec,
)
from snoop_flow.protocols import Activities
from snoop_flow.protocols.discovery import TYPES
from snoop_iiif import Collection, Manifest

MAX_COLLECTIONS = 100_000
MAX_DEPTH = 20


def recognises(location: str) -> bool:
    """Whether a location is a web address."""
    return location.lower().startswith(("http://", "https://"))


class IIIFSource:
    """An opened manifest or collection; implements `HarvestSource`."""

    def __init__(self, location: str, context: SourceContext) -> None:
        """Nothing is fetched yet."""
        self._location = location
        self._context = context

    def list(self) -> Iterator[Listed]:
        """Yield each manifest once, depth first, in the collection's order; of a stream, what changed."""
        body = self._context.fetch(self._location, ACCEPT).body
        if _is_stream(body):
            seen = {self._location}
            stream = Activities(self._location, self._context.fetch, lambda uri: self._changed(uri, seen))
            yield from stream.list(self._context.checkpoint)
            return
        document = read_iiif(body, self._location)
        if isinstance(document, Manifest):
            yield RecordRef(self._location)
            return
        seen = {self._location, document.uri}
        yield from self._walk(document, seen, 0)

    def _changed(self, uri: str, seen: set[str]) -> Iterator[RecordRef | ListingFailure]:
        """The manifests of a collection that changed: any of them may be new in it."""
        if uri not in seen:
            seen.add(uri)
            yield from self._descend(uri, seen, 1)

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
            document = read_iiif(inline, uri) if inline is not None else self._read(uri)[0]
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
        return read_iiif(body, uri), body


def _is_stream(body: bytes) -> bool:
    """Whether a document is a Change Discovery stream: its type says so, near its beginning or not."""
    if b"OrderedCollection" not in body:
        return False
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("type") in TYPES


def _open(location: str, context: SourceContext) -> HarvestSource:
    return IIIFSource(location, context)


IIIF = SourceSpec(
    "iiif",
    "IIIF manifests, collections and Change Discovery streams by address",
    recognises,
    _open,
    reader=READER,
    general=True,
)
