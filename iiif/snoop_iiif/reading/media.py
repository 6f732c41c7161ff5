"""Sound and moving pictures as documents describe them: bodies of painting annotations and choices of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Medium
from snoop_iiif.reading.context import (
    MAX_DEPTH,
    MAX_IMAGES,
    OBJECT,
    JSONObject,
    Reading,
    pixels,
    seconds,
    text_of,
    type_of,
)

_KINDS: Mapping[str, Literal["sound", "video"]] = {
    "Audio": "sound",
    "Sound": "sound",
    "Video": "video",
    "MovingImage": "video",
}
_ALTERNATIVES = ("default", "item", "items")


def read_media(body: object, reading: Reading, depth: int = 0) -> Iterator[Medium]:
    """The sound and video of an annotation's body, alternatives of a choice one after the other.

    Raises:
        IIIFError: bodies nested too deep, or too many of them.
    """
    if depth > MAX_DEPTH:
        raise IIIFError(f"media nested more than {MAX_DEPTH} deep")
    for item in reading.bounded(body, MAX_IMAGES, "media on a canvas"):
        if not isinstance(item, OBJECT):
            continue
        if type_of(item) == "Choice":
            for alternatives in _ALTERNATIVES:
                yield from read_media(item.get(alternatives), reading, depth + 1)
        elif isinstance(item.get("source"), OBJECT):  # a stretch of a longer recording
            yield from read_media(item["source"], reading, depth + 1)
        elif (kind := _kind(item)) and (url := reading.address_of(item)):
            width, height = pixels(item.get("width")), pixels(item.get("height"))
            yield Medium(url, kind, text_of(item.get("format")), seconds(item.get("duration")), width, height)


def _kind(item: JSONObject) -> Literal["sound", "video"] | None:
    """The type says it; where that is missing or something else, the media type does."""
    media_type = (text_of(item.get("format")) or "").lower()
    found = _KINDS.get(type_of(item))
    if found is None and media_type.startswith(("audio/", "video/")):
        return "sound" if media_type.startswith("audio/") else "video"
    return found
