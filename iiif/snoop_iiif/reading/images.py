"""Images as documents describe them: bodies of painting annotations, choices, crops and thumbnails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Box, Image, ImageService, Rendition
from snoop_iiif.reading.context import (
    MAX_DEPTH,
    MAX_IMAGES,
    OBJECT,
    JSONObject,
    Reading,
    fragment_box,
    listed,
    objects,
    pixels,
    text_of,
    type_of,
)
from snoop_iiif.reading.services import read_service, service_of_url

_OTHER_MEDIA = frozenset({"Audio", "Video", "Sound", "Text", "TextualBody", "Model", "MovingImage", "Canvas"})
_ROUNDED = 1  # pixel, by which servers differ
_DISTORTED = 0.02  # share of a side, by which nobody sees that proportions differ
_IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".jp2")


def read_images(body: object, reading: Reading, version: int, depth: int = 0) -> Iterator[Image]:
    """The images of an annotation's body, the default of a choice before its alternatives.

    Args:
        body: an image, a choice, a crop, a URI, or a list of them.
        version: major version of the Presentation API.

    Raises:
        IIIFError: bodies nested too deep, or too many of them.
    """
    if depth > MAX_DEPTH:
        raise IIIFError(f"images nested more than {MAX_DEPTH} deep")
    for item in reading.bounded(body, MAX_IMAGES, "images on a canvas"):
        if isinstance(item, OBJECT) and type_of(item) == "Choice":
            reading.note("choice")
            for alternatives in ("default", "item", "items", "images"):
                yield from read_images(item.get(alternatives), reading, version, depth + 1)
        elif isinstance(item, OBJECT) and ("full" in item or "source" in item):
            yield from _cropped(item, reading, version, depth)
        else:
            image = read_image(item, reading, version)
            if image is not None:
                yield image


def read_image(resource: object, reading: Reading, version: int) -> Image | None:
    """One image; None for other media and for what has neither an address nor a service."""
    if not isinstance(resource, OBJECT):
        url = reading.address_of(resource)
        return Image(url) if url else None
    if type_of(resource) in _OTHER_MEDIA:
        return None
    url = reading.address_of(resource)
    service = read_service(resource.get("service"), reading, version) or _undeclared(resource, url, reading, version)
    media_type = text_of(resource.get("format"))
    if url is not None and service is None and not _is_image(resource, url, media_type):
        return None
    if url is None and service is None:
        return None
    if service is not None and url is not None and not url.startswith(service.id):
        reading.note("image-outside-its-service")
    width, height = pixels(resource.get("width")), pixels(resource.get("height"))
    if not (width and height) and service is not None:
        width, height = service.width, service.height
    return Image(url, media_type, width, height, service)


def _undeclared(resource: JSONObject, url: str | None, reading: Reading, version: int) -> ImageService | None:
    """The service that an image's address shows, where the document declares none, or not what it is."""
    service = service_of_url(url, version) if url else None
    if service is not None:
        reading.note("service-not-described" if resource.get("service") else "service-not-declared")
    return service


def with_renditions(images: tuple[Image, ...], thumbnail: Image | None) -> tuple[Image, ...]:
    """The images of a canvas, its static thumbnail kept with the one image that it can be a picture of.

    A thumbnail that was cropped to a square shows something else: it has to have the image's proportions.
    """
    if len(images) != 1 or thumbnail is None or thumbnail.url is None or not (thumbnail.width and thumbnail.height):
        return images
    image = images[0]
    if image.region or image.position or not (image.width and image.height) or thumbnail.url == image.url:
        return images
    expected = image.height * thumbnail.width / image.width
    if abs(expected - thumbnail.height) > _ROUNDED + thumbnail.height * _DISTORTED:
        return images
    return (replace(image, renditions=(Rendition(thumbnail.url, thumbnail.width, thumbnail.height),)),)


def read_thumbnail(value: object, reading: Reading, version: int) -> Image | None:
    """The first usable thumbnail among one or several."""
    found = (read_image(item, reading, version) for item in listed(value))
    return next((image for image in found if image is not None), None)


def on_canvas(image: Image, target: str | None) -> Image:
    """The image with its place on the canvas, where its annotation targets a part of it."""
    box = fragment_box(target) if target else None
    return replace(image, position=box) if box else image


def _is_image(resource: JSONObject, url: str, media_type: str | None) -> bool:
    """Without a service anything may be painted: trust the type, then the format, then the file's ending."""
    kind = type_of(resource)
    if kind == "Image" or (media_type or "").startswith("image/"):
        return True
    return not kind or url.lower().split("?", 1)[0].endswith(_IMAGE_ENDINGS)


def _cropped(item: JSONObject, reading: Reading, version: int, depth: int) -> Iterator[Image]:
    """A part of an image. In version 2 the crop's id is its address; in version 3 it is a mere name."""
    whole = item.get("full") or item.get("source")
    region = _selected_region(item.get("selector"))
    url = reading.address_of(item) if version == 2 else None
    if region is None:
        yield from [Image(url)] if url else read_images(whole, reading, version, depth + 1)
        return
    reading.note("image-cropped")
    image = read_image(whole, reading, version)
    if image is not None and image.service is not None:
        yield replace(image, url=url, width=region[2], height=region[3], region=region)
    elif url is not None:
        yield Image(url, width=region[2], height=region[3])
    elif image is not None:
        yield image


def _selected_region(selectors: object) -> Box | None:
    """The box of an `ImageApiSelector` or `FragmentSelector`, in pixels of the whole image."""
    for selector in objects(selectors):
        region = text_of(selector.get("region")) or (text_of(selector.get("value")) or "").removeprefix("xywh=")
        box = fragment_box(f"#xywh={region}")
        if box:
            return box
    return None
