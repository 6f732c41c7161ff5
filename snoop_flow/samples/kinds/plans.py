"""Architects' drawings: ground plans, fortresses, elevations; ink and wash, or blueprint."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PIL import Image, ImageChops, ImageOps

from snoop_flow.samples.lettering import banner, handwriting, write
from snoop_flow.samples.motifs import Inks, tower
from snoop_flow.samples.paper import CREAM, GREYISH, IVORY, folded, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.sheet import WHITE, Colour, Sheet, mix, ring, sway
from snoop_flow.samples.words import PEOPLE, PLACES, of, pick

_INK: Colour = (40, 36, 38)
_POCHES: tuple[Colour, ...] = ((222, 120, 120), (60, 56, 58), (150, 146, 150), (196, 96, 80))


def draw_plan(rng: np.random.Generator, motif: str) -> Image.Image:
    """An architectural drawing with title and scale."""
    width, height = (920, int(rng.integers(660, 740))) if rng.random() < 0.55 else (690, int(rng.integers(880, 960)))
    sheet, poche = Sheet(width, height), sway(_POCHES[rng.integers(len(_POCHES))], rng, 8)
    if motif == "tower":
        subject = _elevation(sheet, poche, rng)
    else:
        subject = (_house, _fortress, _church)[rng.integers(3)](sheet, poche, rng)
    _captions(sheet, subject, rng)
    art = sheet.finish()
    if rng.random() < 0.2:
        return _blueprint(art, rng)
    page = printed_on(
        art, sheet_of_paper(rng, width, height, (IVORY, CREAM, GREYISH)[rng.integers(3)], rng.uniform(0.5, 1.3))
    )
    if rng.random() < 0.5:
        page = folded(page, rng)
    return on_scanner(page, rng) if rng.random() < 0.35 else page


def _blueprint(art: Image.Image, rng: np.random.Generator) -> Image.Image:
    white = ImageOps.colorize(art.convert("L"), (226, 236, 240), sway((38, 74, 122), rng, 8))
    texture = sheet_of_paper(rng, *art.size, (250, 250, 250), 1)
    return ImageChops.multiply(white, texture)


def _captions(sheet: Sheet, subject: str, rng: np.random.Generator) -> None:
    width, height = sheet.width, sheet.height
    sheet.box((22, 22, width - 22, height - 22), None, _INK, 1.6)
    title = f"{subject} {of(pick(rng, PLACES))}".upper()
    half = min(width * 0.38, len(title) * 8)
    banner(sheet, (width / 2 - half, 40, width / 2 + half, 62), title, _INK)
    x, y, step = 60.0, height - 52.0, 22.0
    for index in range(6):
        sheet.box((x + index * step, y, x + (index + 1) * step, y + 6), _INK if index % 2 else WHITE, _INK, 0.8)
        write(sheet, (x + index * step, y + 16), str(index * 5), 9, _INK)
    write(sheet, (x + 6 * step + 24, y + 3), "toises", 10, _INK, "lm")
    if rng.random() < 0.6:
        handwriting(sheet, (width - 250, height - 44), 200, 13, (84, 66, 50), rng)
    else:
        write(sheet, (width - 50, height - 46), f"{pick(rng, PEOPLE)}, architecte", 12, _INK, "rm")


def _wall(sheet: Sheet, bounds: tuple[float, float, float, float], thick: float, poche: Colour) -> None:
    """Four walls around a room."""
    left, top, right, bottom = bounds
    half = thick / 2
    for box in (
        (left - half, top - half, right + half, top + half), (left - half, bottom - half, right + half, bottom + half),
        (left - half, top - half, left + half, bottom + half), (right - half, top - half, right + half, bottom + half),
    ):  # fmt: skip
        sheet.box(box, poche, _INK, 0.9)


def _door(sheet: Sheet, x: float, y: float, size: float, upright: bool) -> None:
    """A gap in a wall with the quarter circle of its leaf."""
    if upright:
        sheet.box((x - 9, y - size / 2, x + 9, y + size / 2), WHITE)
        sheet.line(ring((x, y - size / 2), (size, size), 0, 90, 14), _INK, 0.7)
        sheet.line([(x, y - size / 2), (x + size, y - size / 2)], _INK, 1)
    else:
        sheet.box((x - size / 2, y - 9, x + size / 2, y + 9), WHITE)
        sheet.line(ring((x - size / 2, y), (size, size), 0, 90, 14), _INK, 0.7)
        sheet.line([(x - size / 2, y), (x - size / 2, y + size)], _INK, 1)


def _house(sheet: Sheet, poche: Colour, rng: np.random.Generator) -> str:
    """A symmetrical mansion: rooms left and right of a hall with a stair."""
    width, height = sheet.width, sheet.height
    left, right, top, bottom = width * 0.12, width * 0.88, height * 0.17, height * 0.82
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    hall = (right - left) * rng.uniform(0.16, 0.26)
    edges = np.concatenate([[0], np.cumsum(rng.uniform(0.6, 1.4, columns))])
    edges = edges / edges[-1] * ((right - left - hall) / 2)
    levels = np.concatenate([[0], np.cumsum(rng.uniform(0.6, 1.4, rows))])
    levels = top + levels / levels[-1] * (bottom - top)
    for upper, lower in pairwise(levels):
        for start, end in pairwise(edges):
            for room in ((left + start, left + end), (right - end, right - start)):
                _wall(sheet, (room[0], upper, room[1], lower), 9, poche)
        for x in (left + edges[-1], right - edges[-1]):
            _door(sheet, x, (upper + lower) / 2, 30, True)
    for start, end in pairwise(edges):
        for x in (left + (start + end) / 2, right - (start + end) / 2):
            for y in levels[1:-1]:
                _door(sheet, x, y, 28, False)
            for y in (top, bottom):
                sheet.box((x - 16, y - 7, x + 16, y + 7), WHITE, _INK, 0.9)
    _wall(sheet, (left, top, right, bottom), 13, poche)
    _stair(sheet, ((left + right) / 2, (top + bottom) / 2), hall, rng)
    _colonnade(sheet, ((left + right) / 2, bottom), hall, poche, rng)
    return "Plan de l'hôtel"


def _stair(sheet: Sheet, centre: tuple[float, float], hall: float, rng: np.random.Generator) -> None:
    x, y = centre
    if rng.random() < 0.5:
        radius = hall * 0.4
        sheet.disc(centre, radius, None, _INK, 1.2)
        sheet.disc(centre, radius * 0.25, None, _INK, 1.2)
        for degrees in range(0, 360, 15):
            turn = np.radians(degrees)
            sheet.line(
                [
                    (x + radius * 0.25 * np.cos(turn), y + radius * 0.25 * np.sin(turn)),
                    (x + radius * np.cos(turn), y + radius * np.sin(turn)),
                ],
                _INK,
                0.8,
            )
        return
    for step in range(16):
        level = y - 72 + step * 9
        sheet.line([(x - hall * 0.28, level), (x + hall * 0.28, level)], _INK, 0.9)
    sheet.box((x - hall * 0.28, y - 72, x + hall * 0.28, y + 63), None, _INK, 1.2)


def _colonnade(sheet: Sheet, middle: tuple[float, float], hall: float, poche: Colour, rng: np.random.Generator) -> None:
    x, y = middle
    for share in np.linspace(-0.6, 0.6, int(rng.choice([4, 6]))):
        place = (x + share * hall * 1.6, y + 34)
        sheet.box((place[0] - 8, place[1] - 8, place[0] + 8, place[1] + 8), WHITE, _INK, 0.8)
        sheet.disc(place, 6, poche, _INK, 0.9)
    for step in range(3):
        sheet.line(
            [(x - hall * (1.1 + 0.04 * step), y + 48 + 6 * step), (x + hall * (1.1 + 0.04 * step), y + 48 + 6 * step)],
            _INK,
            0.8,
        )


def _fortress(sheet: Sheet, poche: Colour, rng: np.random.Generator) -> str:
    """A star of bastions with ditch and streets: much like a map, but measured."""
    centre, sides = np.array([sheet.width / 2, sheet.height / 2 + 8]), int(rng.integers(4, 8))
    radius, spin = min(sheet.width, sheet.height) * rng.uniform(0.3, 0.36), rng.uniform(0, np.pi)

    def star(scale: float, shoulder: float) -> list[tuple[float, float]]:
        points = []
        for side in range(sides):
            for offset, reach in (
                (-0.26, 0.72),
                (-0.2, 0.98 * shoulder),
                (0, 1.22 * shoulder),
                (0.2, 0.98 * shoulder),
                (0.26, 0.72),
            ):
                turn = spin + (side + offset) * 2 * np.pi / sides
                points.append(
                    (
                        centre[0] + radius * scale * reach * np.cos(turn),
                        centre[1] + radius * scale * reach * np.sin(turn),
                    )
                )
        return points

    sheet.polygon(star(1.26, 1), (206, 218, 190), _INK, 0.8)
    sheet.polygon(star(1.13, 1), (190, 212, 222), _INK, 1)
    sheet.polygon(star(1, 1), poche, _INK, 1.6)
    sheet.polygon(star(0.93, 1), (250, 246, 236), _INK, 1)
    for grid in range(-3, 4):
        for row in range(-3, 4):
            x, y = centre + np.array([grid, row]) * radius * 0.17
            if grid * grid + row * row < 11 and (grid, row) != (0, 0):
                block = radius * 0.07
                sheet.box((x - block, y - block, x + block, y + block), mix(poche, WHITE, 0.5), _INK, 0.8)
    sheet.disc((float(centre[0]), float(centre[1])), radius * 0.05, poche, _INK, 1)
    return "Plan de la citadelle"


def _church(sheet: Sheet, poche: Colour, rng: np.random.Generator) -> str:
    """Nave, aisles, transept, round apse; vaults as crossed lines."""
    upright = sheet.height > sheet.width
    long, short = (sheet.height * 0.66, sheet.width * 0.34) if upright else (sheet.width * 0.68, sheet.height * 0.4)
    centre, bays = (sheet.width / 2, sheet.height / 2 + 12), int(rng.integers(5, 9))

    def place(along: float, across: float) -> tuple[float, float]:
        return (centre[0] + across, centre[1] - along) if upright else (centre[0] + along, centre[1] + across)

    apse = [
        place(long * 0.36 + short * 0.5 * np.cos(a), short * 0.5 * np.sin(a))
        for a in np.linspace(-np.pi / 2, np.pi / 2, 24)
    ]
    reach, cross = short * 0.85, (long * 0.14, long * 0.3)
    side = [(-long / 2, short / 2), (cross[0], short / 2), (cross[0], reach), (cross[1], reach), (cross[1], short / 2)]
    above = [place(along, -across) for along, across in side]
    below = [place(along, across) for along, across in reversed(side)]
    outline = [*above, *apse, *below]
    sheet.polygon(outline, WHITE, _INK, 13)
    sheet.polygon(outline, None, poche, 10)
    for bay in range(bays):
        start, end = -long / 2 + bay * long * 0.86 / bays, -long / 2 + (bay + 1) * long * 0.86 / bays
        for low, high in ((-0.5, -0.22), (-0.22, 0.22), (0.22, 0.5)):
            for one, other in ((low, high), (high, low)):
                sheet.line([place(start, one * short), place(end, other * short)], mix(_INK, WHITE, 0.4), 0.7)
        for share in (-0.22, 0.22):
            sheet.disc(place(end, share * short), 8, poche, _INK, 1)
            sheet.disc(place(end, np.sign(share) * short * 0.56), 7, poche, _INK, 1)
    return "Plan de l'église"


def _elevation(sheet: Sheet, poche: Colour, rng: np.random.Generator) -> str:
    """The front of a building with its tower."""
    width, height = sheet.width, sheet.height
    ground, wash = height * 0.84, mix(poche, WHITE, 0.75)
    wide, tall = width * rng.uniform(0.5, 0.72), height * rng.uniform(0.22, 0.34)
    left, top = width / 2 - wide / 2, ground - tall
    inks = Inks(_INK, mix(poche, WHITE, 0.5), (252, 250, 246), mix((96, 112, 130), WHITE, 0.3))
    size = min(height * 0.66, (ground - 80) / 1.02)
    tower(sheet, width * rng.uniform(0.35, 0.65), ground - size / 2, size, inks, rng)
    for side in (0, 1) if rng.random() < 0.6 else (0,):
        part = (left, width / 2 - width * 0.09) if side == 0 else (width / 2 + width * 0.09, left + wide)
        sheet.box((part[0], top, part[1], ground), wash, _INK, 1.4)
        sheet.polygon(
            [(part[0] - 8, top), ((part[0] + part[1]) / 2, top - tall * 0.35), (part[1] + 8, top)],
            mix((110, 122, 140), WHITE, 0.5),
            _INK,
            1.4,
        )
        for row in (0.15, 0.55):
            for x in np.linspace(part[0] + 26, part[1] - 26, int(rng.integers(3, 6))):
                sheet.box((x - 9, top + tall * row, x + 9, top + tall * (row + 0.26)), mix(_INK, WHITE, 0.35), _INK, 1)
    sheet.line([(50, ground), (width - 50, ground)], _INK, 2)
    for x in np.linspace(60, width - 60, 40):
        sheet.line([(x, ground), (x - 10, ground + 10)], _INK, 0.7)
    return "Élévation de la tour"
