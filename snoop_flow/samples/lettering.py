"""Letters: titles stretched like wood type, columns of print, legends around a coin, handwriting."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from snoop_flow.samples.sheet import FINE, Colour, Sheet
from snoop_flow.samples.words import sentence_words

# how far the letters of a hand rise above (or fall below) the line
_STEMS = (0.42, 0.45, 0.48, 0.5, 0.45, 1.15, 1.05, -0.7)


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, laid out by its own engine, so that letters fall alike on every machine."""
    plain = ImageFont.load_default(size)
    if not isinstance(plain, ImageFont.FreeTypeFont):
        raise RuntimeError("the samples need a Pillow with FreeType: reinstall Pillow from its wheel")
    return plain.font_variant(layout_engine=ImageFont.Layout.BASIC)


def plain(text: str) -> str:
    """The text in the letters that Pillow's font has, which knows no accents."""
    bare = unicodedata.normalize("NFKD", text.replace("—", "-").replace("’", "'").replace("œ", "oe"))
    return bare.encode("ascii", "ignore").decode()


def write(sheet: Sheet, where: tuple[float, float], text: str, size: float, colour: Colour, anchor: str = "mm") -> None:
    """Write one line; `anchor` as in Pillow."""
    place = (where[0] * FINE, where[1] * FINE)
    sheet.pen.text(place, plain(text), colour, font(max(6, round(size * FINE))), anchor)


@lru_cache(maxsize=512)
def _mask(text: str, size: int) -> Image.Image:
    face = font(size)
    left, top, right, bottom = (round(v) for v in face.getbbox(text))
    mask = Image.new("L", (max(1, right - left), max(1, bottom - top)), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, 255, face)
    return mask


def banner(
    sheet: Sheet, bounds: tuple[float, float, float, float], text: str, colour: Colour, slant: float = 0
) -> None:
    """Fill a box (left, top, right, bottom) with one line of type, stretched as wood type is."""
    left, top, right, bottom = bounds
    size = (max(1, round((right - left) * FINE)), max(1, round((bottom - top) * FINE)))
    mask = _mask(plain(text), 96).resize(size, Image.Resampling.BILINEAR)
    if slant:
        shear = (1, slant, -slant * size[1] / 2, 0, 1, 0)
        mask = mask.transform(size, Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR)
    sheet.stencil(mask, (left, top), colour)


def turned(sheet: Sheet, where: tuple[float, float], text: str, size: float, colour: Colour, degrees: float) -> None:
    """Write one line centred at a point and turned anticlockwise."""
    mask = _mask(plain(text), max(6, round(size * FINE))).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    corner = (where[0] - mask.width / 2 / FINE, where[1] - mask.height / 2 / FINE)
    sheet.stencil(mask, corner, colour)


def legend(
    sheet: Sheet, centre: tuple[float, float], radius: float, text: str, size: float, colour: Colour, start: float
) -> None:
    """Write around a circle, clockwise from `start` degrees (0 is the right, -90 the top)."""
    step = np.degrees(size * 0.8 / radius)
    for position, letter in enumerate(plain(text)):
        if letter == " ":
            continue
        degrees = start + position * step
        turn = np.radians(degrees)
        where = (centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn))
        turned(sheet, where, letter, size, colour, -degrees - 90)


@lru_cache(maxsize=48)
def galley(width: int, size: float, copy: int) -> Image.Image:
    """A long justified column of small print in fine pixels, a mask: what press pages are cut from.

    Args:
        width: of the column in pixels of the sheet.
        size: of the letters.
        copy: another number, another text.
    """
    face, rng = font(round(size * FINE)), np.random.default_rng([1789, copy])
    leading, right = round(size * FINE * 1.22), width * FINE
    mask = Image.new("L", (right, leading * 110), 0)
    pen, queue = ImageDraw.Draw(mask), [plain(word) for word in sentence_words(rng, 1600)][::-1]
    for row in range(110):
        words, length = [queue.pop()], 0.0
        while queue and length < right:
            words.append(queue.pop())
            length = face.getlength(" ".join(words))
        if len(words) > 2:
            queue.append(words.pop())
        ends = rng.random() < 0.12
        _set_line(pen, words, row * leading, right, face, ends)
    return mask


def _set_line(
    pen: ImageDraw.ImageDraw, words: list[str], y: int, right: int, face: ImageFont.FreeTypeFont, ends: bool
) -> None:
    """Spread the words over the measure, except on a paragraph's last line."""
    widths = [face.getlength(word) for word in words]
    free = max(0.0, right - sum(widths)) / max(1, len(words) - 1)
    gap, x = (min(free, face.size * 0.3) if ends else free), 0.0
    for word, width in zip(words[: len(words) // 2 + 1] if ends else words, widths, strict=False):
        pen.text((x, y), word, 215, face)
        x += width + gap


def handwriting(
    sheet: Sheet, start: tuple[float, float], width: float, size: float, colour: Colour, rng: np.random.Generator
) -> None:
    """One line of a cursive hand, which nobody can read but everybody knows."""
    x, baseline = start
    end = x + width
    while x < end - size * 2:
        letters = int(rng.integers(2, 9))
        turn = np.arange(letters * 12) * 2 * np.pi / 12
        heights = np.interp(turn, np.arange(letters + 2) * 2 * np.pi - np.pi, rng.choice(_STEMS, letters + 2))
        rise = (0.5 - 0.5 * np.cos(turn)) * heights * size
        pace = size * rng.uniform(0.4, 0.55)
        across = x + turn / (2 * np.pi) * pace + np.sin(turn) * pace * 0.32 + rise * 0.32
        down = baseline - rise + np.cumsum(rng.normal(0, 0.012 * size, len(turn)))
        sheet.line(np.column_stack([across, down]), colour, max(0.7, size * 0.075))
        x = float(across[-1]) + size * rng.uniform(0.5, 0.9)
