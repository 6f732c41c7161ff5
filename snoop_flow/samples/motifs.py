"""Things that turn up in several kinds of document: a balloon, a ship, a tower."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from snoop_flow.samples.sheet import Colour, Sheet, curve, mix, ring


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours a motif is drawn with: for an engraving greys, for a poster anything."""

    dark: Colour
    middle: Colour
    light: Colour
    accent: Colour


GREYS = Inks((40, 40, 40), (125, 125, 125), (228, 228, 228), (170, 170, 170))
OUTLINES = Inks((40, 32, 26), (196, 184, 160), (246, 240, 226), (170, 120, 80))

Motif = Callable[[Sheet, float, float, float, Inks, np.random.Generator], None]


def balloon(sheet: Sheet, x: float, y: float, size: float, inks: Inks, rng: np.random.Generator) -> None:
    """A balloon with its car, centred at (x, y) and `size` tall."""
    radius = size * rng.uniform(0.3, 0.36)
    top = y - size / 2 + radius
    neck = top + radius * rng.uniform(1.35, 1.6)
    gores = int(rng.choice([6, 8, 10]))
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, gores + 1))
    for index in range(gores):
        colour = (inks.light, inks.accent)[index % 2]
        shade = mix(colour, inks.dark, max(0.0, 0.42 * (edges[index + 1] - 0.15)))
        _gore(sheet, (x, top, neck), radius, (edges[index], edges[index + 1]), shade)
    _ornaments(sheet, (x, top), radius, inks, rng)
    outline = np.concatenate([_meridian(x, top, neck, radius, -1), _meridian(x, top, neck, radius, 1)[::-1]])
    sheet.polygon(outline, None, inks.dark, max(0.8, size * 0.006))
    _car(sheet, (x, neck), radius, y + size / 2, inks, rng)


