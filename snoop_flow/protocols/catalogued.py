"""Descriptions in Dublin Core, and the manifest that a description leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.protocols.xml import Element, local_name

_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_ARK = re.compile(r"ark:/?(\d{5,9})/([0-9A-Za-z=~*+@_$%-]+)")
_MOST_TEXTS = 200
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Described:
    """A record of a catalogue.

    Attributes:
        identifier: in the catalogue.
        fields: Dublin Core element → texts, in the catalogue's order.
        addresses: of the web, from all texts and attributes of the record, each once.
    """

    identifier: str
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()

    def as_hint(self) -> dict[str, Any]:
        """As small JSON, to be kept until the record is read."""
        return {"identifier": self.identifier, "fields": dict(self.fields), "addresses": list(self.addresses)}

    @classmethod
    def from_hint(cls, hint: Mapping[str, Any]) -> Described:
        """Back from `as_hint`."""
        fields = {name: tuple(texts) for name, texts in hint.get("fields", {}).items()}
        return cls(str(hint.get("identifier", "")), fields, tuple(hint.get("addresses", ())))

    @property
    def ark(self) -> str:
        """The first ARK in the identifier or in an address, as `ark:/12148/btv1b1`; "" where there is none."""
        for text in (self.identifier, *self.fields.get("identifier", ()), *self.addresses):
            if match := _ARK.search(text):
                return f"ark:/{match[1]}/{match[2]}"
        return ""


def read_description(identifier: str, root: Element | None) -> Described:
    """What a metadata record of any format says: its Dublin Core, and every address in it."""
    fields: dict[str, list[str]] = {}
    addresses: dict[str, None] = {}
    for element in root.iter() if root is not None else ():
        name = local_name(element)
        if not name:
            continue
        text = " ".join((element.text or "").split())[:_LONGEST]
        if text and str(element.tag).startswith(f"{{{_DUBLIN_CORE}}}"):
            kept = fields.setdefault(name, [])
            if len(kept) < _MOST_TEXTS and text not in kept:
                kept.append(text)
        for found in (text, *map(str, element.attrib.values())):
            addresses |= dict.fromkeys(one.rstrip(".,;)") for one in _ADDRESS.findall(found))
    named = {name: tuple(texts) for name, texts in fields.items()}
    return Described(identifier, named, tuple(list(addresses)[:_MOST_TEXTS]))


def manifest_address(described: Described, template: str = "") -> str:
    """Where the IIIF manifest of a catalogue's record is.

    Args:
        template: of the address, with `{id}` for the identifier, `{local}` for its part after the last colon, `{last}`
            for the last part of the first address, `{ark}` for the ARK; "" to look among the record's addresses.

    Raises:
        SourceError: INVALID where there is none.
    """
    if template:
        return _filled(template, described)
    likely = [one for one in described.addresses if _is_manifest(one)]
    if likely:
        return likely[0]
    reason = (
        "the record names no IIIF manifest; say where it is by adding #manifest= and a template to the source's "
        "address, as in #manifest=https://iiif.example.org/{local}/manifest"
    )
    raise SourceError(FailureKind.INVALID, described.identifier, reason)


def _filled(template: str, described: Described) -> str:
    last = next((one.rstrip("/").rsplit("/", 1)[-1] for one in _own(described.addresses)), "")
    local = described.identifier.rsplit(":", 1)[-1]
    values = {"{id}": described.identifier, "{local}": local, "{last}": last, "{ark}": described.ark}
    filled = template
    for name, value in values.items():
        if name in template and not value:
            raise SourceError(FailureKind.INVALID, described.identifier, f"the record has nothing to put for {name}")
        filled = filled.replace(name, value)
    return filled


def _own(addresses: Sequence[str]) -> Iterable[str]:
    return (one for one in addresses if "purl.org/" not in one and "openarchives.org/" not in one)


def _is_manifest(address: str) -> bool:
    path = address.split("?", 1)[0].rstrip("/").lower()
    return path.endswith(("/manifest", "/manifest.json")) or ("iiif" in path and "manifest" in path)
