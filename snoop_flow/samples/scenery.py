"""Landscapes that engravings, photographs, postcards and posters share: sky, hills, water, trees, houses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snoop_flow.samples.motifs import MOTIFS, Inks
from snoop_flow.samples.sheet import Colour, Sheet, curve, mix

Bounds = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a landscape, from the sky to the grass at one's feet."""

    sky: Colour
    horizon: Colour
    far: Colour
    near: Colour
    water: Colour
    leaves: Colour
    walls: Colour
    roofs: Colour
    inks: Inks


GREY = Palette(
    (178, 178, 178), (242, 242, 242), (186, 186, 186), (150, 150, 150), (192, 192, 192), (84, 84, 84),
    (222, 222, 222), (96, 96, 96), Inks((28, 28, 28), (120, 120, 120), (240, 240, 240), (165, 165, 165)),
)  # fmt: skip
TINTED = (
    Palette(
        (148, 190, 214), (244, 226, 196), (150, 168, 178), (134, 158, 92), (134, 178, 184), (78, 112, 66),
        (238, 222, 194), (186, 92, 66), Inks((52, 46, 50), (170, 140, 110), (246, 236, 212), (198, 72, 58)),
    ),
    Palette(
        (226, 160, 120), (250, 220, 170), (168, 132, 140), (138, 120, 84), (206, 164, 140), (86, 92, 62),
        (240, 214, 178), (150, 70, 62), Inks((58, 40, 44), (160, 110, 90), (250, 230, 196), (52, 92, 120)),
    ),
    Palette(
        (168, 206, 190), (240, 240, 214), (138, 174, 170), (162, 176, 106), (110, 170, 176), (62, 110, 84),
        (246, 234, 208), (204, 120, 72), Inks((44, 56, 60), (140, 150, 120), (250, 244, 222), (224, 164, 60)),
    ),
)  # fmt: skip


def ridge(rng: np.random.Generator, width: float, height: float, lumps: float) -> NDArray[np.float64]:
    """A skyline of hills as 160 points over [0, width] x [0, height]."""
    x = np.linspace(0, 1, 160)
    total = np.zeros_like(x)
    for octave in range(4):
        knots = int(lumps * 2**octave) + 3
        total += np.interp(x, np.linspace(0, 1, knots), rng.uniform(-1, 1, knots)) / 1.9**octave
    smooth = np.convolve(np.pad(total, 2, mode="edge"), np.ones(5) / 5, "valid")
    low, high = smooth.min(), smooth.max()
    return np.column_stack([x * width, (smooth - low) / (high - low + 1e-9) * height])


def landscape(
    sheet: Sheet,
    bounds: Bounds,
    palette: Palette,
    motif: str,
    rng: np.random.Generator,
) -> None:
    """Fill a box (left, top, right, bottom) with a view, and the motif, if any, where it belongs."""
    left, top, right, bottom = bounds
    width, height = right - left, bottom - top
    horizon = top + height * rng.uniform(0.45, 0.66)
    _sky(sheet, bounds, horizon, palette, rng)
    if rng.random() < 0.85:
        for depth in range(int(rng.integers(1, 4))):
            tint = mix(palette.far, palette.near, depth * 0.28)
            _hills(sheet, (left, right, horizon + 1), height * (0.26 - 0.06 * depth), tint, rng)
    ground = (left, horizon, right, bottom)
    if motif == "ship" or rng.random() < 0.3:
        _waves(sheet, ground, palette, rng)
        _village(sheet, (left, left + width * 0.3), horizon, height, palette, rng)
        _motif(sheet, bounds, horizon, palette, motif, rng)
        _shore(sheet, ground, palette, rng)
    else:
        _fields(sheet, ground, palette, rng)
        _village(sheet, (left, right), horizon + height * 0.02, height, palette, rng)
        _motif(sheet, bounds, horizon, palette, motif, rng)
    _foreground(sheet, bounds, palette, rng)


def _sky(sheet: Sheet, bounds: Bounds, horizon: float, palette: Palette, rng: np.random.Generator) -> None:
    left, top, right, _ = bounds
    bands = 40
    for band in range(bands):
        low = top + (horizon - top) * (band + 1) / bands
        sheet.box(
            (left, top + (horizon - top) * band / bands, right, low + 1),
            mix(palette.sky, palette.horizon, band / bands),
        )
    for _ in range(int(rng.integers(0, 5))):
        x, y = rng.uniform(left, right), rng.uniform(top, horizon - (horizon - top) * 0.35)
        size = (right - left) * rng.uniform(0.03, 0.08)
        colour = mix(palette.horizon, (255, 255, 255), rng.uniform(0.2, 0.7))
        for _ in range(7):
            puff = (x + rng.normal(0, size), y + rng.normal(0, size * 0.16))
            sheet.disc(
                _inside(puff, bounds, size), (size * rng.uniform(0.5, 0.9), size * rng.uniform(0.18, 0.36)), colour
            )


def _inside(point: tuple[float, float], bounds: Bounds, margin: float) -> tuple[float, float]:
    """The point, moved so far that something of that size does not leave the box."""
    left, top, right, bottom = bounds
    return min(max(point[0], left + margin), right - margin), min(max(point[1], top + margin), bottom - margin)


