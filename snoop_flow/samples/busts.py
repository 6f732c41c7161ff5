"""Heads and shoulders: facing us for portraits, in profile for coins and seals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snoop_flow.samples.sheet import Colour, Sheet, curve, mix, ring


@dataclass(frozen=True, slots=True)
class Sitter:
    """What a portrait is painted with."""

    skin: Colour
    hair: Colour
    coat: Colour
    linen: Colour
    dark: Colour


GREY_SITTER = Sitter((226, 226, 226), (96, 96, 96), (92, 92, 92), (246, 246, 246), (22, 22, 22))


def bust(sheet: Sheet, x: float, y: float, size: float, sitter: Sitter, rng: np.random.Generator) -> None:
    """A sitter facing us, head centred at (x, y), about `size` from crown to chest."""
    half, tall = size * rng.uniform(0.125, 0.15), size * rng.uniform(0.18, 0.205)
    turn = size * rng.uniform(-0.03, 0.03)
    style = int(rng.integers(4))
    _hair_behind(sheet, (x, y), (half, tall), style, sitter, rng)
    _shoulders(sheet, x, y, size, sitter, rng)
    _head(sheet, (x, y), (half, tall), turn, sitter)
    _features(sheet, (x + turn, y), (half, tall), sitter, rng)
    _hair_front(sheet, (x, y), (half, tall), style, sitter, rng)


def _shoulders(sheet: Sheet, x: float, y: float, size: float, sitter: Sitter, rng: np.random.Generator) -> None:
    neck, chest = y + size * 0.15, y + size * 0.72
    wide = size * rng.uniform(0.34, 0.42)
    left = curve([(x - size * 0.07, neck + size * 0.05), (x - wide * 0.75, neck + size * 0.18), (x - wide, chest)], 12)
    body = np.concatenate([left, np.column_stack([2 * x - left[::-1, 0], left[::-1, 1]])])
    sheet.polygon(body, sitter.coat, sitter.dark, 1.2)
    shade = np.column_stack([2 * x - left[:, 0], left[:, 1]])
    sheet.polygon(
        np.concatenate([shade, [(x + wide * 0.35, chest), (x + size * 0.04, neck + size * 0.2)]]),
        mix(sitter.coat, sitter.dark, 0.45),
    )
    sheet.polygon(
        [
            (x - size * 0.075, y),
            (x + size * 0.075, y),
            (x + size * 0.09, neck + size * 0.12),
            (x - size * 0.09, neck + size * 0.12),
        ],
        mix(sitter.skin, sitter.dark, 0.16),
    )
    if rng.random() < 0.5:
        _ruff(sheet, x, neck + size * 0.08, size, sitter)
    else:
        _lapels(sheet, x, neck, size, sitter, rng)


def _ruff(sheet: Sheet, x: float, y: float, size: float, sitter: Sitter) -> None:
    for degrees in range(0, 360, 15):
        turn = np.radians(degrees)
        place = (x + size * 0.16 * np.cos(turn), y + size * 0.05 * np.sin(turn))
        sheet.disc(place, (size * 0.045, size * 0.04), sitter.linen, mix(sitter.linen, sitter.dark, 0.5), 0.9)
    sheet.disc((x, y - size * 0.01), (size * 0.12, size * 0.035), mix(sitter.linen, sitter.dark, 0.12))


def _lapels(sheet: Sheet, x: float, neck: float, size: float, sitter: Sitter, rng: np.random.Generator) -> None:
    low = neck + size * rng.uniform(0.26, 0.42)
    sheet.polygon(
        [(x - size * 0.09, neck + size * 0.04), (x + size * 0.09, neck + size * 0.04), (x, low)],
        sitter.linen,
        sitter.dark,
        0.8,
    )
    for side in (-1, 1):
        lapel = [(x + side * size * 0.09, neck + size * 0.02), (x + side * size * 0.2, neck + size * 0.2), (x, low)]
        sheet.polygon(lapel, mix(sitter.coat, sitter.linen, 0.18), sitter.dark, 0.9)
    for step in range(3):
        sheet.disc((x, low + size * (0.05 + 0.07 * step)), size * 0.012, sitter.linen, sitter.dark, 0.6)
    if rng.random() < 0.5:
        sheet.disc((x, neck + size * 0.1), (size * 0.055, size * 0.04), sitter.linen, sitter.dark, 0.8)


def _head(sheet: Sheet, centre: tuple[float, float], radii: tuple[float, float], turn: float, sitter: Sitter) -> None:
    (x, y), (half, tall) = centre, radii
    jaw = [(-1, -0.2), (-0.92, 0.35), (-0.5, 0.88), (0, 1.04), (0.5, 0.88), (0.92, 0.35), (1, -0.2)]
    outline = curve([(x + half * across, y + tall * down) for across, down in jaw], 8)
    skull = ring((x, y - tall * 0.2), (half, tall * 0.8), 0, -180, 24)
    sheet.polygon(np.concatenate([outline, skull]), sitter.skin, mix(sitter.skin, sitter.dark, 0.55), 1)
    for step in range(6):
        share = 1 - step * 0.09
        side = ring((x + turn, y), (half * share, tall * share), -60, 75, 20)
        back = ring((x + turn, y), (half * (share - 0.14), tall * share), 75, -60, 20)
        sheet.polygon(np.concatenate([side, back]), mix(sitter.skin, sitter.dark, 0.3 - 0.04 * step))
    sheet.disc(
        (x - half * 0.45 + turn, y + tall * 0.3), (half * 0.2, tall * 0.12), mix(sitter.skin, (210, 96, 84), 0.22)
    )


def _features(
    sheet: Sheet, centre: tuple[float, float], radii: tuple[float, float], sitter: Sitter, rng: np.random.Generator
) -> None:
    (x, y), (half, tall) = centre, radii
    line, shade = mix(sitter.skin, sitter.dark, 0.75), mix(sitter.skin, sitter.dark, 0.3)
    gap, pen = half * rng.uniform(0.38, 0.46), max(0.9, half * 0.045)
    for side in (-1, 1):
        eye = (x + side * gap, y - tall * 0.04)
        sheet.disc(eye, (half * 0.2, tall * 0.075), (248, 244, 238), line, pen * 0.7)
        sheet.disc((eye[0] + half * 0.02, eye[1]), half * 0.085, sitter.dark)
        sheet.line(
            ring((eye[0], eye[1] - tall * 0.05), (half * 0.27, tall * 0.13), 205, 335, 12),
            mix(sitter.hair, sitter.dark, 0.5),
            pen * 1.5,
        )
    sheet.line(
        curve([(x - half * 0.03, y), (x + half * 0.1, y + tall * 0.3), (x - half * 0.1, y + tall * 0.37)], 8), line, pen
    )
    sheet.polygon([(x + half * 0.03, y), (x + half * 0.2, y + tall * 0.36), (x + half * 0.06, y + tall * 0.36)], shade)
    mouth = y + tall * rng.uniform(0.58, 0.64)
    lips = mix(sitter.skin, (168, 62, 58), 0.55)
    sheet.disc((x, mouth + tall * 0.02), (half * 0.25, tall * 0.05), lips)
    sheet.line(
        curve([(x - half * 0.28, mouth), (x, mouth + tall * 0.015), (x + half * 0.28, mouth - tall * 0.01)], 8),
        line,
        pen,
    )
    sheet.line(ring((x, mouth), (half * 0.16, tall * 0.13), 40, 140, 10), shade, pen)
    if rng.random() < 0.4:
        _beard(sheet, (x, mouth), (half, tall), sitter, rng)


def _beard(
    sheet: Sheet, mouth: tuple[float, float], radii: tuple[float, float], sitter: Sitter, rng: np.random.Generator
) -> None:
    (x, y), (half, tall) = mouth, radii
    for _ in range(60):
        start = (x + rng.normal(0, half * 0.3), y + tall * rng.uniform(0.12, 0.34))
        colour = mix(sitter.hair, sitter.dark if rng.random() < 0.5 else sitter.skin, rng.uniform(0, 0.35))
        sheet.line([start, (start[0] + (start[0] - x) * 0.2, start[1] + tall * rng.uniform(0.1, 0.3))], colour, 1.4)
    for side in (-1, 1):
        sheet.line(
            curve(
                [
                    (x, y - tall * 0.07),
                    (x + side * half * 0.2, y - tall * 0.08),
                    (x + side * half * 0.4, y + tall * 0.01),
                ],
                6,
            ),
            sitter.hair,
            half * 0.09,
        )


def _hair_behind(
    sheet: Sheet, centre: tuple[float, float], radii: tuple[float, float], style: int, sitter: Sitter,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Wig (0), bun (1), short hair under a hat (2), loose hair (3)."""
    (x, y), (half, tall) = centre, radii
    if style in (0, 3):
        for _ in range(46):
            side = rng.choice([-1, 1])
            low = y + tall * rng.uniform(-0.7, 1.25 if style == 0 else 0.9)
            sheet.disc(
                (x + side * half * rng.uniform(0.75, 1.3), low),
                half * rng.uniform(0.14, 0.3),
                mix(sitter.hair, sitter.dark, rng.uniform(0, 0.45)),
            )
    if style == 1:
        sheet.disc((x, y - tall * 1.05), (half * 0.55, tall * 0.35), sitter.hair, sitter.dark, 1)


