"""Things in relief: struck coins and wax seals, lit from the upper left."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from snoop_flow.samples.busts import profile
from snoop_flow.samples.lettering import handwriting, legend, write
from snoop_flow.samples.motifs import MOTIFS, Inks
from snoop_flow.samples.paper import IVORY, PARCHMENT, clouds, sheet_of_paper
from snoop_flow.samples.sheet import BLACK, Colour, Sheet, curve, ring, sway
from snoop_flow.samples.words import PEOPLE, PLACES, pick

# Heights are drawn as greys: the field at 90, relief above it.
_RELIEF = Inks((225, 225, 225), (150, 150, 150), (185, 185, 185), (165, 165, 165))
_METALS: tuple[Colour, ...] = ((214, 170, 84), (186, 186, 184), (150, 104, 70), (112, 122, 100))
_WAXES: tuple[Colour, ...] = ((158, 34, 30), (110, 26, 26), (122, 82, 44), (58, 84, 50), (196, 152, 86))
_BEDS: tuple[Colour, ...] = ((28, 28, 30), (238, 236, 230), (84, 92, 104), (120, 30, 38), (206, 198, 180))


def draw_coin(rng: np.random.Generator, motif: str) -> Image.Image:
    """A coin or medal; sometimes both of its sides."""
    both = rng.random() < 0.4
    width, height = (980, 560) if both else (720, 740)
    picture = Image.new("RGB", (width, height), sway(_BEDS[rng.integers(len(_BEDS))], rng, 4))
    metal = sway(_METALS[rng.integers(len(_METALS))], rng, 9)
    size = 450 if both else int(rng.integers(500, 620))
    for index, x in enumerate((width * 0.265, width * 0.735) if both else (width / 2,)):
        relief, mask = _struck(rng, size, motif if index == 0 else "", head=not motif and index == 0)
        _lay(picture, _lit(relief, metal, rng, 3.2), mask, (x, height * 0.48))
    scale = Sheet(width, height)
    for mark in range(5):
        scale.box(
            (width / 2 - 50 + mark * 20, height - 26, width / 2 - 30 + mark * 20, height - 18),
            (BLACK, (250, 250, 250))[mark % 2],
            (120, 120, 120),
            0.6,
        )
    bar = (int(width / 2) - 52, height - 28, int(width / 2) + 52, height - 16)
    picture.paste(scale.finish().crop(bar), bar[:2])
    return picture


def _struck(rng: np.random.Generator, size: int, motif: str, head: bool) -> tuple[Image.Image, Image.Image]:
    """Heights and outline of one side."""
    middle, radius = size / 2, size * 0.47
    sheet, mask = Sheet(size, size, (60, 60, 60)), Sheet(size, size, (0, 0, 0))
    turn = np.radians(np.arange(0, 360, 4))
    uneven = radius * (
        1 + rng.normal(0, 0.004, len(turn)) + 0.012 * np.sin(turn * rng.integers(2, 5) + rng.uniform(0, 6))
    )
    edge = np.column_stack([middle + uneven * np.cos(turn), middle + uneven * np.sin(turn)])
    sheet.polygon(edge, (170, 170, 170))
    mask.polygon(edge, (255, 255, 255))
    sheet.disc((middle, middle), radius * 0.95, (90, 90, 90))
    if rng.random() < 0.7:
        for x, y in ring((middle, middle), (radius * 0.915, radius * 0.915), 0, 356, 90):
            sheet.disc((x, y), radius * 0.016, (165, 165, 165))
    words = f"{pick(rng, PEOPLE)} {pick(rng, PLACES)}".upper().replace("-", " ")[: int(rng.integers(14, 27))]
    legend(
        sheet, (middle, middle), radius * 0.8, words, radius * 0.125, (190, 190, 190), float(rng.uniform(-215, -170))
    )
    _device(sheet, middle, radius, motif, head, rng)
    return sheet.finish().convert("L"), mask.finish().convert("L")


def _device(sheet: Sheet, middle: float, radius: float, motif: str, head: bool, rng: np.random.Generator) -> None:
    """What the field shows: a motif, a head, or a wreath around the value."""
    if motif:
        MOTIFS[motif](sheet, middle, middle, radius * 1.15, _RELIEF, rng)
    elif head:
        _head(sheet, middle, radius, rng)
    else:
        _wreath(sheet, middle, radius, rng)


def _head(sheet: Sheet, middle: float, radius: float, rng: np.random.Generator) -> None:
    way = int(rng.choice([-1, 1]))
    size = radius * rng.uniform(1.1, 1.28)
    outline = profile(middle, middle, size, way, rng)
    sheet.polygon(outline, (170, 170, 170))
    for _ in range(60):
        x, y = middle - way * size * rng.uniform(-0.1, 0.34), middle - size * rng.uniform(-0.02, 0.46)
        lock = ring((x, y), (size * 0.06, size * 0.04), rng.uniform(0, 180), rng.uniform(200, 360), 9)
        sheet.line(lock, ((215, 215, 215), (130, 130, 130))[rng.integers(2)], size * 0.014)
    if rng.random() < 0.6:
        for share in np.linspace(-0.3, 0.22, 8):
            place = (middle + way * size * share, middle - size * (0.3 + 0.14 * (1 - (share / 0.3) ** 2)))
            sheet.disc(place, (size * 0.045, size * 0.02), (230, 230, 230))
    eye = (middle + way * size * 0.19, middle - size * 0.11)
    sheet.disc(eye, (size * 0.04, size * 0.022), (215, 215, 215), (110, 110, 110), 1.4)
    sheet.disc(
        (middle - way * size * 0.08, middle + size * 0.02),
        (size * 0.035, size * 0.06),
        (205, 205, 205),
        (120, 120, 120),
        1.6,
    )
    sheet.line(
        [(middle + way * size * 0.2, middle + size * 0.155), (middle + way * size * 0.3, middle + size * 0.15)],
        (110, 110, 110),
        2,
    )


def _wreath(sheet: Sheet, middle: float, radius: float, rng: np.random.Generator) -> None:
    reach = radius * 0.56
    for degrees in np.arange(-70, 251, 14):
        turn = np.radians(degrees)
        x, y = middle + reach * np.cos(turn), middle + reach * np.sin(turn)
        for offset in (-0.09, 0.09):
            sheet.disc(
                (x + radius * offset * np.cos(turn), y + radius * offset * np.sin(turn)),
                (radius * 0.075, radius * 0.05),
                (185, 185, 185),
            )
        sheet.disc((x, y), radius * 0.02, (230, 230, 230))
    write(
        sheet,
        (middle, middle - radius * 0.08),
        str(int(rng.choice([1, 2, 5, 10, 20, 50]))),
        radius * 0.46,
        (200, 200, 200),
    )
    write(
        sheet,
        (middle, middle + radius * 0.26),
        str(rng.choice(["SOLS", "LIVRES", "ECUS", "DENIERS"])),
        radius * 0.15,
        (200, 200, 200),
    )


def _lit(relief: Image.Image, colour: Colour, rng: np.random.Generator, depth: float) -> Image.Image:
    """Shade heights as a material: worn, spotted, and shining where it turns to the light."""
    worn = relief.filter(ImageFilter.GaussianBlur(rng.uniform(1.1, 2.2)))
    heights = np.asarray(worn, dtype=np.float32) / 255
    height, width = heights.shape
    heights = heights + clouds(rng, width, height, 40, 4) * np.float32(0.012)
    slope = np.zeros_like(heights)
    slope[1:-1, 1:-1] = (heights[2:, 1:-1] - heights[:-2, 1:-1]) + (heights[1:-1, 2:] - heights[1:-1, :-2])
    patina = clouds(rng, width, height, width / 3, 4)
    light = (
        np.float32(0.78)
        + np.float32(depth) * slope
        + np.float32(0.1) * patina
        + np.float32(0.25) * (heights - np.float32(0.4))
    )
    shine = np.clip(light - np.float32(1), 0, 1) * np.float32(200)
    bands = [np.clip(light, 0.12, 1.15) * level + shine for level in colour]
    return Image.fromarray(np.clip(np.stack(bands, axis=-1), 0, 255).astype(np.uint8))


def _lay(picture: Image.Image, thing: Image.Image, mask: Image.Image, centre: tuple[float, float]) -> None:
    """Put a thing down with its shadow."""
    corner = (round(centre[0] - thing.width / 2), round(centre[1] - thing.height / 2))
    shadow = Image.new("L", picture.size, 0)
    shadow.paste(mask.point(lambda level: level * 5 // 8), (corner[0] + 7, corner[1] + 9))
    picture.paste((12, 10, 10), (0, 0), shadow.filter(ImageFilter.BoxBlur(8)))
    picture.paste(thing, corner, mask)


def draw_seal(rng: np.random.Generator, motif: str) -> Image.Image:
    """A wax seal hanging from, or pressed on, a charter."""
    width, height = 680, int(rng.integers(760, 860))
    page = sheet_of_paper(rng, width, height, (PARCHMENT, IVORY)[rng.integers(2)], 1.5)
    written = Sheet(width, height)
    for row in range(int(rng.integers(3, 7))):
        handwriting(written, (50, 60 + row * 38), width - 110, 15, (72, 50, 34), rng)
    page = Image.composite(written.finish(), page, written.finish().convert("L").point(lambda level: 255 - level))
    centre = (width / 2 + rng.normal(0, 20), height * 0.62)
    _ribbon(page, centre, rng)
    size = int(rng.integers(360, 440))
    relief, mask = _pressed(rng, size, motif)
    _lay(page, _lit(relief, sway(_WAXES[rng.integers(len(_WAXES))], rng, 9), rng, 2.6), mask, centre)
    return page


def _ribbon(page: Image.Image, centre: tuple[float, float], rng: np.random.Generator) -> None:
    colour = sway(((196, 178, 140), (60, 72, 120), (140, 40, 44))[rng.integers(3)], rng, 8)
    pen, (x, y) = ImageDraw.Draw(page), centre
    for side in (-1, 1):
        lean = side * rng.uniform(10, 60)
        pen.polygon(
            [(x - 22, y - 60), (x + 22, y - 60), (x + lean + 22, page.height), (x + lean - 22, page.height)], colour
        )
        pen.line([(x + 22, y - 60), (x + lean + 22, page.height)], (60, 40, 30), 2)


def _pressed(rng: np.random.Generator, size: int, motif: str) -> tuple[Image.Image, Image.Image]:
    """Heights and outline of a cake of wax with an impression, round or pointed oval."""
    middle, radius = size / 2, size * 0.4
    narrow = 0.72 if rng.random() < 0.35 else 1.0
    sheet, mask = Sheet(size, size, (40, 40, 40)), Sheet(size, size, (0, 0, 0))
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    spread = radius * rng.uniform(1.02, 1.2, 14)
    lumps = [(middle + r * narrow * np.cos(t), middle + r * np.sin(t)) for r, t in zip(spread, turn, strict=True)]
    edge = curve([*lumps, lumps[0]], 10)
    mask.polygon(edge, (255, 255, 255))
    for step in range(10):
        grey = 60 + step * 12
        sheet.polygon((edge - middle) * (1 - 0.012 * step) + middle, (grey, grey, grey))
    sheet.disc((middle, middle), (radius * 0.92 * narrow, radius * 0.92), (90, 90, 90))
    sheet.disc((middle, middle), (radius * 0.7 * narrow, radius * 0.7), None, (150, 150, 150), 2)
    if narrow == 1:
        words = f"SIGILLUM {pick(rng, PLACES)}".upper()
        legend(
            sheet,
            (middle, middle),
            radius * 0.81,
            words,
            radius * 0.13,
            (190, 190, 190),
            float(rng.uniform(-200, -140)),
        )
    if motif:
        MOTIFS[motif](sheet, middle, middle, radius * 1.05, _RELIEF, rng)
    else:
        _head(sheet, middle, radius * 0.8 * narrow, rng)
    return sheet.finish().convert("L"), mask.finish().convert("L")
