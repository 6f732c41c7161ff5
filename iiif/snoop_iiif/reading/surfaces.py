"""What manifests of all versions need for their canvases: an identity, a size, and a last look at the whole."""

from __future__ import annotations

from collections.abc import Sequence

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Canvas, Image, Size
from snoop_iiif.reading.context import JSONObject, Reading, pixels, seconds


def document_uri(document: JSONObject, reading: Reading) -> str:
    """The document's own id, which is its identity; where it has none, the address it came from."""
    uri = reading.id_of(document)
    if uri is None:
        reading.note("document-without-id")
        return reading.uri
    return uri


def canvas_uri(item: JSONObject, targets: Sequence[str], manifest_uri: str, number: int, reading: Reading) -> str:
    """The canvas's id; where it has none, what its images target; at last one made from its position.

    Args:
        targets: URIs that the canvas's annotations point at.
        number: position in the manifest, from 1.
    """
    uri = reading.id_of(item)
    if uri is not None:
        return uri
    reading.note("canvas-without-id")
    return targets[0].split("#", 1)[0] if targets else f"{manifest_uri}#canvas-{number}"


def canvas_size(item: JSONObject, images: Sequence[Image], reading: Reading) -> Size | tuple[None, None]:
    """Width and height of a canvas; where it states none, those of its main image (the rule of viewers)."""
    width, height = pixels(item.get("width")), pixels(item.get("height"))
    if width and height:
        return width, height
    if not images and seconds(item.get("duration")):
        return None, None  # sound has no surface
    reading.note("canvas-without-size")
    if images and images[0].width and images[0].height:
        if width:
            return width, round(images[0].height * width / images[0].width) or 1
        return images[0].width, images[0].height
    return None, None


def checked_canvases(canvases: Sequence[Canvas], document: JSONObject, reading: Reading) -> tuple[Canvas, ...]:
    """The canvases, each URI once (several sequences repeat them in another order), their oddities noted.

    Raises:
        IIIFError: there is none.
    """
    if not canvases:
        raise IIIFError(f"a manifest without canvases ({_what_instead(document)})")
    once: dict[str, Canvas] = {}
    for canvas in canvases:
        if once.setdefault(canvas.uri, canvas) is not canvas:
            reading.note("canvas-id-repeated")
        else:
            _note_images(canvas, reading)
    return tuple(once.values())


def _note_images(canvas: Canvas, reading: Reading) -> None:
    if not canvas.images:
        lacking = canvas.duration is None and not canvas.media
        reading.note("canvas-without-image" if lacking else "audio-or-video")
        return
    if len(canvas.images) > 1:
        reading.note("several-images")
    main = canvas.images[0]
    if main.service is None:
        reading.note("image-without-service")
    if main.position is not None:
        reading.note("image-on-part-of-canvas")
    elif main.width and main.height and (main.width, main.height) != (canvas.width, canvas.height):
        reading.note("size-differs")


def _what_instead(document: JSONObject) -> str:
    for key in ("sequences", "items", "mediaSequences", "rendering"):
        if key in document:
            return f"its {key} hold none" if key in ("sequences", "items") else f"it has {key} instead"
    return "it has no sequences or items"
