"""What a collection holds, whatever version it is written in."""

from __future__ import annotations

from typing import Any, Literal

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Collection, Member
from snoop_iiif.reading.context import MAX_MEMBERS, OBJECT, JSONObject, Reading, listed, type_of
from snoop_iiif.reading.languages import language_map

Kind = Literal["manifest", "collection"]

# A member with one of these is written out in full, not only referred to.
_CONTENT = ("sequences", "items", "members", "manifests", "collections")


class Members:
    """Gathers the members of one collection, each URI once."""

    def __init__(self, document: JSONObject, reading: Reading) -> None:
        self._document = document
        self._reading = reading
        self._members: dict[str, Member] = {}

    def add(self, value: object, kind: Kind) -> None:
        """Take references, or whole documents, from one property.

        Args:
            kind: what they are where they do not say it themselves.

        Raises:
            IIIFError: more than can be read.
        """
        if isinstance(value, int):
            return  # Presentation 2.1 pages may state a count here
        found = listed(value)
        if len(self._members) + len(found) > MAX_MEMBERS:
            raise IIIFError(f"more than the {MAX_MEMBERS} members that are read of one collection")
        for item in found:
            self._add(item, kind)

    def collection(self, uri: str, version: str) -> Collection:
        """What was gathered."""
        pages = (self._reading.first_id(self._document.get(key)) for key in ("first", "next"))
        return Collection(
            uri=uri,
            version=version,
            label=language_map(self._document.get("label"), self._reading),
            members=tuple(self._members.values()),
            pages=tuple(dict.fromkeys(page for page in pages if page and page != uri)),
            quirks=tuple(self._reading.quirks),
        )

    def _add(self, item: object, kind: Kind) -> None:
        uri = self._reading.id_of(item)
        if uri is None:
            self._reading.note("member-without-id")
            return
        if not isinstance(item, OBJECT):
            self._members.setdefault(uri, Member(uri, kind, {}))
            return
        kind = {"Manifest": "manifest", "Collection": "collection"}.get(type_of(item), kind)  # type: ignore[assignment]
        known = self._members.get(uri)
        if known is None or known.document is None:
            label = language_map(item.get("label"), self._reading)
            self._members[uri] = Member(uri, kind, label, self._written_out(item))

    def _written_out(self, item: JSONObject) -> dict[str, Any] | None:
        """The member's own document, under the context it inherits, unless it is a mere reference."""
        if any(isinstance(item.get(key), list) and item[key] for key in _CONTENT):
            return {"@context": self._document.get("@context"), **item}
        return None
