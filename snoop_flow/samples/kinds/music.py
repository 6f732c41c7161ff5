"""Pages of music: engraved, copied by hand, or plainchant."""

from __future__ import annotations

import numpy as np
from PIL import Image

from snoop_flow.samples.lettering import banner, handwriting, write
from snoop_flow.samples.paper import CREAM, GREYISH, IVORY, PARCHMENT, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.sheet import Colour, Sheet, curve, sway
from snoop_flow.samples.words import PEOPLE, PIECES, SYLLABLES, pick

_PRINT: Colour = (38, 34, 32)


def draw_music(rng: np.random.Generator, motif: str) -> Image.Image:
    """A page of music: engraved, in a copyist's hand, or plainchant on red lines."""
    width, height = (690, int(rng.integers(880, 960))) if rng.random() < 0.8 else (940, 690)
    sheet, manner = Sheet(width, height), ("print", "hand", "chant")[int(rng.choice(3, p=[0.55, 0.27, 0.18]))]
    ink = _PRINT if manner == "print" else sway((74, 50, 32), rng, 8)
    gap = 9.0 if manner == "chant" else rng.uniform(5.4, 7.2)
    top = 60.0
    if rng.random() < 0.6:
        half = width * rng.uniform(0.16, 0.3)
        banner(sheet, (width / 2 - half, 40, width / 2 + half, 74), pick(rng, PIECES), ink)
        write(sheet, (width - 60, 92), pick(rng, PEOPLE), 12, ink, "rm")
        top = 120.0
    _systems(sheet, top, gap, manner, ink, rng)
    paper = PARCHMENT if manner == "chant" else (IVORY, CREAM, GREYISH)[rng.integers(3)]
    page = printed_on(sheet.finish(), sheet_of_paper(rng, width, height, paper, rng.uniform(0.6, 1.5)))
    return on_scanner(page, rng) if rng.random() < 0.4 else page


def _systems(sheet: Sheet, top: float, gap: float, manner: str, ink: Colour, rng: np.random.Generator) -> None:
    """Staves down the page, braced in twos for a keyboard, with words for a singer."""
    left, right = 56.0, sheet.width - 50.0
    braced = manner == "print" and rng.random() < 0.55
    sung = manner == "chant" or rng.random() < 0.45
    pitch = gap * (11.5 if sung else 9.2)
    tops = np.arange(top, sheet.height - gap * 8 - 36, pitch)
    for index, y in enumerate(tops.tolist()):
        _staff(sheet, (left, right), y, gap, manner, ink)
        (_neumes if manner == "chant" else _notes)(sheet, (left + gap * 7, right), y, gap, manner, ink, rng)
        if manner == "chant":
            for line in (0.6, 1.4):
                sheet.box((left + gap, y + gap * (line - 0.3), left + gap * 1.8, y + gap * (line + 0.3)), ink)
        else:
            _clef(sheet, left + gap * 2.2, y, gap, bass=braced and index % 2 == 1, ink=ink)
        if sung:
            _words(sheet, (left + gap * 8, right), y + gap * (6 if manner == "chant" else 6.8), gap, manner, ink, rng)
        if braced and index % 2 == 0 and index + 1 < len(tops):
            sheet.line([(left, y), (left, y + pitch + gap * 4)], ink, 1.6)
            sheet.line(
                curve(
                    [
                        (left - 4, y),
                        (left - 12, y + pitch / 2),
                        (left - 20, y + (pitch + gap * 4) / 2),
                        (left - 12, y + pitch),
                        (left - 4, y + pitch + gap * 4),
                    ],
                    10,
                ),
                ink,
                2.4,
            )


def _staff(sheet: Sheet, span: tuple[float, float], y: float, gap: float, manner: str, ink: Colour) -> None:
    colour = (176, 52, 40) if manner == "chant" else ink
    for line in range(4 if manner == "chant" else 5):
        sheet.line([(span[0], y + line * gap), (span[1], y + line * gap)], colour, 0.9)


def _clef(sheet: Sheet, x: float, y: float, gap: float, bass: bool, ink: Colour) -> None:
    if bass:
        sheet.disc((x - gap * 0.6, y + gap), gap * 0.35, ink)
        sheet.line(
            curve(
                [
                    (x - gap * 0.6, y + gap * 0.8),
                    (x + gap * 0.2, y),
                    (x + gap * 0.9, y + gap),
                    (x - gap * 0.6, y + gap * 3.2),
                ],
                10,
            ),
            ink,
            gap * 0.28,
        )
        for offset in (0.5, 1.5):
            sheet.disc((x + gap * 1.6, y + gap * offset), gap * 0.18, ink)
        return
    spiral = [
        (0.1, 3.6), (0.75, 2.9), (0, 2.2), (-0.95, 3), (-0.1, 4.1), (1.1, 3.1), (-0.7, 1.5),
        (0.35, -0.9), (0.45, -0.2), (-0.1, 0.6), (0.35, 5),
    ]  # fmt: skip
    sheet.line(curve([(x + gap * across, y + gap * down) for across, down in spiral], 10), ink, gap * 0.2)
    sheet.disc((x + gap * 0.1, y + gap * 5.1), gap * 0.34, ink)


