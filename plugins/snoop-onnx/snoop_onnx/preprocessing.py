"""An image → the array that a model takes, with Pillow and numpy only."""

from __future__ import annotations

import numpy as np
from PIL import Image

from snoop_flow.plugin_types import FloatArray
from snoop_onnx.description import Description


def prepare(image: Image.Image, wanted: Description) -> FloatArray:
    """Resize, scale and lay out an image: (3, H, W) float32, or (H, W, 3) for the layout `nhwc`."""
    pixels = np.asarray(_resized(image.convert("RGB"), wanted), np.float32)
    if wanted.channel_order == "bgr":
        pixels = pixels[..., ::-1]
    mean, std = np.array(wanted.mean, np.float32), np.array(wanted.std, np.float32)
    # one multiplication and one addition a pixel: (x / 255 - mean) / std
    scaled = pixels * (1 / (255 * std)) - mean / std
    laid = scaled.transpose(2, 0, 1) if wanted.layout == "nchw" else scaled
    return np.ascontiguousarray(laid, dtype=np.float32)


def _resized(image: Image.Image, wanted: Description) -> Image.Image:
    height, width = wanted.input_size
    how = Image.Resampling[wanted.interpolation.upper()]
    if wanted.resize == "crop":
        return image.resize((width, height), how, box=_centre(image.size, (width, height)))
    if wanted.resize == "pad":
        return _padded(image, (width, height), how, _background(wanted))
    return image.resize((width, height), how)


def _centre(size: tuple[int, int], shape: tuple[int, int]) -> tuple[float, float, float, float]:
    """The largest box of a shape's proportions in the middle of an image, in its pixels."""
    scale = min(size[0] / shape[0], size[1] / shape[1])
    width, height = shape[0] * scale, shape[1] * scale
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return max(0.0, left), max(0.0, top), min(left + width, size[0]), min(top + height, size[1])


def _padded(
    image: Image.Image, shape: tuple[int, int], how: Image.Resampling, colour: tuple[int, int, int]
) -> Image.Image:
    scale = min(shape[0] / image.width, shape[1] / image.height)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    canvas = Image.new("RGB", shape, colour)
    canvas.paste(image.resize(inner, how), ((shape[0] - inner[0]) // 2, (shape[1] - inner[1]) // 2))
    return canvas


def _background(wanted: Description) -> tuple[int, int, int]:
    """The mean colour in RGB, which the model sees as zero."""
    mean = wanted.mean if wanted.channel_order == "rgb" else wanted.mean[::-1]
    red, green, blue = (min(255, max(0, round(255 * one))) for one in mean)
    return red, green, blue
