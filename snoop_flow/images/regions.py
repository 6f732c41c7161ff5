"""Cutting a region out of a picture by the selector that is stored with an item."""

from __future__ import annotations

import math
import re

from PIL import Image

from snoop_flow.errors import FailureKind, SourceError

Box = tuple[float, float, float, float]

_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{0,9})?)"
_XYWH = re.compile(rf"(?:^|[#&])xywh=(pixel:|percent:)?{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}(?=&|$)")


def crop(image: Image.Image, selector: str, canvas_size: tuple[int, int]) -> Image.Image:
    """Cut out what a selector names; the whole image when it names no area.

    Args:
        image: the picture of the whole canvas, in any resolution.
        selector: a media fragment (https://www.w3.org/TR/media-frags/) in canvas pixels or percent.
        canvas_size: width and height of the canvas in its own pixels.

    Raises:
        SourceError: INVALID when the selector has no area on the canvas.
    """
    box = parse_box(selector, canvas_size)
    if box is None:
        return image
    across, down = image.width / canvas_size[0], image.height / canvas_size[1]
    x, y, width, height = box
    left, top = math.floor(x * across), math.floor(y * down)
    right, bottom = math.ceil((x + width) * across), math.ceil((y + height) * down)
    return image.crop((left, top, min(right, image.width), min(bottom, image.height)))


def parse_box(selector: str, canvas_size: tuple[int, int]) -> Box | None:
    """Read the area of a selector as x, y, width, height in canvas pixels, clipped to the canvas.

    Raises:
        SourceError: INVALID when it is malformed or lies outside the canvas.
    """
    if "xywh=" not in selector:
        return None
    match = _XYWH.search(selector)
    if match is None or min(canvas_size) < 1:
        raise SourceError(FailureKind.INVALID, selector[:200], "not a selector of the form xywh=x,y,width,height")
    unit = (canvas_size[0] / 100, canvas_size[1] / 100) if match[1] == "percent:" else (1.0, 1.0)
    x, y = float(match[2]) * unit[0], float(match[3]) * unit[1]
    width = min(float(match[4]) * unit[0], canvas_size[0] - x)
    height = min(float(match[5]) * unit[1], canvas_size[1] - y)
    if width <= 0 or height <= 0:
        size = f"{canvas_size[0]} × {canvas_size[1]}"
        raise SourceError(FailureKind.INVALID, selector[:200], f"has no area on a canvas of {size}")
    return x, y, width, height