def _meridian(
    x: float, top: float, neck: float, radius: float, share: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """A line from pole to neck over the envelope; `share` -1 is its left edge, 1 its right."""
    upper = ring((x, top), (radius * share, radius), -90, 20, 24)
    lower = curve(
        [
            (upper[-1][0], upper[-1][1]),
            (x + radius * share * 0.6, top + radius * 0.95),
            (x + radius * share * 0.17, neck),
        ],
        8,
    )
    return np.concatenate([upper, lower])


def _gore(
    sheet: Sheet, axis: tuple[float, float, float], radius: float, shares: tuple[float, float], colour: Colour
) -> None:
    x, top, neck = axis
    left, right = (_meridian(x, top, neck, radius, share) for share in shares)
    sheet.polygon(np.concatenate([left, right[::-1]]), colour)


def _ornaments(sheet: Sheet, centre: tuple[float, float], radius: float, inks: Inks, rng: np.random.Generator) -> None:
    """A painted belt, with or without medallions."""
    x, top = centre
    if rng.random() < 0.35:
        return
    high, low = top + radius * rng.uniform(-0.2, 0.05), top + radius * rng.uniform(0.25, 0.4)
    reach = [radius * np.sqrt(max(0.05, 1 - ((v - top) / radius) ** 2)) for v in (high, low)]
    upper = ring((x, high), (reach[0], radius * 0.1), 0, 180, 20)
    lower = ring((x, low), (reach[1], radius * 0.1), 180, 0, 20)
    sheet.polygon(
        np.concatenate([upper, lower]), mix(inks.middle, inks.accent, 0.4), inks.dark, max(0.6, radius * 0.012)
    )
    for share in (-0.62, 0.0, 0.62):
        place = (x + share * reach[0], (high + low) / 2 + radius * 0.09 * (1 - share**2))
        sheet.disc(
            place,
            (radius * 0.1 * (1 - abs(share) * 0.4), radius * 0.1),
            inks.light,
            inks.dark,
            max(0.6, radius * 0.012),
        )


def _car(
    sheet: Sheet, neck: tuple[float, float], radius: float, bottom: float, inks: Inks, rng: np.random.Generator
) -> None:
    """Ropes, the wicker car, one or two travellers, perhaps a flag."""
    x, top = neck
    height, half = (bottom - top) * 0.42, radius * rng.uniform(0.22, 0.32)
    rim = bottom - height
    for share in (-1, -0.4, 0.4, 1):
        sheet.line(
            [(x + share * radius * 0.5, top - radius * 0.35), (x + share * half, rim)],
            inks.dark,
            max(0.5, radius * 0.012),
        )
    for offset in (-0.4, 0.35)[: int(rng.integers(1, 3))]:
        sheet.disc((x + offset * half, rim - height * 0.5), height * 0.2, inks.dark)
        sheet.box(
            (x + offset * half - height * 0.2, rim - height * 0.32, x + offset * half + height * 0.2, rim + 2),
            inks.dark,
        )
    car = [(x - half, rim), (x + half, rim), (x + half * 0.75, bottom), (x - half * 0.75, bottom)]
    sheet.polygon(car, inks.middle, inks.dark, max(0.7, radius * 0.02))
    sheet.line(
        [(x - half * 0.9, rim + height * 0.4), (x + half * 0.9, rim + height * 0.4)],
        inks.dark,
        max(0.5, radius * 0.012),
    )
    if rng.random() < 0.5:
        sheet.polygon(
            [(x + half, rim), (x + half * 2.3, rim - height * 0.35), (x + half * 1.1, rim - height * 0.6)],
            inks.accent,
            inks.dark,
            0.7,
        )


def ship(sheet: Sheet, x: float, y: float, size: float, inks: Inks, rng: np.random.Generator) -> None:
    """A sailing ship under way, centred at (x, y) and `size` wide."""
    way = 1 if rng.random() < 0.5 else -1
    deck, keel = y + size * 0.24, y + size * 0.42
    pen = max(0.7, size * 0.008)
    masts = (-0.26, 0.06, 0.3)[: int(rng.integers(2, 4))]
    sheet.line([(x + way * size * 0.36, deck), (x + way * size * 0.56, deck - size * 0.16)], inks.dark, pen * 1.4)
    for index, share in enumerate(masts):
        _mast(sheet, (x + way * size * share, deck), size * (0.72 if index == 1 else 0.6), way, inks, rng)
    hull = curve(
        [
            (x - way * size * 0.46, deck - size * 0.09),
            (x - way * size * 0.3, deck + size * 0.01),
            (x + way * size * 0.2, deck + size * 0.02),
            (x + way * size * 0.44, deck - size * 0.04),
        ],
        10,
    )
    belly = curve(
        [(x + way * size * 0.36, keel - size * 0.03), (x, keel), (x - way * size * 0.38, keel - size * 0.02)], 10
    )
    sheet.polygon(np.concatenate([hull, belly]), mix(inks.dark, inks.middle, 0.35), inks.dark, pen)
    sheet.line(hull + np.array([0, size * 0.05]), inks.light, pen)
    for share in np.arange(-0.3, 0.34, 0.1):
        where = (x + way * size * share, deck + size * 0.095)
        sheet.disc(where, size * 0.012, inks.light)


def _mast(
    sheet: Sheet, foot: tuple[float, float], height: float, way: int, inks: Inks, rng: np.random.Generator
) -> None:
    x, deck = foot
    pen = max(0.7, height * 0.012)
    sheet.line([(x, deck), (x, deck - height)], inks.dark, pen * 1.4)
    for rope in (-0.2, 0.2):
        sheet.line([(x, deck - height * 0.9), (x + rope * height, deck)], inks.dark, max(0.5, pen * 0.4))
    top = deck - height * 0.92
    for tier, half in enumerate((0.13, 0.18, 0.23)):
        low = top + height * (0.2 + 0.03 * tier)
        belly = way * height * rng.uniform(0.06, 0.11)
        left = curve(
            [
                (x - half * height, top),
                (x - half * height * 0.8 + belly, (top + low) / 2),
                (x - half * height * 1.1, low),
            ],
            6,
        )
        right = curve(
            [
                (x + half * height * 1.1, low),
                (x + half * height + belly * 1.6, (top + low) / 2),
                (x + half * height, top),
            ],
            6,
        )
        shade = mix(inks.light, inks.middle, rng.uniform(0, 0.45))
        sheet.polygon(np.concatenate([left, right]), shade, inks.dark, pen * 0.8)
        top = low + height * 0.03
    pennant = [(x, deck - height), (x + way * height * 0.26, deck - height * 0.97), (x, deck - height * 0.93)]
    sheet.polygon(pennant, inks.accent, inks.dark, 0.6)


def tower(sheet: Sheet, x: float, y: float, size: float, inks: Inks, rng: np.random.Generator) -> None:
    """A keep, belfry or lighthouse, centred at (x, y) and `size` tall."""
    half = size * rng.uniform(0.11, 0.17)
    foot, top = y + size / 2, y - size * rng.uniform(0.16, 0.26)
    flare = half * rng.uniform(0.05, 0.3)
    pen = max(0.8, size * 0.006)
    body = [(x - half, top), (x + half, top), (x + half + flare, foot), (x - half - flare, foot)]
    sheet.polygon(body, inks.light)
    sheet.polygon(
        [(x + half * 0.25, top), (x + half, top), (x + half + flare, foot), (x + half * 0.3, foot)], inks.middle
    )
    for level in np.arange(top + size * 0.05, foot, size * 0.045):
        start = x - half + rng.uniform(0, half)
        sheet.line([(start, level), (start + half * rng.uniform(0.3, 0.8), level)], inks.middle, pen * 0.6)
    sheet.polygon(body, None, inks.dark, pen)
    for level in np.linspace(top + size * 0.12, foot - size * 0.2, int(rng.integers(2, 4))):
        sheet.box((x - half * 0.2, level, x + half * 0.2, level + size * 0.07), inks.dark, radius=half * 0.19)
    sheet.box((x - half * 0.3, foot - size * 0.12, x + half * 0.3, foot), inks.dark, radius=half * 0.25)
    heads = (_battlements, _spire, _lantern)
    heads[int(rng.integers(3))](sheet, x, top, half, size, inks)


def _battlements(sheet: Sheet, x: float, top: float, half: float, size: float, inks: Inks) -> None:
    wide, pen = half * 1.3, max(0.8, size * 0.006)
    sheet.box((x - wide, top - size * 0.06, x + wide, top + size * 0.02), inks.light, inks.dark, pen)
    for share in np.linspace(-1, 0.72, 5):
        left = x + share * wide
        sheet.box((left, top - size * 0.11, left + wide * 0.27, top - size * 0.055), inks.light, inks.dark, pen)
    sheet.line([(x, top - size * 0.06), (x, top - size * 0.26)], inks.dark, pen)
    sheet.polygon(
        [(x, top - size * 0.26), (x + half * 1.3, top - size * 0.22), (x, top - size * 0.18)],
        inks.accent,
        inks.dark,
        pen,
    )


def _spire(sheet: Sheet, x: float, top: float, half: float, size: float, inks: Inks) -> None:
    pen, peak = max(0.8, size * 0.006), top - size * 0.3
    sheet.polygon([(x - half * 1.2, top), (x, peak), (x + half * 1.2, top)], inks.accent, inks.dark, pen)
    sheet.polygon([(x + half * 0.2, top), (x, peak), (x + half * 1.2, top)], mix(inks.accent, inks.dark, 0.45))
    sheet.disc((x, top + size * 0.07), half * 0.45, inks.light, inks.dark, pen)
    sheet.line([(x, top + size * 0.07), (x, top + size * 0.045)], inks.dark, pen)
    sheet.line([(x, peak), (x, peak - size * 0.05)], inks.dark, pen)


def _lantern(sheet: Sheet, x: float, top: float, half: float, size: float, inks: Inks) -> None:
    pen = max(0.8, size * 0.006)
    sheet.box((x - half * 1.25, top - size * 0.02, x + half * 1.25, top + size * 0.015), inks.middle, inks.dark, pen)
    sheet.box((x - half * 0.7, top - size * 0.13, x + half * 0.7, top - size * 0.02), inks.light, inks.dark, pen)
    for share in (-0.25, 0.25):
        sheet.line([(x + share * half, top - size * 0.13), (x + share * half, top - size * 0.02)], inks.dark, pen)
    cap = ring((x, top - size * 0.13), (half * 0.8, size * 0.1), 180, 360, 20)
    sheet.polygon(cap, inks.accent, inks.dark, pen)
    sheet.line([(x, top - size * 0.23), (x, top - size * 0.29)], inks.dark, pen)


MOTIFS: dict[str, Motif] = {"balloon": balloon, "ship": ship, "tower": tower}
