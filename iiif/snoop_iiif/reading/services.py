"""Image services as documents describe them: Image API 1.0 to 3, in the notations of any Presentation version."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import ImageService, Size
from snoop_iiif.reading.context import JSONObject, Reading, listed, objects, pixels, type_of

# "ImageService2", ".../api/image/2/context.json", ".../image-api/1.1/compliance.html#level2"
_VERSION = re.compile(r"ImageService([123])|/image(?:-api)?/([123])\b")
_VERSION_1_0 = re.compile(r"image-api/(?:context|compliance|conformance)")
_LEVEL = re.compile(r"level([012])")
# the whole image in its full size; other sizes are often cut-outs that somebody made once
_FULL_IMAGE = re.compile(r"(https?://[^?#]+)/full/(full|max)/0/(default|native)\.(?:jpe?g|png|webp|gif|tiff?|jp2)")


def read_service(value: object, reading: Reading, document_version: int) -> ImageService | None:
    """The best image service among one or several; other services (search, login) are passed over.

    Args:
        value: the `service` property.
        document_version: major version of the Presentation API, which decides where a service does not say.
    """
    found = [service for item in objects(value) if (service := _read(item, reading, document_version))]
    return max(found, key=lambda service: (min(service.level, 1), service.version), default=None)


def service_of_url(url: str, document_version: int) -> ImageService | None:
    """The image service that an address of a full image belongs to; None for an address of another form."""
    match = _FULL_IMAGE.fullmatch(url)
    if match is None:
        return None
    if match[3] == "native":
        return ImageService(match[1], 1, 1)
    return ImageService(match[1], 3 if match[2] == "max" and document_version >= 3 else 2, 1)


def read_information(document: JSONObject, uri: str) -> ImageService:
    """The image service that an info.json describes.

    Args:
        document: the parsed info.json, of any version.
        uri: address it came from, whose part before `/info.json` is the service where the document has no id.

    Raises:
        IIIFError: it describes no image service, or no image.
    """
    reading = Reading(uri)
    base = uri.removesuffix("/info.json").rstrip("/")
    named = {**document, "id": reading.id_of(document) or _id_of_1_0(document) or base}
    named.pop("@id", None)
    if not (document.get("protocol") or document.get("profile") or document.get("@context")):
        raise IIIFError("no info.json of an image service: it has neither protocol nor profile")
    service = _read({"protocol": "http://iiif.io/api/image", **named}, reading, 2)
    if service is None or not (service.width and service.height):
        raise IIIFError("an info.json without the size of its image")
    return service


def _id_of_1_0(document: JSONObject) -> str | None:
    """Version 1.0 has an identifier, and a host only sometimes."""
    host, name = document.get("image_host"), document.get("identifier")
    return f"{str(host).rstrip('/')}/{name}" if host and name else None


def _read(item: JSONObject, reading: Reading, document_version: int) -> ImageService | None:
    profiles = " ".join(profile for profile in listed(item.get("profile")) if isinstance(profile, str))
    version = _version(item, profiles)
    level = _LEVEL.search(profiles)
    uri = reading.address_of(item)
    if uri is None or not (version or level or item.get("protocol") == "http://iiif.io/api/image"):
        return None
    if version is None:
        version = 3 if document_version >= 3 and "id" in item else 2
    if version < 3 <= document_version:
        reading.note(f"image-api-{version}-service")
    limits = _limits(item)
    tiles = [tile for tile in objects(item.get("tiles")) if pixels(tile.get("width"))]
    base = uri.split("?", 1)[0].split("#", 1)[0] if uri.endswith("#") or "/info.json?" in uri else uri
    return ImageService(
        id=base.removesuffix("/info.json").rstrip("/"),
        version=version,
        level=_level_of(level),
        width=pixels(item.get("width")),
        height=pixels(item.get("height")),
        sizes=_sizes(item),
        tile_width=(pixels(tiles[0].get("width")) if tiles else pixels(item.get("tile_width"))),
        tile_height=(pixels(tiles[0].get("height")) if tiles else pixels(item.get("tile_height"))),
        scale_factors=_scale_factors(tiles[0] if tiles else item),
        max_width=limits.get("maxWidth"),
        max_height=limits.get("maxHeight"),
        max_area=limits.get("maxArea"),
    )


def _version(item: JSONObject, profiles: str) -> Literal[1, 2, 3] | None:
    """The type and the context say it; profiles come last, since servers copy those of older versions."""
    contexts = " ".join(str(context) for context in listed(item.get("@context")))
    for text in (type_of(item), str(item.get("type", "")), contexts, profiles):
        if text and (version := _version_in(text)):
            return version
    return None


@lru_cache(maxsize=1024)
def _version_in(text: str) -> Literal[1, 2, 3] | None:
    match = _VERSION.search(text)
    if match:
        return {"1": 1, "2": 2, "3": 3}[match[1] or match[2]]  # type: ignore[return-value]
    return 1 if _VERSION_1_0.search(text) else None


def _level_of(match: re.Match[str] | None) -> Literal[0, 1, 2]:
    if match is None:
        return 1  # what nearly every server without a profile turns out to be
    return {"0": 0, "1": 1, "2": 2}[match[1]]  # type: ignore[return-value]


def _sizes(item: JSONObject) -> tuple[Size, ...]:
    pairs = ((pixels(size.get("width")), pixels(size.get("height"))) for size in objects(item.get("sizes")))
    return tuple(sorted({(width, height) for width, height in pairs if width and height}))


def _scale_factors(tile: JSONObject) -> tuple[int, ...]:
    factors = listed(tile.get("scaleFactors") or tile.get("scale_factors"))
    return tuple(sorted({number for factor in factors if (number := pixels(factor))}))


def _limits(item: JSONObject) -> dict[str, int]:
    """Version 3 writes the limits beside the profile, version 2 inside it."""
    places = (item, *objects(item.get("profile")))
    return {
        name: number
        for name in ("maxWidth", "maxHeight", "maxArea")
        for place in places
        if (number := pixels(place.get(name)))
    }
