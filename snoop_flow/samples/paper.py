"""Paper and its ageing: fibres, foxing, stains, folds, darkened edges, and the bed of the scanner."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from scipy.ndimage import uniform_filter

from snoop_flow.samples.sheet import Colour, FloatArray, mix, sway

CREAM: Colour = (240, 228, 202)
IVORY: Colour = (246, 240, 224)
NEWSPRINT: Colour = (226, 214, 188)
PARCHMENT: Colour = (232, 214, 176)
GREYISH: Colour = (228, 224, 212)

_TILE = 1536
_FOXING: Colour = (150, 96, 48)


def clouds(rng: np.random.Generator, width: int, height: int, cell: float, octaves: int = 3) -> FloatArray:
    """Smooth noise, (height, width), about -1 to 1, whose largest lumps are `cell` pixels wide."""
    small_width, small_height = max(4, width // 4), max(4, height // 4)
    total = np.zeros((small_height, small_width), dtype=np.float32)
    for octave in range(octaves):
        step = max(2.0, cell / 2**octave)
        grid = rng.normal(0, 0.5, (int(height / step) + 3, int(width / step) + 3)).astype(np.float32)
        lumps = Image.fromarray(grid).resize((small_width, small_height), Image.Resampling.BICUBIC)
        total += np.asarray(lumps) / 2**octave
    return np.asarray(Image.fromarray(total).resize((width, height), Image.Resampling.BILINEAR))


@lru_cache(maxsize=1)
def _fibres() -> FloatArray:
    """One large tile of paper grain that every sheet is cut from."""
    rng = np.random.default_rng(1440)
    grain = rng.normal(0, 1, (_TILE, _TILE)).astype(np.float32)
    soft = uniform_filter(grain, 3, mode="wrap")
    laid = uniform_filter(grain, (1, 19), mode="wrap")
    return np.asarray(soft * 1.6 + laid * 1.8 + grain * 0.25, dtype=np.float32)


def sheet_of_paper(rng: np.random.Generator, width: int, height: int, colour: Colour, age: float = 1) -> Image.Image:
    """A blank sheet.

    Args:
        rng: where chance comes from.
        width: in pixels.
        height: in pixels.
        colour: of the paper where it is clean.
        age: 0 for a new sheet, 1 for a usual old one, 2 for a bad one.
    """
    top, left = rng.integers(0, _TILE - height), rng.integers(0, _TILE - width)
    light = 1 + 0.013 * _fibres()[top : top + height, left : left + width]
    light += (0.035 * age) * clouds(rng, width, height, max(width, height) / 2.5)
    light -= age * _edges(rng, width, height)
    np.clip(light, 0, 1.06, out=light)
    bands = [np.minimum(light**power * level, 255) for power, level in zip((1, 1.18, 1.6), colour, strict=True)]
    page = Image.fromarray(np.stack(bands, axis=-1).astype(np.uint8))
    return _foxed(page, rng, age)


def _edges(rng: np.random.Generator, width: int, height: int) -> FloatArray:
    """How much darker the sheet is near its four edges, where air and thumbs reach it."""
    reach = rng.uniform(0.03, 0.09) * min(width, height)
    strength = rng.uniform(0.05, 0.2, 4)
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    across = strength[0] * np.exp(-x / reach) + strength[1] * np.exp((x - width) / reach)
    down = strength[2] * np.exp(-y / reach) + strength[3] * np.exp((y - height) / reach)
    return np.asarray(across[None, :] + down[:, None], dtype=np.float32)


def _foxed(page: Image.Image, rng: np.random.Generator, age: float) -> Image.Image:
    """Rusty specks, and sometimes the ring or tide line that damp leaves."""
    width, height = page.width // 2, page.height // 2
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    for _ in range(rng.poisson(16 * age)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        radius = rng.exponential(1.6) + 0.6
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), int(rng.uniform(25, 95)))
    if rng.random() < 0.16 * age:
        x, y, radius = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.12, 0.5) * width
        pen.ellipse((x - radius, y - radius, x + radius, y + radius * 0.8), None, 42, 4)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius * 0.8), 16)
    mask = mask.filter(ImageFilter.GaussianBlur(1.4)).resize(page.size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new("RGB", page.size, _FOXING), page, mask)


def printed_on(art: Image.Image, page: Image.Image) -> Image.Image:
    """Ink on paper: where the art is white the sheet shows."""
    return ImageChops.multiply(art, page)


def folded(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The creases of a sheet that was kept folded."""
    light = Image.new("L", page.size, 255)
    pen = ImageDraw.Draw(light)
    for share in (0.5,) if rng.random() < 0.5 else (0.34, 0.67):
        y = page.height * (share + rng.normal(0, 0.006))
        pen.line((0, y, page.width, y + rng.normal(0, 3)), 196, 2)
    if rng.random() < 0.7:
        x = page.width * (0.5 + rng.normal(0, 0.006))
        pen.line((x, 0, x + rng.normal(0, 3), page.height), 200, 2)
    light = light.filter(ImageFilter.GaussianBlur(1.3))
    return ImageChops.multiply(page, Image.merge("RGB", (light, light, light)))


_BEDS: tuple[Colour, ...] = ((34, 33, 32), (58, 57, 55), (196, 194, 190), (232, 231, 228), (92, 84, 74))


def on_scanner(page: Image.Image, rng: np.random.Generator, margin: float = 0.035, tilt: float = 0.8) -> Image.Image:
    """The sheet as digitised: slightly askew on a bed, with its shadow."""
    bed = sway(_BEDS[rng.integers(len(_BEDS))], rng, 3)
    border = int(max(page.size) * rng.uniform(0.3, 1.2) * margin) + 8
    size = (page.width + 2 * border, page.height + 2 * border)
    outline = Image.new("L", page.size, 255)
    angle = float(rng.normal(0, tilt))
    turned = page.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=bed)
    mask = outline.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    corner = ((size[0] - turned.width) // 2, (size[1] - turned.height) // 2)
    scene = Image.new("RGB", size, bed)
    shadow = Image.new("L", size, 0)
    shadow.paste(mask.point(lambda level: level // 2), (corner[0] + 4, corner[1] + 5))
    scene.paste(mix(bed, (0, 0, 0), 0.7), (0, 0), shadow.filter(ImageFilter.BoxBlur(5)))
    scene.paste(turned, corner, mask)
    return scene