def _notes(
    sheet: Sheet, span: tuple[float, float], y: float, gap: float, manner: str, ink: Colour, rng: np.random.Generator
) -> None:
    """Bars of beamed and single notes that wander by steps."""
    x, step, shaky = span[0], int(rng.integers(2, 7)), 0.9 if manner == "hand" else 0.0
    while x < span[1] - gap * 9:
        for _ in range(int(rng.integers(1, 4))):
            size = int(rng.choice([1, 1, 2, 4]))
            steps = np.clip(step + np.cumsum(rng.integers(-2, 3, size)), -1, 9)
            step = int(steps[-1])
            places = [
                (x + i * gap * 2.3 + rng.normal(0, shaky), y + gap * (4 - s / 2) + rng.normal(0, shaky))
                for i, s in enumerate(steps)
            ]
            _beamed(sheet, places, gap, up=float(steps.mean()) < 4.5, hollow=size == 1 and rng.random() < 0.3, ink=ink)
            x += size * gap * 2.3 + gap * 1.1
            if x > span[1] - gap * 4:
                break
        if x < span[1] - gap * 2:
            sheet.line([(x, y), (x, y + gap * 4)], ink, 1.1)
        x += gap * 1.6
    sheet.line([(span[1], y), (span[1], y + gap * 4)], ink, 1.6)


def _beamed(sheet: Sheet, places: list[tuple[float, float]], gap: float, up: bool, hollow: bool, ink: Colour) -> None:
    """Heads, stems and the beam that joins them."""
    way = -1 if up else 1
    ends = [places[0][1] + way * gap * 3.3, places[-1][1] + way * gap * 3.3]
    for index, (x, y) in enumerate(places):
        sheet.disc((x, y), (gap * 0.62, gap * 0.45), None if hollow else ink, ink, gap * 0.16)
        stem = x + (gap * 0.55 if up else -gap * 0.55)
        share = index / max(1, len(places) - 1)
        sheet.line([(stem, y), (stem, ends[0] + (ends[1] - ends[0]) * share)], ink, 1.1)
    offset = gap * 0.55 if up else -gap * 0.55
    if len(places) > 1:
        first, last = (places[0][0] + offset, ends[0]), (places[-1][0] + offset, ends[1])
        for beam in range(2 if len(places) == 4 else 1):
            shift = -way * beam * gap * 0.75
            sheet.line([(first[0], first[1] + shift), (last[0], last[1] + shift)], ink, gap * 0.42)


def _neumes(
    sheet: Sheet, span: tuple[float, float], y: float, gap: float, manner: str, ink: Colour, rng: np.random.Generator
) -> None:
    """Square notes, alone and in ligatures."""
    x, step = span[0], 3
    while x < span[1] - gap * 3:
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            step = int(np.clip(step + rng.integers(-2, 3), 0, 6))
            place = y + gap * (3 - step / 2)
            sheet.box((x - gap * 0.42, place - gap * 0.42, x + gap * 0.42, place + gap * 0.42), ink)
            x += gap * 0.86
        if rng.random() < 0.4:
            sheet.line([(x - gap * 0.46, place), (x - gap * 0.46, place + gap * 2)], ink, 1.2)
        x += gap * rng.uniform(0.7, 2)


def _words(
    sheet: Sheet, span: tuple[float, float], y: float, gap: float, manner: str, ink: Colour, rng: np.random.Generator
) -> None:
    if manner == "hand":
        handwriting(sheet, (span[0], y), span[1] - span[0], gap * 1.6, ink, rng)
        return
    x = span[0]
    while x < span[1] - 90:
        for syllable in pick(rng, SYLLABLES).split():
            write(sheet, (x, y), syllable, gap * 1.9, ink, "lm")
            x += gap * (2.2 + len(syllable) * 0.95)
    if manner == "chant":
        sheet.box(
            (span[0] - gap * 3, y - gap * 1.2, span[0] - gap * 0.8, y + gap),
            (176, 52, 40) if rng.random() < 0.5 else (52, 82, 140),
        )
