"""Landscapes in three techniques: copper engraving, albumen print or cyanotype, and tinted postcard."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from snoop_flow.samples.engraver import engrave, inked
from snoop_flow.samples.lettering import banner, handwriting, write
from snoop_flow.samples.paper import CREAM, GREYISH, IVORY, PARCHMENT, clouds, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.scenery import GREY, TINTED, landscape
from snoop_flow.samples.sheet import Colour, FloatArray, Sheet, mix, sway
from snoop_flow.samples.words import PEOPLE, PLACES, of, pick

_INKS: tuple[Colour, ...] = ((34, 28, 24), (58, 38, 24), (44, 44, 50))


def draw_engraving(rng: np.random.Generator, motif: str) -> Image.Image:
    """A view engraved on copper, with plate mark and caption."""
    upright = rng.random() < 0.3
    width, height = (660, 900) if upright else (900, int(rng.integers(640, 720)))
    edge = int(rng.integers(56, 90))
    bounds = (edge, edge, width - edge, height - edge - 50)
    drawing = Sheet(width, height)
    landscape(drawing, bounds, GREY, motif, rng)
    ink = engrave(drawing.finish(), rng, rng.uniform(3.6, 5.2), rng.uniform(-35, 35), rng.uniform(3, 9))
    colour = sway(_INKS[rng.integers(len(_INKS))], rng, 4)
    art = inked(ink, colour)
    lettered = Sheet(width, height)
    _plate(lettered, bounds, colour, rng)
    art = ImageChops.multiply(art, lettered.finish())
    paper = sheet_of_paper(rng, width, height, (CREAM, IVORY, GREYISH)[rng.integers(3)], rng.uniform(0.6, 1.7))
    page = printed_on(art, paper)
    return on_scanner(page, rng) if rng.random() < 0.4 else page


def _plate(sheet: Sheet, bounds: tuple[float, float, float, float], colour: Colour, rng: np.random.Generator) -> None:
    """Neat lines, the bitten edge of the copper, and the words under the picture."""
    left, top, right, bottom = bounds
    sheet.box(bounds, None, colour, 1.4)
    if rng.random() < 0.6:
        sheet.box((left - 5, top - 5, right + 5, bottom + 5), None, colour, 0.6)
    sheet.box((left - 24, top - 24, right + 24, bottom + 74), None, (222, 218, 210), 2.5, 8)
    title = f"Vue {of(pick(rng, PLACES))}"
    middle = (left + right) / 2
    half = min(len(title) * 8.5, (right - left) * 0.4)
    banner(sheet, (middle - half, bottom + 16, middle + half, bottom + 38), title, colour, 0.25)
    write(sheet, (left, bottom + 12), f"{pick(rng, PEOPLE)} del.", 9, colour, "lm")
    write(sheet, (right, bottom + 12), f"{pick(rng, PEOPLE)} sculp.", 9, colour, "rm")


def draw_photograph(rng: np.random.Generator, motif: str) -> Image.Image:
    """A landscape photograph of the nineteenth century on its mount."""
    width, height = (860, int(rng.integers(600, 680))) if rng.random() < 0.75 else (640, 860)
    drawing = Sheet(width, height)
    landscape(drawing, (0, 0, width, height), GREY, motif, rng)
    grey = drawing.finish().convert("L").filter(ImageFilter.GaussianBlur(rng.uniform(1.2, 2.6)))
    light = np.asarray(grey, dtype=np.float32) / 255
    light *= 1 + 0.07 * clouds(rng, width, height, 320, 3) + 0.16 * clouds(rng, width, height, 14, 2) * (1 - light)
    light += rng.normal(0, 0.018, light.shape).astype(np.float32)
    light *= _falloff(width, height, rng.uniform(0.15, 0.6))
    print_ = _toned(np.power(np.clip(light, 0, 1), rng.uniform(0.8, 1.3), dtype=np.float32), rng)
    return _mounted(print_, rng)


def _falloff(width: int, height: int, strength: float) -> FloatArray:
    """The corners that an old lens leaves dark."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    return np.asarray(1 - np.float32(strength) * np.clip((x * x + y * y) / 2, 0, 1) ** np.float32(1.4))


_TONES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((38, 24, 16), (150, 112, 76), (242, 226, 192)),
    ((50, 32, 26), (168, 124, 100), (246, 230, 206)),
    ((28, 26, 24), (128, 120, 108), (236, 230, 216)),
    ((14, 34, 68), (70, 118, 160), (222, 232, 234)),
)


def _toned(light: FloatArray, rng: np.random.Generator) -> Image.Image:
    """Albumen, gold-toned, silver or, more rarely, Prussian blue."""
    dark, middle, bright = _TONES[int(rng.choice(4, p=[0.42, 0.26, 0.18, 0.14]))]
    grey = Image.fromarray((light * 255).astype(np.uint8))
    return ImageOps.colorize(grey, dark, bright, middle)


