"""Addresses and texts of Presentation 2 as Presentation 3 writes them."""

from __future__ import annotations

import re
from urllib.parse import quote

from snoop_iiif.model import LanguageMap
from snoop_iiif.reading.context import Reading
from snoop_iiif.reading.languages import language_map

_LANGUAGE = re.compile(r"[a-zA-Z-]+")
_MEANT = "!#$%&'()*+,/:;=?@[]~"


def web_id(resource: object, reading: Reading) -> str | None:
    """The id of a resource as an address of the web, what may not stand in a URI escaped; None where it has none."""
    uri = reading.id_of(resource)
    if uri is None or not uri.lower().startswith("http"):
        return None
    return escaped(uri)


def escaped(uri: str) -> str:
    """An address with everything escaped that may not stand in a URI, and what is escaped already left alone."""
    return quote(uri, safe=_MEANT)


def texts(value: object, reading: Reading) -> dict[str, list[str]]:
    """A property's texts by language; tags that version 3 does not know count as no language."""
    return as_texts(language_map(value, reading))


def as_texts(found: LanguageMap) -> dict[str, list[str]]:
    """A language map as JSON."""
    named: dict[str, list[str]] = {}
    for language, values in found.items():
        named.setdefault(language if _LANGUAGE.fullmatch(language) else "none", []).extend(values)
    return named
