"""Which address to ask for an image of about the size one needs, and how boxes move from image to canvas.

Hosts differ in what they refuse, so the rules are: what is ready on the server comes before what it has to
compute, never more than the reported size or the stated limits, and only the forms of size that every server of
the given version and level has to support. See the `size` parameter of https://iiif.io/api/image/3.0/#42-size.
"""

from __future__ import annotations

from math import ceil, floor, sqrt

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Box, Canvas, Image, ImageService, Size

_SPARE = 2  # a size that is ready may be this many times too long before computing the right one is worth it


def image_url(image: Image, longest: int) -> str:
    """The address of the image with its longest side about `longest` pixels, or the next larger one there is.

    A static picture of a fitting size comes first, then a size that is ready, then one that has to be computed. An
    image that is smaller comes in its full size. Without an image service the one fixed address is all there is. Of a
    server of level 0 that has only tiles, `image_tiles` says which.

    Raises:
        IIIFError: the image has neither an address nor a service, or `longest` is not positive.
    """
    if longest < 1:
        raise IIIFError(f"an image of {longest} pixels was asked for")
    rendition = _ready_rendition(image, longest)
    if rendition is not None:
        return rendition
    service = image.service
    if service is None or (image.region is not None and service.level == 0):
        if image.url is None:
            raise IIIFError("the image has no address that its server supports")
        return image.url
    ready = None if image.region else _ready_size(service, longest)
    if ready is not None:
        return _url(service, _listed_size(service, ready))
    if service.level == 0:
        return image.url or _url(service, _full(service))
    full = (image.width, image.height) if image.region else _full_size(image, service)
    return _url(service, _computed_size(service, full, longest), image.region)


def thumbnail_url(canvas: Canvas, longest: int = 300) -> str | None:
    """The address of a small picture of a canvas; None for sound and for canvases without an image.

    The institution's own thumbnail is preferred, unless it is known to be less than half of what is asked.
    """
    thumbnail = canvas.thumbnail
    if thumbnail is not None and (not canvas.images or not _too_small(thumbnail, longest)):
        return image_url(thumbnail, longest)
    return image_url(canvas.images[0], longest) if canvas.images else None


def canvas_box(
    box: tuple[float, float, float, float], image_size: Size, canvas_size: Size, position: Box | None = None
) -> Box:
    """A box on an image as whole units of its canvas, inside the canvas, at least one unit each way.

    Args:
        box: left, top, width, height in pixels of an image of `image_size` (whichever size was fetched).
        position: the part of the canvas the image is painted on (`Image.position`); None for all of it.

    Raises:
        IIIFError: a size without extent.
    """
    if min(*image_size, *canvas_size) < 1:
        raise IIIFError(f"no box can be moved from an image of {image_size} to a canvas of {canvas_size}")
    left, top, width, height = position or (0, 0, *canvas_size)
    across, down = width / image_size[0], height / image_size[1]
    x, w = _span(left + box[0] * across, left + (box[0] + box[2]) * across, canvas_size[0])
    y, h = _span(top + box[1] * down, top + (box[1] + box[3]) * down, canvas_size[1])
    return x, y, w, h


def _span(start: float, end: float, limit: int) -> tuple[int, int]:
    first = min(max(round(start), 0), limit - 1)
    return first, max(min(round(end), limit) - first, 1)


def _too_small(thumbnail: Image, longest: int) -> bool:
    sides = [side for side in (thumbnail.width, thumbnail.height) if side]
    return thumbnail.service is None and bool(sides) and max(sides) * _SPARE < longest


def _ready_rendition(image: Image, longest: int) -> str | None:
    """The smallest static picture that is long enough, unless it is much too long."""
    longer = {max(one.width, one.height): one.url for one in image.renditions}
    enough = [side for side in longer if longest <= side <= longest * _SPARE]
    return longer[min(enough)] if enough else None


def _full_size(image: Image, service: ImageService) -> tuple[int | None, int | None]:
    """What the server says of its image counts more than what the manifest says."""
    if service.width and service.height:
        return service.width, service.height
    return image.width, image.height


def _ready_size(service: ImageService, longest: int) -> Size | None:
    """The smallest whole-image size that is ready on the server and long enough.

    A server of level 0 has nothing else, so there the largest one has to do when none is long enough.
    """
    sizes = list(service.sizes) + (_single_tiles(service) if service.level == 0 else [])
    if service.width and service.height:
        allowed = _longest_allowed(service, service.width, service.height)
        sizes = [size for size in sizes if max(size) <= allowed]
    enough = [size for size in sizes if max(size) >= longest]
    if service.level == 0:
        return min(enough, key=max) if enough else max(sizes, key=max, default=None)
    return min((size for size in enough if max(size) <= longest * _SPARE), key=max, default=None)


def _single_tiles(service: ImageService) -> list[Size]:
    """Whole-image sizes that exist as one tile: static pyramids hold them even when they list no sizes."""
    if not (service.tile_width and service.width and service.height):
        return []
    sizes = [(ceil(service.width / factor), ceil(service.height / factor)) for factor in service.scale_factors]
    return [size for size in sizes if max(size) <= service.tile_width]


def _listed_size(service: ImageService, size: Size) -> str:
    """The form of `size` in which ready sizes are stored: `w,h` in version 3, `w,` before."""
    if size == (service.width, service.height):
        return _full(service)
    return f"{size[0]},{size[1]}" if service.version == 3 else f"{size[0]},"


def _computed_size(service: ImageService, full: tuple[int | None, int | None], longest: int) -> str:
    width, height = full
    if not width or not height:
        return _size_unseen(service, longest)
    allowed = _longest_allowed(service, width, height)
    target = min(longest, max(width, height), allowed)
    if target == max(width, height):
        return _full(service)
    return f"{target}," if width >= height else f",{target}"


def _size_unseen(service: ImageService, longest: int) -> str:
    """Of an image whose size nobody stated: confined where the level has it, since `w,` might enlarge."""
    limits = [limit for limit in (service.max_width, service.max_height) if limit]
    if service.max_area:
        limits.append(floor(sqrt(service.max_area)))
    side = min([longest, *limits])
    return f"!{side},{side}" if service.level == 2 else f"{side},"


def _longest_allowed(service: ImageService, width: int, height: int) -> int:
    """The longest side of an answer within the server's limits, for an image of these proportions."""
    scale = 1.0
    if service.max_width:
        scale = min(scale, service.max_width / width)
    limit = service.max_height or service.max_width
    if limit:
        scale = min(scale, limit / height)
    if service.max_area and service.max_area < width * height:
        longer, shorter = max(width, height), min(width, height)
        side = floor(longer * sqrt(service.max_area / (width * height)))
        while side > 1 and side * ceil(side * shorter / longer) > service.max_area:
            side -= 1  # the server may round the other side up
        scale = min(scale, side / longer)
    return max(floor(max(width, height) * scale), 1)


def _full(service: ImageService) -> str:
    return "max" if service.version == 3 else "full"


def _url(service: ImageService, size: str, region: Box | None = None) -> str:
    area = ",".join(str(number) for number in region) if region else "full"
    quality = "native" if service.version == 1 else "default"
    return f"{service.id}/{area}/{size}/0/{quality}.jpg"
