"""An image request as an object, and its canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from snoop_iiif.errors import ImageRequestError
from snoop_iiif.image_api.region import NUMBER, Region
from snoop_iiif.image_api.size import SizeRequest, Version

MAX_AREA = 64_000_000
"""Most pixels in one answer (200 MB while it is made), so that no request exhausts the server's memory."""

_MAX_ENLARGED_AREA = 16_000_000

Quality = Literal["default", "color", "gray", "bitonal"]
Format = Literal["jpg", "png", "webp", "gif", "tif"]

QUALITIES: tuple[Quality, ...] = ("default", "color", "gray", "bitonal")
FORMATS: tuple[Format, ...] = ("jpg", "png", "webp", "gif", "tif")
_KNOWN_FORMATS = ("jp2", "pdf")
_ROTATION = re.compile(rf"(!?)({NUMBER})")


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """What one address of the Image API asks for.

    Attributes:
        mirrored: flipped left to right, before it is turned.
        degrees: turned clockwise by, 0 to 360.
    """

    version: Version
    region: Region
    size: SizeRequest
    mirrored: bool
    degrees: float
    quality: Quality
    format: Format

    @classmethod
    def parse(cls, version: Version, region: str, size: str, rotation: str, quality_format: str) -> ImageRequest:
        """Read the last four segments of an address, percent-decoded.

        Raises:
            ImageRequestError: 400 or 501, one line saying which parameter is wrong.
        """
        mirrored, degrees = _rotation(rotation)
        quality, _, file_format = quality_format.rpartition(".")
        return cls(
            version,
            Region.parse(region),
            SizeRequest.parse(size, version),
            mirrored,
            degrees,
            _quality(quality),
            _format(file_format),
        )


def area_limit(width: int, height: int) -> int:
    """Most pixels in one answer for an image of this size: all it has, up to `MAX_AREA`; small ones may be enlarged.

    Without the second rule `^max` would make 64 million pixels of any thumbnail.
    """
    return min(MAX_AREA, max(width * height, _MAX_ENLARGED_AREA))


def canonical_path(request: ImageRequest, width: int, height: int, max_area: int | None = None) -> str:
    """The one address, `region/size/rotation/quality.format`, among all that give the same picture.

    Args:
        width: of the whole image.
        max_area: most pixels of one answer; `area_limit` where it is left out.

    Raises:
        ImageRequestError: 400, there is no such picture.
    """
    box = request.region.box(width, height)
    max_area = max_area or area_limit(width, height)
    size = request.size.of(box[2:], max_area)
    region = "full" if box == (0, 0, width, height) else ",".join(str(number) for number in box)
    rotation = ("!" if request.mirrored else "") + f"{request.degrees % 360:.10g}"
    return f"{region}/{_canonical_size(request, box[2:], size, max_area)}/{rotation}/{request.quality}.{request.format}"


def _canonical_size(request: ImageRequest, region: tuple[int, int], size: tuple[int, int], max_area: int) -> str:
    if request.version == 3:
        if size == SizeRequest("max").of(region, max_area):
            return "max"
        if size == SizeRequest("max", enlarge=True).of(region, max_area):
            return "^max"
        enlarged = size[0] > region[0] or size[1] > region[1]
        return f"{'^' if enlarged else ''}{size[0]},{size[1]}"
    if size == region:
        return "full"
    proportional = SizeRequest("sides", size[0], enlarge=True).of(region, 2**62)
    return f"{size[0]}," if proportional == size else f"{size[0]},{size[1]}"


def _rotation(text: str) -> tuple[bool, float]:
    match = _ROTATION.fullmatch(text)
    if match is None or float(match[2]) > 360:
        raise ImageRequestError(400, f"rotation {text[:60]!r} is not a number from 0 to 360, maybe after a !")
    return bool(match[1]), float(match[2])


def _quality(text: str) -> Quality:
    for quality in QUALITIES:
        if text == quality:
            return quality
    raise ImageRequestError(400, f"quality {text[:60]!r} is none of {', '.join(QUALITIES)}")


def _format(text: str) -> Format:
    for file_format in FORMATS:
        if text == file_format:
            return file_format
    if text in _KNOWN_FORMATS:
        raise ImageRequestError(501, f"the format {text} is not offered; take one of {', '.join(FORMATS)}")
    raise ImageRequestError(400, f"format {text[:60]!r} is none of {', '.join(FORMATS)}")
