"""From a frame to the JPEG of a still: upright, with square pixels, without the comb of interlaced film."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

QUALITY = 88
WRITING = 48  # grey levels above the ground
SHARE = 0.0005  # of the pixels


def jpeg_of(frame: Any, size: tuple[int, int], longest: int) -> bytes:
    """A frame as JPEG.

    Args:
        size: width and height as it is shown.
        longest: of its sides in pixels at most; it is never enlarged beyond the size it is shown at.
    """
    shrink = min(1.0, longest / max(size))
    width, height = (max(1, round(side * shrink)) for side in size)
    turned = frame.rotation % 180 != 0
    wide, high = (height, width) if turned else (width, height)
    if frame.interlaced_frame:
        picture = _one_field(frame, (wide, high))
    else:
        picture = Image.fromarray(frame.reformat(wide, high, "rgb24", interpolation="AREA").to_ndarray())
    if frame.rotation % 360:
        picture = picture.rotate(frame.rotation, expand=True)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def has_writing(frame: Any) -> bool:
    """Whether something bright stands on a black frame, such as a title, which its stamp is too small to show."""
    lines = frame.reformat(format="gray").to_ndarray()
    bright = lines > int(np.median(lines)) + WRITING
    return int(np.count_nonzero(bright)) > SHARE * int(lines.size)


def _one_field(frame: Any, size: tuple[int, int]) -> Image.Image:
    """Every other line: with all of them, two moments would be seen at once."""
    lines = frame.reformat(format="rgb24").to_ndarray()[::2]
    return Image.fromarray(lines).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
