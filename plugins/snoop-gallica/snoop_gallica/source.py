"""Source `gallica`: documents of the BnF, whichever of its two stacks answers.

The present stack comes first, the one before it where that fails. Their canvas ids differ, so an item is known by
(ark, view): its marks and annotations stay with it whichever stack gave it, and both canvas ids lead to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from snoop_flow.drafting import ACCEPT, described, manifest_record
from snoop_flow.drafting import READER as IIIF_READER
from snoop_flow.entities import LanguageMap
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import (
    Checkpoint,
    ItemDraft,
    Listed,
    ListingFailure,
    RecordDraft,
    RecordGone,
    RecordRef,
    SourceContext,
)
from snoop_flow.protocols import OAI, SRU, Described
from snoop_gallica.addresses import Addresses, ark_of, view_of
from snoop_gallica.locations import parse

READER = f"1.{IIIF_READER}"
_TITLES = frozenset({"title", "titre"})
_SHELF_MARK: LanguageMap = {"en": ("Shelfmark",), "fr": ("Cote",)}
_FALLS_BACK = (FailureKind.GONE, FailureKind.INVALID, FailureKind.TRANSIENT)


class GallicaSource:
    """Documents of Gallica; implements `HarvestSource`."""

    def __init__(self, location: str, context: SourceContext) -> None:
        """Raises `SourceError` when the location names nothing of Gallica."""
        found = parse(location)
        if found is None or (found.kind == "arks" and not found.arks) or (found.kind == "query" and not found.text):
            reason = "names no ark of the BnF (ark:/12148/…), no SRU query and no OAI set"
            raise SourceError(FailureKind.INVALID, location, reason)
        self._location = found
        self._context = context
        self._addresses = Addresses.of_environment()

    def list(self) -> Iterator[Listed]:
        """Yield each document once, by its ark."""
        if self._location.kind == "arks":
            yield from (RecordRef(ark) for ark in self._location.arks)
        elif self._location.kind == "query":
            yield from self._found()
        else:
            yield from self._of_set()

    def _found(self) -> Iterator[Listed]:
        seen: set[str] = set()
        try:
            for record in SRU(self._addresses.sru(self._location.text), self._context.fetch).records():
                ark = record.ark
                if ark_of(ark) and ark not in seen:
                    seen.add(ark)
                    yield RecordRef(ark, record.as_hint())
        except SourceError as error:
            if not seen:
                raise
            yield ListingFailure(error.uri, error.kind, f"the list breaks off after {len(seen)} arks: {error.reason}")
            return
        if not seen:
            raise SourceError(FailureKind.INVALID, self._location.text, "the query finds no digitised document")

    def _of_set(self) -> Iterator[Listed]:
        since = str((self._context.checkpoint or {}).get("from", ""))
        oai = OAI(self._addresses.oai, self._context.fetch)
        listed: set[str] = set()
        try:
            for header in oai.records(set_=self._location.text, since=since[:10]):
                ark = ark_of(header.identifier) or (ark_of(header.described.ark) if header.described else None)
                if ark is None or ark in listed:
                    continue
                listed.add(ark)
                if header.deleted:
                    yield RecordGone(ark)
                elif header.described is not None:
                    yield RecordRef(ark, header.described.as_hint(), header.datestamp)
        except SourceError as error:
            if not listed:
                raise
            yield ListingFailure(error.uri, error.kind, f"the list breaks off after {len(listed)} arks: {error.reason}")
            return
        if oai.response_date:
            yield Checkpoint({"from": oai.response_date}, partial=bool(since))

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read a document from the present stack, or from the one before it; and what the catalogue says of it."""
        ark = ark_of(ref.uri)
        if ark is None:
            raise SourceError(FailureKind.INVALID, ref.uri, "no ark of the BnF")
        draft = self._draft(ark)
        if not ref.hint:
            return draft
        fields = {f"dc:{name}": texts for name, texts in Described.from_hint(ref.hint).fields.items()}
        return described(draft, fields)

    def _draft(self, ark: str) -> RecordDraft:
        try:
            return self._read(self._addresses.manifest_3(ark), ark)
        except SourceError as error:
            # blocked is blocked: the other host belongs to the same house
            if error.kind not in _FALLS_BACK or error.answered in (429, 503):
                raise
            first = error
        try:
            draft = self._read(self._addresses.manifest_2(ark), ark)
        except SourceError as error:
            if error.kind is FailureKind.GONE and first.kind is not FailureKind.GONE:
                raise first from error  # one stack that fails is no proof that the document is gone
            raise
        return _titled(draft)

    def _read(self, address: str, ark: str) -> RecordDraft:
        body = self._context.fetch(address, ACCEPT).body
        return _numbered(manifest_record(body, address), ark, self._addresses)


def _numbered(draft: RecordDraft, ark: str, addresses: Addresses) -> RecordDraft:
    """The items of a document known by their views."""
    items: dict[str, ItemDraft] = {}
    for place, item in enumerate(draft.items, start=1):
        service = item.image.get("service") or {}
        view = view_of(str(service.get("id", "")), str(item.image.get("url") or ""), item.key) or place
        others = tuple(uri for uri in addresses.canvases(ark, view) if uri != item.key)
        # both stacks give the same picture: which one did is no reason to embed it again
        facts = f"{ark}/f{view} {item.width}x{item.height}"
        digest = hashlib.sha256(facts.encode()).hexdigest()
        items.setdefault(f"f{view}", replace(item, key=f"f{view}", uri=item.key, aliases=others, image_digest=digest))
    return replace(draft, items=tuple(items.values()))


def _titled(draft: RecordDraft) -> RecordDraft:
    """In version 2 the label is the shelf mark, and the title one of the lines of metadata."""
    for label, value in draft.metadata:
        names = {text.lower() for texts in label.values() for text in texts}
        if names & _TITLES and any(value.values()) and value != draft.label:
            shelf_mark = (_SHELF_MARK, draft.label)
            return replace(draft, label=value, metadata=(*draft.metadata, shelf_mark))
    return draft