def _hills(
    sheet: Sheet, span: tuple[float, float, float], height: float, colour: Colour, rng: np.random.Generator
) -> None:
    left, right, foot = span
    line = ridge(rng, right - left, height, rng.uniform(1, 5))
    line = np.column_stack([line[:, 0] + left, foot - line[:, 1]])
    sheet.polygon(np.concatenate([line, [(right, foot), (left, foot)]]), colour)


def _waves(sheet: Sheet, bounds: Bounds, palette: Palette, rng: np.random.Generator) -> None:
    left, top, right, bottom = bounds
    _graded(sheet, bounds, mix(palette.water, palette.horizon, 0.4), mix(palette.water, palette.inks.dark, 0.3))
    for _ in range(240):
        depth = rng.uniform(0, 1) ** 0.7
        length = (right - left) * (0.02 + 0.1 * depth) * rng.uniform(0.4, 1)
        x, y = rng.uniform(left, right - length), top + depth * (bottom - top)
        colour = palette.inks.dark if rng.random() < 0.55 else palette.horizon
        sheet.line([(x, y), (x + length, y)], mix(palette.water, colour, rng.uniform(0.15, 0.55)), 0.7 + 1.3 * depth)


def _graded(sheet: Sheet, bounds: Bounds, above: Colour, below: Colour) -> None:
    left, top, right, bottom = bounds
    step = (bottom - top) / 30
    for band in range(30):
        y = top + band * step
        sheet.box((left, y, right, min(y + step + 1, bottom)), mix(above, below, band / 29))


def _fields(sheet: Sheet, bounds: Bounds, palette: Palette, rng: np.random.Generator) -> None:
    """Patchwork of fields in perspective, a road, tufts of grass."""
    left, top, right, bottom = bounds
    _graded(sheet, bounds, mix(palette.near, palette.horizon, 0.45), mix(palette.near, palette.inks.dark, 0.28))
    rows = top + (bottom - top) * np.cumsum(np.array([0.0, 0.07, 0.1, 0.15, 0.2]) * rng.uniform(0.7, 1.2, 5))
    for upper, lower in pairwise(rows):
        edges = np.sort(rng.uniform(left, right, int(rng.integers(2, 6))))
        for start, end in pairwise(edges):
            lean = (lower - upper) * rng.uniform(-0.8, 0.8)
            corners = np.clip([start, end, end + lean, start + lean], left, right)
            tint = mix(
                palette.near, (palette.walls, palette.leaves, palette.horizon)[rng.integers(3)], rng.uniform(0.1, 0.5)
            )
            sheet.polygon(list(zip(corners, (upper, upper, lower, lower), strict=True)), tint)
    if rng.random() < 0.7:
        _road(sheet, bounds, mix(palette.walls, palette.near, 0.25), rng)
    for _ in range(110):
        depth = rng.uniform(0.05, 1)
        x, y = rng.uniform(left + 4, right - 10), top + depth * (bottom - top - 3)
        for blade in (-2, 0, 2):
            sheet.line(
                [(x, y), (x + blade * (0.5 + depth), y - 6 * depth)],
                mix(palette.near, palette.leaves, rng.uniform(0.3, 1)),
                1,
            )


def _road(sheet: Sheet, bounds: Bounds, colour: Colour, rng: np.random.Generator) -> None:
    left, top, right, bottom = bounds
    width = right - left
    far, foot = left + width * rng.uniform(0.3, 0.7), left + width * rng.uniform(0.25, 0.75)
    bend = (far + foot) / 2 + width * rng.uniform(-0.14, 0.14)
    middle = top + (bottom - top) * 0.35
    one = curve([(far, top), (bend, middle), (foot - width * 0.09, bottom)], 10)
    other = curve([(far + 3, top), (bend + width * 0.035, middle), (foot + width * 0.1, bottom)], 10)
    sheet.polygon(np.concatenate([one, other[::-1]]), colour)


def _shore(sheet: Sheet, bounds: Bounds, palette: Palette, rng: np.random.Generator) -> None:
    """The bank that the beholder stands on."""
    left, top, right, bottom = bounds
    height = (bottom - top) * rng.uniform(0.14, 0.34)
    line = ridge(rng, right - left, height * 0.5, 2)
    slope = np.linspace(height * 0.5, 0, len(line))[:: 1 if rng.random() < 0.5 else -1]
    line = np.column_stack([line[:, 0] + left, bottom - line[:, 1] - slope])
    sheet.polygon(np.concatenate([line, [(right, bottom), (left, bottom)]]), mix(palette.near, palette.inks.dark, 0.35))
    sheet.line(line, mix(palette.near, palette.inks.dark, 0.6), 1.4)