def _hair_front(
    sheet: Sheet, centre: tuple[float, float], radii: tuple[float, float], style: int, sitter: Sitter,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    (x, y), (half, tall) = centre, radii
    part = x + half * rng.uniform(-0.4, 0.4)
    cap = ring((x, y - tall * 0.2), (half * 1.12, tall * 0.98), 180, 360, 30)
    fringe = curve(
        [
            (x + half * 1.12, y - tall * 0.15),
            (x + half * 0.75, y - tall * 0.5),
            (part, y - tall * 0.78),
            (x - half * 0.75, y - tall * 0.5),
            (x - half * 1.12, y - tall * 0.15),
        ],
        8,
    )
    sheet.polygon(np.concatenate([cap, fringe]), sitter.hair, mix(sitter.hair, sitter.dark, 0.6), 1)
    for share in np.linspace(-0.95, 0.95, 15):
        end = (x + share * half * 1.1, y - tall * (0.3 + 0.8 * np.sqrt(1 - share**2) * 0.9))
        strand = mix(sitter.hair, sitter.dark if rng.random() < 0.6 else sitter.linen, 0.3)
        sheet.line([(part + (end[0] - part) * 0.25, y - tall * 0.92), end], strand, 1.2)
    if style == 2:
        wide = half * rng.uniform(1.5, 2)
        sheet.disc((x, y - tall * 0.75), (wide, tall * 0.2), mix(sitter.coat, sitter.dark, 0.4), sitter.dark, 1)
        sheet.polygon(
            ring((x, y - tall * 0.78), (half * 1.02, tall * rng.uniform(0.6, 0.95)), 180, 360, 24),
            mix(sitter.coat, sitter.dark, 0.3),
            sitter.dark,
            1,
        )


def profile(x: float, y: float, size: float, way: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Outline of a head and neck in profile within a square of `size` around (x, y), looking left (-1) or right (1)."""
    nose, chin = rng.uniform(0.36, 0.45), rng.uniform(0.24, 0.33)
    line = [
        (-0.1, -0.5), (0.12, -0.47), (0.25, -0.34), (0.28, -0.2), (0.27, -0.11), (nose, 0.03), (0.3, 0.06),
        (0.33, 0.12), (0.29, 0.15), (0.32, 0.2), (0.26, 0.24), (chin, 0.33), (0.13, 0.35), (0.06, 0.36),
        (0.08, 0.52), (-0.3, 0.52), (-0.2, 0.3), (-0.32, 0.05), (-0.37, -0.2), (-0.28, -0.41), (-0.1, -0.5),
    ]  # fmt: skip
    points = curve([(across, down) for across, down in line], 6)
    return np.column_stack([x + way * points[:, 0] * size, y + points[:, 1] * size])
