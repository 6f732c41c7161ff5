"""Plants: pressed specimens on a herbarium sheet and coloured botanical plates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from snoop_flow.samples.lettering import handwriting, write
from snoop_flow.samples.paper import CREAM, GREYISH, IVORY, clouds, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.sheet import Colour, Sheet, curve, mix, sway
from snoop_flow.samples.words import PEOPLE, PLACES, PLANTS, pick

_FRESH: tuple[Colour, ...] = ((86, 128, 66), (112, 140, 74), (70, 108, 84), (128, 148, 96))
_DRIED: tuple[Colour, ...] = ((112, 100, 58), (96, 92, 52), (128, 106, 70), (104, 82, 50))
_PETALS: tuple[Colour, ...] = (
    (206, 84, 104),
    (226, 178, 64),
    (120, 102, 178),
    (232, 226, 214),
    (210, 110, 60),
    (92, 130, 190),
)


@dataclass(frozen=True, slots=True)
class Species:
    """What makes one plant look unlike another."""

    leaf: Colour
    petal: Colour
    shape: float
    lobed: bool
    opposite: bool
    petals: int
    flower: float


def draw_herbarium(rng: np.random.Generator, motif: str) -> Image.Image:
    """A specimen with label and straps, or a plate with its Latin name."""
    width, height, pressed = 690, int(rng.integers(920, 1020)), rng.random() < 0.6
    species = _species(rng, pressed)
    sheet = Sheet(width, height)
    for index in range(int(rng.choice([1, 1, 2, 3]))):
        foot = (width * (0.46 + 0.14 * index * (-1) ** index) + rng.normal(0, 16), height * (0.84 if pressed else 0.8))
        _plant(sheet, foot, height * rng.uniform(0.56, 0.7) * (1 - 0.14 * index), species, rng)
    if not pressed:
        _details(sheet, species, rng)
    art = _coloured(sheet.finish(), rng)
    lettered = Sheet(width, height)
    lettered.place(art, (0, 0))
    (_label if pressed else _plate_name)(lettered, rng)
    paper = (CREAM, IVORY, GREYISH)[rng.integers(3)]
    page = printed_on(lettered.finish(), sheet_of_paper(rng, width, height, paper, rng.uniform(0.5, 1.4)))
    return on_scanner(page, rng) if rng.random() < 0.4 else page


def _species(rng: np.random.Generator, pressed: bool) -> Species:
    leaf = sway((_DRIED if pressed else _FRESH)[rng.integers(4)], rng, 8)
    petal = sway(_PETALS[rng.integers(len(_PETALS))], rng, 10)
    if pressed:
        petal = mix(petal, (130, 96, 66), 0.5)
    return Species(
        leaf,
        petal,
        rng.uniform(0.14, 0.5),
        bool(rng.random() < 0.35),
        bool(rng.random() < 0.5),
        int(rng.integers(4, 9)),
        rng.uniform(0.03, 0.075),
    )


def _coloured(art: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Watercolour and dried tissue are never even."""
    blots = 1 + np.float32(0.22) * clouds(rng, *art.size, 30, 3)
    ink = 255 - np.asarray(art.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)
    return Image.fromarray(np.clip(255 - ink * blots[..., None], 0, 255).astype(np.uint8))