def _village(
    sheet: Sheet, span: tuple[float, float], ground: float, height: float, palette: Palette, rng: np.random.Generator
) -> None:
    left, right = span
    centre = rng.uniform(left + (right - left) * 0.2, right - (right - left) * 0.2)
    for _ in range(int(rng.integers(0, 14))):
        wide, tall = height * rng.uniform(0.04, 0.09), height * rng.uniform(0.03, 0.07)
        x = min(max(centre + rng.normal(0, (right - left) * 0.12), left + wide * 0.1), right - wide * 1.1)
        base = ground + rng.uniform(-0.005, 0.03) * height
        sheet.box(
            (x, base - tall, x + wide, base),
            mix(palette.walls, palette.inks.dark, rng.uniform(0, 0.25)),
            palette.inks.dark,
            0.6,
        )
        roof = [
            (x - wide * 0.08, base - tall),
            (x + wide * 0.5, base - tall * rng.uniform(1.5, 2)),
            (x + wide * 1.08, base - tall),
        ]
        sheet.polygon(roof, palette.roofs, palette.inks.dark, 0.6)
        for share in (0.2, 0.6):
            sheet.box(
                (x + wide * share, base - tall * 0.7, x + wide * (share + 0.16), base - tall * 0.35), palette.inks.dark
            )


def _motif(
    sheet: Sheet, bounds: Bounds, horizon: float, palette: Palette, motif: str,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    left, top, right, bottom = bounds
    width, height = right - left, bottom - top
    if not motif:
        return
    x = left + width * rng.uniform(0.28, 0.72)
    size = min(width, height) * rng.uniform(0.36, 0.58)
    if motif == "balloon":
        size = min(size, (horizon - top) * 0.98)
        y = top + size * 0.54 + max(0, rng.uniform(0, 0.5) * (horizon - top - size))
    elif motif == "ship":
        y = min(horizon - size * 0.2 + height * rng.uniform(0, 0.15), bottom - size * 0.46)
    else:
        size = min(width, height) * rng.uniform(0.5, 0.72)
        y = max(horizon + height * 0.04 - size / 2, top + size * 0.56)
    MOTIFS[motif](sheet, x, y, size, palette.inks, rng)


def _foreground(sheet: Sheet, bounds: Bounds, palette: Palette, rng: np.random.Generator) -> None:
    left, top, right, bottom = bounds
    height, width = bottom - top, right - left
    for _ in range(int(rng.integers(0, 4))):
        size = min(width, height) * rng.uniform(0.22, 0.62)
        x = left + width * (float(rng.choice([0.1, 0.9])) + rng.normal(0, 0.07))
        foot = bottom - rng.uniform(0.02, 0.1) * height
        tree(sheet, min(max(x, left + size * 0.36), right - size * 0.36), foot, size, palette, rng)
    for _ in range(int(rng.integers(0, 5))):
        x = left + width * np.clip(rng.normal(0.5, 0.17), 0.08, 0.92)
        _stroller(sheet, (x, bottom - height * rng.uniform(0.03, 0.12)), height * rng.uniform(0.06, 0.09), palette, rng)


def _stroller(sheet: Sheet, feet: tuple[float, float], size: float, palette: Palette, rng: np.random.Generator) -> None:
    """Somebody with a hat who looks at the view."""
    x, foot = feet
    coat = mix(palette.inks.dark, palette.inks.accent, rng.uniform(0, 0.5))
    wide = size * (0.3 if rng.random() < 0.5 else 0.13)
    sheet.polygon(
        [
            (x - size * 0.1, foot - size * 0.72),
            (x + size * 0.1, foot - size * 0.72),
            (x + wide, foot),
            (x - wide, foot),
        ],
        coat,
    )
    sheet.disc((x, foot - size * 0.82), size * 0.09, mix(palette.walls, palette.inks.accent, 0.2))
    sheet.box((x - size * 0.14, foot - size * 0.92, x + size * 0.14, foot - size * 0.88), palette.inks.dark)
    sheet.box((x - size * 0.08, foot - size * 1.04, x + size * 0.08, foot - size * 0.88), palette.inks.dark)


def tree(sheet: Sheet, x: float, foot: float, size: float, palette: Palette, rng: np.random.Generator) -> None:
    """A broad-leaved tree or a poplar, `size` tall, standing at (x, foot)."""
    bark = mix(palette.leaves, palette.inks.dark, 0.7)
    trunk = [(-0.045, 0), (-0.02, -0.2), (-0.014, -0.6), (0.014, -0.6), (0.02, -0.2), (0.055, 0)]
    sheet.polygon([(x + size * across, foot + size * down) for across, down in trunk], bark)
    for side in (-1, 1):
        sheet.line([(x, foot - size * 0.3), (x + side * size * 0.15, foot - size * 0.52)], bark, size * 0.014)
    across, down = (0.085, 0.36) if rng.random() < 0.3 else (0.26, 0.24)
    dark, light = mix(palette.leaves, palette.inks.dark, 0.55), mix(palette.leaves, palette.horizon, 0.35)
    for step in range(70):
        lit = step / 70
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1) ** 0.5
        leaf = size * rng.uniform(0.025, 0.075) * (1.2 - 0.5 * lit)
        where = (
            x + size * (across * reach * np.cos(angle) - 0.035 * lit),
            foot - size * (0.64 + down * reach * np.sin(angle) + 0.03 * lit),
        )
        sheet.disc(where, (leaf, leaf * 0.75), mix(dark, light, lit))
