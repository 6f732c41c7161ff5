"""What is odd about many documents, host by host: what a report to an institution, or to oneself, has to name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Collection, Manifest
from snoop_iiif.reading import read_document


@dataclass(slots=True)
class HostSurvey:
    """The documents of one host.

    Attributes:
        host: of the documents' own ids, since copies lie elsewhere.
        versions: Presentation version → documents.
        quirks: what was odd and mended → documents that have it.
        refused: reason → documents that cannot be read for it.
        examples: quirk or reason → the address of one document that has it.
    """

    host: str
    documents: int = 0
    manifests: int = 0
    collections: int = 0
    canvases: int = 0
    images: int = 0
    media: int = 0
    members: int = 0
    versions: Counter[str] = field(default_factory=Counter)
    quirks: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, document: Manifest | Collection, uri: str) -> None:
        """Count a document that was read."""
        self.documents += 1
        self.versions[document.version] += 1
        self.add_quirks(document.quirks, uri)
        if isinstance(document, Collection):
            self.collections += 1
            self.members += len(document.members)
            return
        self.manifests += 1
        self.canvases += len(document.canvases)
        self.images += sum(len(canvas.images) for canvas in document.canvases)
        self.media += sum(len(canvas.media) for canvas in document.canvases)

    def add_quirks(self, quirks: Iterable[str], uri: str) -> None:
        """Count the oddities of one document."""
        for quirk in quirks:
            self.quirks[quirk] += 1
            self.examples.setdefault(quirk, uri)

    def refuse(self, reason: str, uri: str) -> None:
        """Count a document that cannot be read."""
        self.documents += 1
        self.refused[reason] += 1
        self.examples.setdefault(reason, uri)


def survey(documents: Iterable[tuple[str, bytes]]) -> list[HostSurvey]:
    """Read documents and group what is odd about them by host, the host with most documents first.

    Args:
        documents: the address that each came from, and its bytes.
    """
    hosts: dict[str, HostSurvey] = {}
    for uri, body in documents:
        try:
            document = read_document(body, uri)
        except IIIFError as error:
            host = host_of(_id_of(body) or uri)
            hosts.setdefault(host, HostSurvey(host)).refuse(error.reason, uri)
        else:
            host = host_of(document.uri)
            hosts.setdefault(host, HostSurvey(host)).add(document, uri)
    return by_size(hosts.values())


def by_size(hosts: Iterable[HostSurvey]) -> list[HostSurvey]:
    """Hosts in the order of a report: most documents first, then by name."""
    return sorted(hosts, key=lambda one: (-one.documents, one.host))


def host_of(uri: str) -> str:
    """The host of an address in lower case; "(no host)" for other identifiers."""
    try:
        return (urlsplit(uri).hostname or "").lower() or "(no host)"
    except ValueError:
        return "(no host)"


def _id_of(body: bytes) -> str | None:
    """The id of a document that could not be read, where it is JSON at all."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    named = (found.get("id") or found.get("@id")) if isinstance(found, dict) else None
    return named if isinstance(named, str) else None
