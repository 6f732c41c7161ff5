"""Tones turned into lines, as a burin does it: hatching that swells with the dark and crosses in the shadows."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from snoop_flow.samples.paper import clouds
from snoop_flow.samples.sheet import WHITE, Colour, FloatArray


def engrave(
    picture: Image.Image, rng: np.random.Generator, pitch: float = 4.4, degrees: float = 20, wander: float = 5
) -> FloatArray:
    """Render a picture as lines: the share of ink in each pixel, (h, w), 0 to 1.

    Args:
        picture: what to show; its darkest lines are kept as they are.
        rng: where chance comes from.
        pitch: pixels from line to line.
        degrees: direction of the first set of lines.
        wander: pixels by which lines bend away from straight.
    """
    grey = picture.convert("L")
    sharp = _darkness(grey)
    tones, form = (_darkness(grey.filter(ImageFilter.GaussianBlur(radius))) for radius in (1.0, 9.0))
    height, width = tones.shape
    bend = clouds(rng, width, height, max(width, height) / 3, 2) * np.float32(wander) + form * np.float32(pitch * 2.6)
    steep = np.float32(pitch * 0.5)
    ink = np.clip((tones * np.float32(0.95) - _lines(bend, pitch, degrees)) * steep + np.float32(0.4), 0, 1)
    deep = np.clip((tones - np.float32(0.4)) * np.float32(1.2), 0, 0.7)
    cross = np.clip((deep - _lines(bend, pitch * 0.93, degrees + 58)) * steep + np.float32(0.3), 0, 1) * (deep > 0)
    drawn = np.clip((sharp - np.float32(0.66)) * np.float32(5), 0, 1)
    return np.asarray(np.maximum(np.maximum(ink * (tones > np.float32(0.05)), cross), drawn))


def _darkness(grey: Image.Image) -> FloatArray:
    return np.asarray(1 - np.asarray(grey, dtype=np.float32) / 255)


def _lines(bend: FloatArray, pitch: float, degrees: float) -> FloatArray:
    """Distance to the middle of the nearest line, 0 on it and 1 half-way to the next."""
    height, width = bend.shape
    turn = np.radians(degrees)
    across = np.arange(width, dtype=np.float32) * np.float32(np.sin(turn))
    down = np.arange(height, dtype=np.float32) * np.float32(np.cos(turn))
    phase = (bend + across[None, :] + down[:, None]) * np.float32(1 / pitch)
    return np.asarray(np.abs(phase - np.floor(phase) - np.float32(0.5)) * np.float32(2))


def inked(ink: FloatArray, colour: Colour) -> Image.Image:
    """White art with the ink on it."""
    mask = Image.fromarray((ink * 235).astype(np.uint8))
    return Image.composite(Image.new("RGB", mask.size, colour), Image.new("RGB", mask.size, WHITE), mask)
