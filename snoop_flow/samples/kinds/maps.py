"""Maps: coasts, provinces, mountains, rivers and towns, with cartouche, compass rose and graduated border."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter
from scipy.ndimage import distance_transform_edt

from snoop_flow.samples.lettering import banner, turned, write
from snoop_flow.samples.motifs import MOTIFS, OUTLINES
from snoop_flow.samples.paper import CREAM, IVORY, PARCHMENT, clouds, folded, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.sheet import WHITE, Colour, FloatArray, Sheet, mix, sway
from snoop_flow.samples.words import PEOPLE, PLACES, of, pick

_INK: Colour = (62, 46, 34)
_WASHES: tuple[Colour, ...] = (
    (238, 190, 170),
    (236, 220, 150),
    (190, 212, 168),
    (186, 206, 220),
    (222, 190, 214),
    (240, 206, 160),
)
_SEAS: tuple[Colour, ...] = ((178, 206, 210), (224, 230, 222), (255, 255, 255), (196, 214, 196))


def draw_map(rng: np.random.Generator, motif: str) -> Image.Image:
    """A hand-coloured map."""
    width, height = ((940, int(rng.integers(680, 760))), (700, int(rng.integers(860, 960))))[int(rng.random() < 0.35)]
    relief = _relief(rng, width, height, motif)
    sheet = Sheet(width, height)
    sheet.place(_painted(relief, rng), (0, 0))
    _inland(sheet, relief, rng)
    _at_sea(sheet, relief, motif, rng)
    _cartouche(sheet, rng)
    _border(sheet, rng)
    page = printed_on(
        sheet.finish(), sheet_of_paper(rng, width, height, (CREAM, IVORY, PARCHMENT)[rng.integers(3)], 1.3)
    )
    if rng.random() < 0.45:
        page = folded(page, rng)
    return on_scanner(page, rng) if rng.random() < 0.35 else page


def _relief(rng: np.random.Generator, width: int, height: int, motif: str) -> FloatArray:
    """Height above the sea, (height, width): coastal with islands, or inland where the sea is far."""
    relief = clouds(rng, width, height, max(width, height) / rng.uniform(1.6, 3), 6)
    turn = rng.uniform(0, 2 * np.pi)
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    slope = x[None, :] * np.float32(np.cos(turn)) + y[:, None] * np.float32(np.sin(turn))
    inland = not motif and rng.random() < 0.3
    return np.asarray(
        relief + slope * np.float32(rng.uniform(0.2, 0.7)) + np.float32(0.9 if inland else rng.uniform(-0.15, 0.3))
    )


def _painted(relief: FloatArray, rng: np.random.Generator) -> Image.Image:
    """Washes over provinces, and lines along the coast as engravers cut them."""
    height, width = relief.shape
    land = relief > 0
    seeds = rng.uniform(0, 1, (int(rng.integers(4, 10)), 2)) * (width, height)
    y, x = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    warp = clouds(rng, x.shape[1], x.shape[0], 40, 3) * np.float32(45)
    nearest = np.argmin([(x + warp - sx) ** 2 + (y + warp - sy) ** 2 for sx, sy in seeds], axis=0).astype(np.uint8)
    province = np.asarray(Image.fromarray(nearest).resize((width, height), Image.Resampling.NEAREST))
    washes = np.array([sway(_WASHES[i], rng, 6) for i in rng.integers(0, len(_WASHES), len(seeds))], dtype=np.float32)
    strength = np.float32(rng.uniform(0.35, 1))
    colours = 255 - (255 - washes) * strength
    sea = np.asarray(sway(_SEAS[rng.integers(len(_SEAS))], rng, 5), dtype=np.float32)
    art = np.where(land[..., None], colours[province], sea)
    away = distance_transform_edt(~land[::2, ::2]).repeat(2, axis=0).repeat(2, axis=1)[:height, :width] * 2
    waterlines = (away < 26) & (np.mod(away, 6) < 2) & ~land
    art[waterlines] = art[waterlines] * 0.82
    frontier = np.zeros_like(land)
    frontier[:, :-1] |= land[:, :-1] != land[:, 1:]
    frontier[:-1] |= land[:-1] != land[1:]
    inner = np.zeros_like(land)
    inner[:, :-1] |= (province[:, :-1] != province[:, 1:]) & land[:, :-1]
    inner[:-1] |= (province[:-1] != province[1:]) & land[:-1]
    dotted = inner & (((np.arange(width)[None, :] + np.arange(height)[:, None]) // 5) % 2 == 0)
    art[frontier | dotted] = _INK
    picture = Image.fromarray(np.clip(art, 0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def _spots(
    relief: FloatArray, rng: np.random.Generator, count: int, low: float, high: float
) -> list[tuple[float, float]]:
    """Up to `count` places away from the border whose height lies between the two, not too near each other."""
    height, width = relief.shape
    found: list[tuple[float, float]] = []
    for x, y in rng.uniform(0.09, 0.91, (count * 6, 2)) * (width, height):
        apart = all(abs(x - a) > 46 or abs(y - b) > 24 for a, b in found)
        if low < relief[int(y), int(x)] < high and apart and len(found) < count:
            found.append((float(x), float(y)))
    return found


def _inland(sheet: Sheet, relief: FloatArray, rng: np.random.Generator) -> None:
    for x, y in _spots(relief, rng, int(rng.integers(10, 60)), 0.35, 9):
        _mountains(sheet, x, y, rng)
    for x, y in _spots(relief, rng, int(rng.integers(3, 8)), 0.25, 9):
        _river(sheet, relief, x, y, rng)
    for index, (x, y) in enumerate(_spots(relief, rng, int(rng.integers(8, 26)), 0.05, 9)):
        red = rng.random() < 0.4
        sheet.disc((x, y), 4 if index < 4 else 2.6, (190, 50, 40) if red else WHITE, _INK, 1)
        write(sheet, (x + 8, y - 4), pick(rng, PLACES), 14 if index < 4 else 10, _INK, "lm")
        if index < 4:
            sheet.polygon([(x - 3, y - 3), (x, y - 13), (x + 3, y - 3)], (200, 120, 100), _INK, 0.8)
    for x, y in _spots(relief, rng, 2, 0.2, 9):
        turned(
            sheet, (x, y), "  ".join(pick(rng, PLACES).upper()), 21, mix(_INK, WHITE, 0.25), float(rng.uniform(-25, 25))
        )


def _mountains(sheet: Sheet, x: float, y: float, rng: np.random.Generator) -> None:
    """Molehills, as mountains were drawn."""
    for step in range(int(rng.integers(2, 5))):
        left, size = x + step * 12 + rng.normal(0, 3), rng.uniform(9, 17)
        base = y + rng.normal(0, 3)
        peak = (left + size * 0.45, base - size)
        sheet.polygon([(left, base), peak, (left + size, base)], (232, 218, 196))
        sheet.line([(left, base), peak, (left + size, base)], _INK, 0.9)
        for share in (0.3, 0.55, 0.8):
            sheet.line(
                [(peak[0] + size * 0.5 * share, peak[1] + size * share), (peak[0] + size * 0.2 * share, base)],
                _INK,
                0.6,
            )


def _river(sheet: Sheet, relief: FloatArray, x: float, y: float, rng: np.random.Generator) -> None:
    """Downhill, with bends, until it meets the sea."""
    height, width = relief.shape
    points, turn = [(x, y)], rng.uniform(0, 2 * np.pi)
    while len(points) < 90 and 46 < x < width - 46 and 46 < y < height - 46 and relief[int(y), int(x)] > 0:
        ways = turn + np.array([-0.5, -0.25, 0, 0.25, 0.5]) + rng.normal(0, 0.2, 5)
        ahead = [
            relief[int(np.clip(y + 14 * np.sin(w), 0, height - 1)), int(np.clip(x + 14 * np.cos(w), 0, width - 1))]
            for w in ways
        ]
        turn = float(ways[int(np.argmin(ahead))])
        x, y = x + 7 * np.cos(turn), y + 7 * np.sin(turn)
        points.append((x, y))
    if len(points) > 8:
        half = len(points) // 2
        sheet.line(points[: half + 1], (96, 120, 136), 1.1)
        sheet.line(points[half:], (96, 120, 136), 2)


def _at_sea(sheet: Sheet, relief: FloatArray, motif: str, rng: np.random.Generator) -> None:
    spots = _spots(relief, rng, 14, -9, -0.22) or _spots(relief, rng, 14, -9, 9)
    place = max(spots, key=lambda spot: -float(relief[int(spot[1]), int(spot[0])]), default=(200.0, 200.0))
    if motif:
        size = 150 if motif == "ship" else 170
        x, y = np.clip(place, (130, 130), (sheet.width - 130, sheet.height - 130)).tolist()
        MOTIFS[motif](sheet, x, y, size, OUTLINES, rng)
    if rng.random() < 0.7:
        x, y = spots[-1] if spots else place
        margin = 120
        _rose(sheet, min(max(x, margin), sheet.width - margin), min(max(y, margin), sheet.height - margin), rng)


def _rose(sheet: Sheet, x: float, y: float, rng: np.random.Generator) -> None:
    radius, far = rng.uniform(34, 62), 1400
    if rng.random() < 0.5:
        for degrees in range(0, 360, 45 if rng.random() < 0.5 else 22):
            turn = np.radians(degrees)
            sheet.line([(x, y), (x + far * np.cos(turn), y + far * np.sin(turn))], (206, 188, 166), 0.6)
    sheet.disc((x, y), radius * 0.62, (250, 244, 228), _INK, 1)
    for step in range(16):
        turn, reach = np.radians(step * 22.5), radius * (1.15, 0.5, 0.78, 0.5)[step % 4]
        tip = (x + reach * np.sin(turn), y - reach * np.cos(turn))
        for side, colour in ((-1, (190, 60, 48)), (1, (252, 246, 232))):
            waist = (x + radius * 0.16 * np.sin(turn + side * 0.39), y - radius * 0.16 * np.cos(turn + side * 0.39))
            sheet.polygon([(x, y), waist, tip], colour, _INK, 0.6)
    write(sheet, (x, y - radius * 1.3), "N", 15, _INK)


def _cartouche(sheet: Sheet, rng: np.random.Generator) -> None:
    """The title on its scroll, in one of the corners."""
    wide, tall = rng.uniform(210, 290), rng.uniform(96, 130)
    left = (56.0, sheet.width - wide - 56)[rng.integers(2)]
    top = (56.0, sheet.height - tall - 56)[rng.integers(2)]
    wash = sway(_WASHES[rng.integers(len(_WASHES))], rng, 6)
    sheet.box((left, top, left + wide, top + tall), (252, 246, 230), _INK, 2, float(rng.choice([0, 14, 40])))
    sheet.box((left + 6, top + 6, left + wide - 6, top + tall - 6), mix(wash, WHITE, 0.5), mix(_INK, wash, 0.4), 1, 10)
    for x in (left, left + wide):
        for y in (top, top + tall):
            sheet.disc((x, y), 11, wash, _INK, 1.4)
            sheet.disc((x, y), 5, (250, 240, 220), _INK, 1)
    place = pick(rng, PLACES)
    head = ("CARTE", "NOUVELLE CARTE", "DESCRIPTION")[rng.integers(3)]
    banner(sheet, (left + wide * 0.18, top + tall * 0.16, left + wide * 0.82, top + tall * 0.36), head, _INK)
    banner(
        sheet,
        (left + wide * 0.1, top + tall * 0.43, left + wide * 0.9, top + tall * 0.62),
        f"du pays {of(place)}",
        _INK,
    )
    write(
        sheet,
        (left + wide / 2, top + tall * 0.78),
        f"par {pick(rng, PEOPLE)}, {int(rng.integers(1640, 1830))}",
        11,
        _INK,
    )


def _border(sheet: Sheet, rng: np.random.Generator) -> None:
    width, height, outer, inner = sheet.width, sheet.height, 26, 38
    for start, end in ((0, outer - 2), (inner + 2, inner + 3)):
        sheet.box((start, start, width - start, height - start), None, WHITE if start == 0 else _INK, end - start)
    step = float(rng.integers(18, 44))
    for index, at in enumerate(np.arange(inner, max(width, height) - inner, step)):
        fill, stop = (_INK if index % 2 else WHITE), at + step
        for low in (outer, None):
            if at < width - inner:
                y = outer if low else height - inner
                sheet.box((at, y, min(stop, width - inner), y + inner - outer), fill, _INK, 0.7)
            if at < height - inner:
                x = outer if low else width - inner
                sheet.box((x, at, x + inner - outer, min(stop, height - inner)), fill, _INK, 0.7)
    sheet.box((outer, outer, width - outer, height - outer), None, _INK, 1.4)
    sheet.box((inner, inner, width - inner, height - inner), None, _INK, 1.4)
