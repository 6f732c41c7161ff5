"""Pictures to try a backbone on: drawn here, of every shape that an archive has."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

SIZES = ((320, 240), (240, 320), (64, 64), (1, 1), (1200, 40), (30, 900), (1000, 1000), (17, 23))


def pictures(count: int = len(SIZES), seed: int = 0) -> list[Image.Image]:
    """Draw RGB pictures: lines, blots and letters on paper of several tones, from 1 × 1 to 1200 × 40 pixels."""
    rng = np.random.default_rng(seed)
    return [_drawing(SIZES[place % len(SIZES)], rng) for place in range(count)]


def _drawing(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", size, _colour(rng, 150, 256))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(4, 12)):
        across, down = np.sort(rng.integers(0, size[0], 2)).tolist(), np.sort(rng.integers(0, size[1], 2)).tolist()
        box = (across[0], down[0], across[1], down[1])
        shape = rng.integers(3)
        if shape == 0:
            draw.ellipse(box, outline=_colour(rng, 0, 120), fill=_colour(rng, 0, 256))
        elif shape == 1:
            draw.line(box, fill=_colour(rng, 0, 120), width=int(rng.integers(1, 6)))
        else:
            draw.text(box[:2], "snoop flow", fill=_colour(rng, 0, 120))
    return picture


def _colour(rng: np.random.Generator, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = rng.integers(low, high, 3).tolist()
    return red, green, blue
