"""What the readers of all versions share: the document's address, the oddities met, tolerant access to values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from snoop_iiif.errors import IIIFError

JSONObject = Mapping[str, Any]
OBJECT = (dict, Mapping)  # for isinstance, which tells a dict five times as fast as a Mapping

# A document comes from the network: without bounds a small hostile file (nested choices, ranges that hold
# each other) costs unbounded work. Real documents stay far below: the largest known manifests have some
# 10 000 canvases, collections some 100 000 members, and choices or ranges nest less than ten deep.
MAX_CANVASES = 100_000
MAX_IMAGES = 1_000  # on one canvas
MAX_RANGES = 100_000
MAX_MEMBERS = 1_000_000
MAX_METADATA = 10_000  # lines of one resource
MAX_DEPTH = 32

# what `urlsplit` would find nothing to complain of: told ten times as fast, some twenty times in a small manifest
_WEB_ADDRESS = re.compile(r"https?://[!-Z\\^-~]+\Z")


@dataclass(slots=True)
class Reading:
    """One document while it is read.

    Attributes:
        uri: against which relative ids are resolved.
        quirks: oddities met, each once, in order of appearance.
    """

    uri: str
    quirks: dict[str, None] = field(default_factory=dict)

    def note(self, quirk: str) -> None:
        """Remember an oddity."""
        self.quirks[quirk] = None

    def resolve(self, uri: object) -> str | None:
        """The absolute form of a URI, None for what is none."""
        if not isinstance(uri, str) or not uri.strip():
            return None
        stripped = uri.strip()
        if _WEB_ADDRESS.match(stripped):
            return stripped
        try:
            if urlsplit(stripped).scheme:
                return stripped
            self.note("relative-id")
            return urljoin(self.uri, stripped)
        except ValueError:  # such as an unclosed bracket of an IPv6 address
            self.note("malformed-uri")
            return None

    def id_of(self, resource: object) -> str | None:
        """The absolute id of a resource that may be an object (`id`, `@id`) or a bare string."""
        if isinstance(resource, OBJECT):
            return self.resolve(resource.get("id")) or self.resolve(resource.get("@id"))
        return self.resolve(resource)

    def address_of(self, resource: object) -> str | None:
        """The id of something to fetch; None for `rdf:nil`, `file:` and whatever else is not on the web."""
        uri = self.id_of(resource)
        if uri is not None and not uri.lower().startswith(("http://", "https://")):
            self.note("image-not-on-the-web")
            return None
        return uri

    def first_id(self, resources: object) -> str | None:
        """The first absolute id among one or several resources."""
        return next((uri for resource in listed(resources) if (uri := self.id_of(resource))), None)

    def bounded(self, resources: object, limit: int, what: str) -> list[Any]:
        """One or several values as a list.

        Raises:
            IIIFError: more than `limit` of them.
        """
        found = listed(resources)
        if len(found) > limit:
            raise IIIFError(f"{len(found)} {what} in one document, more than the {limit} that are read")
        return found


def listed(value: object) -> list[Any]:
    """One value, several or none as a list: documents write `x`, `[x]` and `null` for the same thing."""
    if value is None:
        return []
    if isinstance(value, list):
        return value  # not a copy: it is only read
    return list(value) if isinstance(value, tuple) else [value]


def objects(value: object) -> Iterator[JSONObject]:
    """The JSON objects among one or several values."""
    return iter([item for item in listed(value) if isinstance(item, OBJECT)])


def type_of(resource: JSONObject) -> str:
    """The resource's type without its prefix, such as "Manifest" for `sc:Manifest`; "" where it has none."""
    for key in ("type", "@type"):
        for name in listed(resource.get(key)):
            if isinstance(name, str):
                return name if name.isalnum() else name.rsplit(":", 1)[-1].rsplit("#", 1)[-1]
    return ""


def text_of(value: object) -> str | None:
    """A text that is not empty, or None."""
    return value.strip() or None if isinstance(value, str) else None


def pixels(value: object) -> int | None:
    """A positive whole number, also one written as text or with decimals; None for anything else."""
    if type(value) is int:  # nearly always
        return value if 0 < value < 2**31 else None
    number = seconds(value)
    return int(number) or None if number is not None and number < 2**31 else None


def seconds(value: object) -> float | None:
    """A positive finite number, also one written as text; None for anything else."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 < number < float("inf") else None


_XYWH = re.compile(r"[#&]xywh=(?:pixel:)?(\d+)(?:\.\d*)?,(\d+)(?:\.\d*)?,(\d+)(?:\.\d*)?,(\d+)")


def fragment_box(uri: str) -> tuple[int, int, int, int] | None:
    """The `xywh` media fragment of a URI in pixels, None where there is none."""
    match = _XYWH.search(uri)
    if match is None:
        return None
    left, top, width, height = (int(part) for part in match.groups())
    return (left, top, width, height) if width and height else None
