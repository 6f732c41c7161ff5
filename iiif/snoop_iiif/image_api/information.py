"""info.json: what can be asked of one image."""

from __future__ import annotations

from math import ceil
from typing import Any

from snoop_iiif.errors import IIIFError
from snoop_iiif.image_api.request import FORMATS, QUALITIES, area_limit
from snoop_iiif.image_api.size import Version

TILE_SIDE = 512

# Beyond level 2; what belongs to HTTP is promised here and kept by the web server.
_FEATURES_3 = ["canonicalLinkHeader", "mirroring", "profileLinkHeader", "rotationArbitrary", "sizeUpscaling"]
_FEATURES_2 = [
    "canonicalLinkHeader",
    "mirroring",
    "profileLinkHeader",
    "regionSquare",
    "rotationArbitrary",
    "sizeAboveFull",
]
_LEVEL_2_FORMATS = ("jpg", "png")


def info(id: str, width: int, height: int, version: Version, max_area: int | None = None) -> dict[str, Any]:
    """The info.json of an image.

    `sizes` holds the whole image at every scale factor of the tiles, rounded up, the full size included (unless it
    exceeds `max_area`): viewers that find other sizes there cut or blur the image.

    Args:
        id: base URI of the image, without a slash at its end.
        width: full width in pixels.
        max_area: most pixels of one answer, as given to `render`; `area_limit` where it is left out.

    Raises:
        IIIFError: a side without a pixel.
    """
    if width < 1 or height < 1:
        raise IIIFError(f"an image of {width} x {height} pixels cannot be served")
    max_area = max_area or area_limit(width, height)
    factors = _scale_factors(width, height)
    sizes = [(ceil(width / factor), ceil(height / factor)) for factor in reversed(factors)]
    listed = [{"width": w, "height": h} for w, h in sizes if w * h <= max_area]
    tiles = [{"width": TILE_SIDE, "height": TILE_SIDE, "scaleFactors": factors}]
    common = {"protocol": "http://iiif.io/api/image", "width": width, "height": height}
    pyramid = {"sizes": listed, "tiles": tiles}
    return (_info_3 if version == 3 else _info_2)(id, common, pyramid, max_area)


def profile_link(version: Version) -> str:
    """The value of the `Link` header that names the compliance level."""
    return f'<http://iiif.io/api/image/{version}/level2.json>;rel="profile"'


def media_type_of_info(version: Version) -> str:
    """The content type of info.json for clients that accept JSON-LD; `application/json` is for all others."""
    if version == 2:
        return "application/ld+json"
    return 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'


def _info_3(id: str, common: dict[str, Any], pyramid: dict[str, Any], max_area: int) -> dict[str, Any]:
    return {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": id,
        "type": "ImageService3",
        "profile": "level2",
        **common,
        "maxArea": max_area,
        **pyramid,
        "extraFormats": [name for name in FORMATS if name not in _LEVEL_2_FORMATS],
        "extraQualities": [name for name in QUALITIES if name != "default"],
        "extraFeatures": _FEATURES_3,
    }


def _info_2(id: str, common: dict[str, Any], pyramid: dict[str, Any], max_area: int) -> dict[str, Any]:
    extras = {"formats": list(FORMATS), "qualities": list(QUALITIES), "supports": _FEATURES_2, "maxArea": max_area}
    return {
        "@context": "http://iiif.io/api/image/2/context.json",
        "@id": id,
        **common,
        "profile": ["http://iiif.io/api/image/2/level2.json", extras],
        **pyramid,
    }


def _scale_factors(width: int, height: int) -> list[int]:
    """1, 2, 4 … until the whole image fits into one tile."""
    factors = [1]
    while ceil(max(width, height) / factors[-1]) > TILE_SIDE:
        factors.append(factors[-1] * 2)
    return factors