def _plant(sheet: Sheet, foot: tuple[float, float], size: float, species: Species, rng: np.random.Generator) -> None:
    x, y = foot
    lean = rng.uniform(-0.2, 0.2)
    stem = curve(
        [(x, y), (x + lean * size * 0.3 + rng.normal(0, 8), y - size * 0.4), (x + lean * size * 0.9, y - size)], 30
    )
    if rng.random() < 0.5:
        _roots(sheet, foot, size, species, rng)
    sheet.line(stem, mix(species.leaf, (60, 40, 20), 0.3), max(2.0, size * 0.008))
    nodes = stem[6 : -4 : int(rng.integers(5, 10))]
    for index, (nx, ny) in enumerate(nodes):
        reach = size * rng.uniform(0.14, 0.22) * (1.15 - index / len(nodes) * 0.6)
        sides = (-1, 1) if species.opposite else ((-1) ** index,)
        for side in sides:
            _leaf(sheet, (nx, ny), reach, -90 + side * rng.uniform(42, 75), species, rng)
    _blossom(sheet, (float(stem[-1][0]), float(stem[-1][1])), size * species.flower * 1.3, species, rng)
    for nx, ny in nodes[len(nodes) // 2 :]:
        side, reach = rng.choice([-1, 1]), size * rng.uniform(0.12, 0.24)
        tip = (nx + side * reach * 0.75, ny - reach)
        sheet.line(curve([(nx, ny), (nx + side * reach * 0.5, ny - reach * 0.4), tip], 8), species.leaf, 1.8)
        _blossom(sheet, tip, size * species.flower * rng.uniform(0.5, 1), species, rng)


def _roots(sheet: Sheet, foot: tuple[float, float], size: float, species: Species, rng: np.random.Generator) -> None:
    x, y = foot
    for _ in range(int(rng.integers(6, 14))):
        reach = size * rng.uniform(0.06, 0.16)
        middle = (x + rng.normal(0, reach * 0.3), y + reach * 0.4)
        sheet.line(curve([(x, y), middle, (x + rng.normal(0, reach * 0.8), y + reach)], 8), (140, 112, 76), 1.3)


def _leaf(
    sheet: Sheet, base: tuple[float, float], reach: float, degrees: float, species: Species, rng: np.random.Generator
) -> None:
    along = np.linspace(0, 1, 28)
    half = np.sin(np.pi * along**0.8) * species.shape * reach * 0.55
    if species.lobed:
        half *= 0.7 + 0.3 * np.abs(np.sin(along * np.pi * 5))
    bend = along**2 * reach * rng.normal(0, 0.12)
    outline = np.concatenate(
        [np.column_stack([along * reach, bend + half]), np.column_stack([along * reach, bend - half])[::-1]]
    )
    shade = mix(species.leaf, (40, 36, 20) if rng.random() < 0.5 else (226, 218, 150), rng.uniform(0, 0.25))
    vein = mix(species.leaf, (40, 36, 24), 0.5)
    sheet.polygon(_turned(outline, base, degrees), shade, vein, 0.9)
    sheet.line(_turned(np.column_stack([along * reach, bend]), base, degrees), vein, 1.1)
    for index in range(5, 25, 4):
        for side in (-1, 1):
            rib = np.array(
                [
                    [along[index] * reach, bend[index]],
                    [along[index + 2] * reach, bend[index + 2] + side * half[index + 2] * 0.8],
                ]
            )
            sheet.line(_turned(rib, base, degrees), vein, 0.6)


def _turned(points: NDArray[np.float64], base: tuple[float, float], degrees: float) -> NDArray[np.float64]:
    turn = np.radians(degrees)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.column_stack(
        [base[0] + points[:, 0] * cos - points[:, 1] * sin, base[1] + points[:, 0] * sin + points[:, 1] * cos]
    )


def _blossom(
    sheet: Sheet, centre: tuple[float, float], radius: float, species: Species, rng: np.random.Generator
) -> None:
    spin, along = rng.uniform(0, 360), np.linspace(0, 1, 16)
    half = np.sin(np.pi * along**0.6) * radius * (1.5 / species.petals)
    petal = np.concatenate([np.column_stack([along * radius, half]), np.column_stack([along * radius, -half])[::-1]])
    for index in range(species.petals):
        shade = mix(species.petal, (255, 255, 255) if index % 2 else (120, 50, 50), rng.uniform(0, 0.22))
        sheet.polygon(
            _turned(petal, centre, spin + index * 360 / species.petals),
            shade,
            mix(species.petal, (60, 30, 30), 0.5),
            0.8,
        )
    sheet.disc(centre, radius * 0.22, mix((220, 180, 70), species.petal, 0.2), (110, 80, 40), 0.9)


def _details(sheet: Sheet, species: Species, rng: np.random.Generator) -> None:
    """Dissected parts at the foot of a plate."""
    y = sheet.height * 0.83
    for index in range(int(rng.integers(2, 5))):
        x = 80.0 + index * 56
        sheet.disc((x, y), (13, 18), mix(species.petal, (255, 255, 255), 0.4), (70, 60, 50), 1)
        sheet.line([(x, y - 18), (x, y + 18)], (70, 60, 50), 0.8)
        write(sheet, (x, y + 30), str(index + 1), 11, (70, 60, 50))


def _plate_name(sheet: Sheet, rng: np.random.Generator) -> None:
    ink = (64, 56, 48)
    sheet.box((34, 34, sheet.width - 34, sheet.height - 34), None, ink, 1.2)
    write(sheet, (sheet.width / 2, sheet.height - 66), pick(rng, PLANTS), 22, ink)
    write(sheet, (sheet.width - 60, 54), f"Pl. {int(rng.integers(1, 200))}", 13, ink, "rm")
    write(sheet, (60, sheet.height - 48), f"{pick(rng, PEOPLE)} pinx.", 9, ink, "lm")


def _label(sheet: Sheet, rng: np.random.Generator) -> None:
    """Paper straps over the stem, the label in the corner, sometimes a stamp."""
    width, height = sheet.width, sheet.height
    for y in np.linspace(height * 0.35, height * 0.78, int(rng.integers(2, 5))):
        x = width * 0.48 + rng.normal(0, 26)
        sheet.polygon(
            [(x - 34, y), (x + 34, y - 8), (x + 34, y + 3), (x - 34, y + 11)], (240, 234, 214), (190, 180, 156), 0.8
        )
    left = width - 270 if rng.random() < 0.8 else 30
    box = (left, height - 160, left + 240, height - 32)
    sheet.box(box, (248, 243, 226), (130, 116, 96), 1.4)
    write(sheet, (left + 120, height - 142), f"HERBIER DE {pick(rng, PLACES).upper()}", 11, (70, 60, 50))
    for row in range(3):
        handwriting(sheet, (left + 16, height - 106 + row * 28), 200, 13, (60, 46, 60), rng)
    if rng.random() < 0.5:
        where = (rng.uniform(80, width - 80), rng.uniform(60, 130))
        sheet.disc(where, (44, 28), None, (150, 40, 60), 1.6)
        write(sheet, where, "MUSEUM", 12, (150, 40, 60))
