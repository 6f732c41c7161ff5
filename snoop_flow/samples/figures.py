"""What posters show when they show no balloon, ship or tower: a dancer, a bottle, a mask."""

from __future__ import annotations

import numpy as np

from snoop_flow.samples.lettering import banner
from snoop_flow.samples.motifs import Inks, Motif
from snoop_flow.samples.sheet import Sheet, curve, mix, ring


def dancer(sheet: Sheet, x: float, y: float, size: float, inks: Inks, rng: np.random.Generator) -> None:
    """A dancer with a swirling skirt."""
    way = float(rng.choice([-1, 1]))
    for layer in range(4):
        half = size * (0.42 - 0.07 * layer)
        hem = curve(
            [
                (x + half * share, y + size * (0.2 - 0.05 * layer + 0.05 * (index % 2)))
                for index, share in enumerate(np.linspace(-1, 1, 9))
            ],
            6,
        )
        sheet.polygon(
            np.concatenate([[(x, y - size * 0.14)], hem]),
            (inks.accent, inks.light, inks.middle, inks.accent)[layer],
            inks.dark,
            1.5,
        )
    for side in (-1, 1):
        sheet.line(
            curve(
                [
                    (x + side * size * 0.05, y + size * 0.18),
                    (x + way * side * size * 0.13, y + size * 0.34),
                    (x + side * size * 0.1, y + size * 0.49),
                ],
                8,
            ),
            inks.dark,
            size * 0.028,
        )
        sheet.line(
            curve(
                [
                    (x, y - size * 0.25),
                    (x + side * size * 0.2, y - size * (0.3 + 0.08 * way * side)),
                    (x + side * size * 0.27, y - size * 0.46),
                ],
                8,
            ),
            inks.light,
            size * 0.026,
        )
    sheet.polygon(
        [
            (x - size * 0.06, y - size * 0.28),
            (x + size * 0.06, y - size * 0.28),
            (x + size * 0.035, y - size * 0.12),
            (x - size * 0.035, y - size * 0.12),
        ],
        inks.dark,
    )
    sheet.disc((x, y - size * 0.37), size * 0.06, inks.light, inks.dark, 1.5)
    sheet.polygon(ring((x, y - size * 0.385), (size * 0.068, size * 0.065), 180, 360, 16), inks.dark)


def bottle(sheet: Sheet, x: float, y: float, size: float, inks: Inks, rng: np.random.Generator) -> None:
    """A bottle and a glass."""
    half, top, foot = size * rng.uniform(0.1, 0.14), y - size * 0.48, y + size * 0.45
    side = curve(
        [(x - half * 0.35, top), (x - half * 0.38, y - size * 0.2), (x - half, y - size * 0.06), (x - half, foot)], 10
    )
    sheet.polygon(
        np.concatenate([side, np.column_stack([2 * x - side[::-1, 0], side[::-1, 1]])]),
        mix(inks.dark, inks.accent, 0.3),
        inks.dark,
        2.5,
    )
    sheet.line([(x - half * 0.6, y), (x - half * 0.6, foot - size * 0.06)], inks.light, size * 0.014)
    sheet.box((x - half * 0.94, y + size * 0.06, x + half * 0.94, y + size * 0.27), inks.light, inks.dark, 1.5)
    banner(sheet, (x - half * 0.75, y + size * 0.12, x + half * 0.75, y + size * 0.19), "AMER", inks.accent)
    sheet.box((x - half * 0.45, top - size * 0.03, x + half * 0.45, top + size * 0.08), inks.accent, inks.dark, 1.5)
    glass = x + size * float(rng.choice([-0.3, 0.3]))
    bowl = [
        (glass - size * 0.08, y + size * 0.1),
        (glass + size * 0.08, y + size * 0.1),
        (glass + size * 0.02, y + size * 0.28),
        (glass - size * 0.02, y + size * 0.28),
    ]
    sheet.polygon(bowl, inks.light, inks.dark, 2)
    sheet.polygon(
        [(glass - size * 0.06, y + size * 0.16), (glass + size * 0.06, y + size * 0.16), (glass, y + size * 0.28)],
        inks.accent,
    )
    sheet.line([(glass, y + size * 0.28), (glass, foot)], inks.dark, 3)
    sheet.disc((glass, foot), (size * 0.08, size * 0.016), inks.light, inks.dark, 2)


def mask(sheet: Sheet, x: float, y: float, size: float, inks: Inks, rng: np.random.Generator) -> None:
    """A carnival mask with feathers."""
    for degrees in np.linspace(-160, -20, int(rng.integers(7, 12))):
        turn = np.radians(degrees)
        reach = size * rng.uniform(0.36, 0.46)
        tip = (x + reach * np.cos(turn), y + reach * np.sin(turn))
        sheet.line(curve([(x, y), ((x + tip[0]) / 2 + 8, (y + tip[1]) / 2), tip], 8), inks.dark, size * 0.05)
        sheet.disc(tip, (size * 0.045, size * 0.07), (inks.accent, inks.middle)[rng.integers(2)], inks.dark, 2)
    brow = curve(
        [
            (x - size * 0.36, y - size * 0.12),
            (x - size * 0.16, y - size * 0.14),
            (x, y - size * 0.06),
            (x + size * 0.16, y - size * 0.14),
            (x + size * 0.36, y - size * 0.12),
        ],
        10,
    )
    cheek = curve(
        [
            (x + size * 0.3, y + size * 0.06),
            (x + size * 0.13, y + size * 0.14),
            (x, y + size * 0.03),
            (x - size * 0.13, y + size * 0.14),
            (x - size * 0.3, y + size * 0.06),
        ],
        10,
    )
    sheet.polygon(np.concatenate([brow, cheek]), inks.light, inks.dark, 3)
    for side in (-1, 1):
        sheet.disc((x + side * size * 0.15, y), (size * 0.075, size * 0.045), inks.dark, inks.accent, 3)
        sheet.line(
            curve(
                [
                    (x + side * size * 0.3, y),
                    (x + side * size * 0.42, y + size * 0.2),
                    (x + side * size * 0.33, y + size * 0.42),
                ],
                10,
            ),
            inks.accent,
            5,
        )


FIGURES: tuple[Motif, ...] = (dancer, bottle, mask)
