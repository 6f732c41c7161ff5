"""Images of servers of level 0 that hold nothing but tiles: which of them make up the picture that is needed.

A static pyramid answers exactly the addresses that its tiles have, so region and size are those of
https://iiif.io/api/image/3.0/implementation/#3-tile-region-parameter-calculation and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from snoop_iiif.model import Image, ImageService, Size

MAX_TILES = 64


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: where it is had, and where its left upper corner lies in the joined picture."""

    url: str
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class Mosaic:
    """A whole image as tiles.

    Attributes:
        size: of the joined picture.
    """

    size: Size
    tiles: tuple[Tile, ...]


def image_tiles(image: Image, longest: int) -> Mosaic | None:
    """The tiles that join to the smallest whole picture of at least `longest` pixels, or to the largest there is.

    None where tiles are not needed (a ready size is long enough, or the server computes sizes), not known, or more than
    `MAX_TILES`.
    """
    service = image.service
    if service is None or service.level > 0 or image.region is not None:
        return None
    if not (service.tile_width and service.scale_factors and service.width and service.height):
        return None
    if any(max(size) >= min(longest, max(service.width, service.height)) for size in service.sizes):
        return None
    for factor in sorted(service.scale_factors, reverse=True):
        size = ceil(service.width / factor), ceil(service.height / factor)
        if max(size) >= longest or factor == min(service.scale_factors):
            tiles = tuple(_tiles(service, service.width, service.height, factor))
            return Mosaic(size, tiles) if 1 < len(tiles) <= MAX_TILES else None
    return None


def _tiles(service: ImageService, width: int, height: int, factor: int) -> Iterator[Tile]:
    across = service.tile_width or 0
    down = service.tile_height or across
    for top in range(0, height, down * factor):
        for left in range(0, width, across * factor):
            area = min(across * factor, width - left), min(down * factor, height - top)
            size = ceil(area[0] / factor), ceil(area[1] / factor)
            region = f"{left},{top},{area[0]},{area[1]}"
            asked = f"{size[0]},{size[1]}" if service.version == 3 else f"{size[0]},"
            quality = "native" if service.version == 1 else "default"
            url = f"{service.id}/{region}/{asked}/0/{quality}.jpg"
            yield Tile(url, left // factor, top // factor)