def _mounted(print_: Image.Image, rng: np.random.Generator) -> Image.Image:
    """On card, square or oval, with something written below."""
    edge, foot = int(rng.integers(24, 60)), int(rng.integers(30, 80))
    size = (print_.width + 2 * edge, print_.height + edge + foot)
    card = sheet_of_paper(rng, *size, (IVORY, CREAM, GREYISH, (150, 140, 122))[rng.integers(4)], 0.9)
    mask = Image.new("L", print_.size, 0)
    if rng.random() < 0.22:
        ImageDraw.Draw(mask).ellipse((4, 4, print_.width - 4, print_.height - 4), 255)
        mask = mask.filter(ImageFilter.GaussianBlur(1.5 if rng.random() < 0.6 else 16))
    else:
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *print_.size), float(rng.choice([0, 0, 14])), 255)
    card.paste(print_, (edge, edge), mask)
    caption = Sheet(*size)
    baseline = size[1] - foot * 0.4
    if rng.random() < 0.6:
        handwriting(caption, (edge + 20, baseline), size[0] * rng.uniform(0.25, 0.6), 13, (70, 54, 40), rng)
    else:
        words = f"{pick(rng, PLACES).upper()}  —  {pick(rng, PEOPLE)}, phot."
        write(caption, (size[0] / 2, baseline), words, 12, (70, 54, 40))
    return ImageChops.multiply(card, caption.finish())


def draw_postcard(rng: np.random.Generator, motif: str) -> Image.Image:
    """A postcard: the tinted view, or now and then its written side."""
    width, height = (880, 570) if rng.random() < 0.8 else (570, 880)
    if not motif and rng.random() < 0.3:
        return _written_side(rng, 880, 570)
    edge = float(rng.integers(0, 34))
    caption = 34 if rng.random() < 0.6 else 0
    palette = TINTED[rng.integers(len(TINTED))]
    sheet = Sheet(width, height, (250, 246, 236))
    landscape(sheet, (edge, edge, width - edge, height - edge - caption), palette, motif, rng)
    view = sheet.finish().filter(ImageFilter.GaussianBlur(1.1))
    dots = Sheet(width, height)
    colour: Colour = (176, 40, 36) if rng.random() < 0.4 else (60, 54, 50)
    words = f"{int(rng.integers(1, 90))}.  {pick(rng, PLACES).upper()}  —  Vue générale"
    write(dots, (edge + 22, height - edge - (caption / 2 if caption else 22)), words, 15, colour, "lm")
    if rng.random() < 0.4:
        handwriting(dots, (width * 0.5, height - edge - 40), width * 0.4, 13, (50, 48, 84), rng)
    view = ImageChops.multiply(view, dots.finish())
    grain = rng.normal(0, 7, (height, width)).astype(np.float32)
    screen = Image.fromarray(np.clip(244 + grain, 0, 255).astype(np.uint8))
    view = ImageChops.multiply(view, Image.merge("RGB", (screen, screen, screen)))
    return printed_on(view, sheet_of_paper(rng, width, height, (250, 244, 228), 0.7))


def _written_side(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Address, message, stamp and postmark."""
    sheet, ink = Sheet(width, height), sway((52, 46, 78), rng, 14)
    write(sheet, (width / 2, 46), "CARTE POSTALE", 30, (96, 84, 70))
    sheet.line([(width / 2, 84), (width / 2, height - 40)], (140, 126, 108), 1)
    for row in range(int(rng.integers(5, 9))):
        handwriting(sheet, (46, 130 + row * 46), width * 0.4, 17, ink, rng)
    for row in range(4):
        y = height * 0.52 + row * 54
        sheet.line([(width * 0.55, y), (width - 50, y)], (150, 136, 118), 0.8)
        handwriting(sheet, (width * 0.56, y - 4), width * rng.uniform(0.2, 0.34), 19, ink, rng)
    stamp = sway((176, 72, 52) if rng.random() < 0.5 else (72, 120, 84), rng, 12)
    sheet.box((width - 150, 36, width - 50, 156), mix(stamp, (255, 255, 255), 0.15))
    sheet.box((width - 143, 43, width - 57, 149), stamp, (250, 240, 226), 2)
    write(sheet, (width - 100, 96), f"{int(rng.choice([5, 10, 15]))} c", 32, (250, 240, 226))
    x, y = width - 172 + rng.normal(0, 10), 120 + rng.normal(0, 12)
    for radius in (46, 30):
        sheet.disc((x, y), radius, None, (56, 52, 52), 2)
    write(sheet, (x, y), f"{int(rng.integers(1, 29))} MAI", 14, (56, 52, 52))
    return printed_on(
        sheet.finish(), sheet_of_paper(rng, width, height, (PARCHMENT, CREAM, GREYISH)[rng.integers(3)], 1.2)
    )
