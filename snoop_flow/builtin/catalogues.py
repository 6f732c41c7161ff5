"""Sources `oai-pmh` and `sru`: records of a catalogue that lead to IIIF manifests.

The address of a source may end in `#manifest=` and a template, for catalogues whose records name no manifest; see
`snoop_flow.protocols.manifest_address`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from snoop_flow.drafting import ACCEPT, READER, described, manifest_record
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import (
    Checkpoint,
    HarvestSource,
    Listed,
    ListingFailure,
    RecordDraft,
    RecordGone,
    RecordRef,
    SourceContext,
    SourceSpec,
)
from snoop_flow.protocols import OAI, SRU, Described, manifest_address

_OAI = re.compile(
    r"[?&]verb=\w+|/oai(?:[-_/.]?pmh|2|handler|/request|/provider)?/?(?:\?|#|$)|OAIHandler", re.IGNORECASE
)
_SRU = re.compile(r"[?&]operation=searchRetrieve\b|/sru/?\?", re.IGNORECASE)


def _is_oai(location: str) -> bool:
    return location.lower().startswith(("http://", "https://")) and _OAI.search(location) is not None


def _is_sru(location: str) -> bool:
    return location.lower().startswith(("http://", "https://")) and _SRU.search(location) is not None


class _Catalogue:
    """What both have in common: the manifest that a description leads to, read with it."""

    def __init__(self, location: str, context: SourceContext) -> None:
        self._location = location
        self._context = context
        self._address, _, fragment = location.partition("#")
        self._template = unquote(dict(parse_qsl(fragment)).get("manifest", ""))

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read the manifest of a record, and add what the catalogue says."""
        found = Described.from_hint(ref.hint)
        address = manifest_address(found, self._template)
        draft = manifest_record(self._context.fetch(address, ACCEPT).body, address)
        return described(draft, {f"dc:{name}": texts for name, texts in found.fields.items()})


class OAISource(_Catalogue):
    """A repository, or one of its sets; implements `HarvestSource`."""

    def list(self) -> Iterator[Listed]:
        """Yield what the repository has, or what changed since the last harvest; a list that breaks off is told."""
        parts = urlsplit(self._address)
        given = dict(parse_qsl(parts.query))
        own = {"verb", "set", "from", "until", "metadataPrefix", "resumptionToken", "identifier"}
        rest = "&".join(f"{name}={value}" for name, value in given.items() if name not in own)
        base = urlunsplit((parts.scheme, parts.netloc, parts.path, rest, ""))
        oai = OAI(base, self._context.fetch)
        since = given.get("from") or str((self._context.checkpoint or {}).get("from", ""))
        if since:
            since = since[: oai.granularity()]
        records = oai.records(
            prefix=given.get("metadataPrefix", "oai_dc"),
            set_=given.get("set", ""),
            since=since,
            until=given.get("until", ""),
        )
        listed = 0
        try:
            for header in records:
                listed += 1
                if header.deleted:
                    yield RecordGone(header.identifier)
                elif header.described is not None:
                    yield RecordRef(header.identifier, header.described.as_hint(), header.datestamp)
        except SourceError as error:
            if not listed:
                raise
            reason = f"the list breaks off after {listed} records: {error.reason}"
            yield ListingFailure(error.uri, error.kind, reason)
            return
        if oai.response_date and "until" not in given:
            yield Checkpoint({"from": oai.response_date}, partial=bool(since))


class SRUSource(_Catalogue):
    """The records that a query finds; implements `HarvestSource`."""

    def list(self) -> Iterator[Listed]:
        """Yield what the query finds; a list that breaks off is told."""
        seen: set[str] = set()
        try:
            for found in SRU(self._address, self._context.fetch).records():
                if found.identifier not in seen:
                    seen.add(found.identifier)
                    yield RecordRef(found.identifier, found.as_hint())
        except SourceError as error:
            if not seen:
                raise
            yield ListingFailure(
                error.uri, error.kind, f"the list breaks off after {len(seen)} records: {error.reason}"
            )
            return
        if not seen:
            raise SourceError(FailureKind.INVALID, self._location, "the query finds no record")


def _open_oai(location: str, context: SourceContext) -> HarvestSource:
    return OAISource(location, context)


def _open_sru(location: str, context: SourceContext) -> HarvestSource:
    return SRUSource(location, context)


# a plugin may know a repository better
OAI_PMH = SourceSpec(
    "oai-pmh",
    "OAI-PMH repositories and sets whose records name manifests",
    _is_oai,
    _open_oai,
    reader=READER,
    general=True,
)
SRU_QUERY = SourceSpec(
    "sru", "SRU queries whose records name manifests", _is_sru, _open_sru, reader=READER, general=True
)
