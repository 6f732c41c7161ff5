"""Posters: lithographs in flat colours and bills set in wood type."""

from __future__ import annotations

import numpy as np
from PIL import Image

from snoop_flow.samples.figures import FIGURES
from snoop_flow.samples.lettering import banner, write
from snoop_flow.samples.motifs import MOTIFS, Inks
from snoop_flow.samples.paper import (
    CREAM,
    GREYISH,
    IVORY,
    NEWSPRINT,
    clouds,
    folded,
    on_scanner,
    printed_on,
    sheet_of_paper,
)
from snoop_flow.samples.scenery import TINTED, landscape
from snoop_flow.samples.sheet import Colour, Sheet, mix, sway
from snoop_flow.samples.words import PLACES, SHOWS, pick

# ground, second ground, ink, accent, light
_SCHEMES: tuple[tuple[Colour, Colour, Colour, Colour, Colour], ...] = (
    ((222, 176, 72), (204, 92, 52), (40, 36, 44), (178, 40, 44), (250, 240, 214)),
    ((60, 104, 120), (228, 196, 128), (26, 30, 42), (206, 74, 52), (248, 238, 214)),
    ((172, 46, 44), (232, 150, 70), (30, 22, 26), (240, 190, 80), (252, 240, 216)),
    ((234, 222, 190), (128, 158, 132), (38, 52, 48), (192, 82, 60), (252, 248, 234)),
    ((44, 52, 78), (92, 96, 132), (18, 20, 32), (236, 184, 76), (250, 238, 206)),
    ((112, 140, 88), (218, 204, 122), (34, 40, 30), (196, 60, 50), (250, 244, 218)),
)


def draw_poster(rng: np.random.Generator, motif: str) -> Image.Image:
    """A poster of some 700 x 1000 pixels."""
    width, height = (700, int(rng.integers(940, 1040))) if rng.random() < 0.85 else (960, 700)
    layouts = (_rays, _window, _frieze) if motif or rng.random() < 0.55 else (_bill,)
    sheet = Sheet(width, height)
    layouts[int(rng.integers(len(layouts)))](sheet, motif, rng)
    art = _lithographed(sheet.finish(), rng)
    page = printed_on(art, sheet_of_paper(rng, width, height, (CREAM, IVORY, GREYISH)[rng.integers(3)], 1))
    if rng.random() < 0.5:
        page = folded(page, rng)
    return on_scanner(page, rng, 0.02) if rng.random() < 0.35 else page


def _lithographed(art: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The grain of the stone breaks up flat colour."""
    grain = clouds(rng, *art.size, 9, 2) * np.float32(9) + rng.normal(0, 4, (art.height, art.width)).astype(np.float32)
    pixels = np.asarray(art, dtype=np.float32)
    return Image.fromarray(np.clip(pixels + grain[..., None] * (pixels < 246), 0, 255).astype(np.uint8))


def _scheme(rng: np.random.Generator) -> tuple[Colour, Colour, Colour, Colour, Colour]:
    ground, second, ink, accent, light = _SCHEMES[rng.integers(len(_SCHEMES))]
    return sway(ground, rng), sway(second, rng), ink, sway(accent, rng), light


def _titles(sheet: Sheet, top: float, foot: float, ink: Colour, accent: Colour, rng: np.random.Generator) -> None:
    """What and where above, when and how much below."""
    width, edge = sheet.width, sheet.width * 0.09
    title = pick(rng, SHOWS)
    tall = sheet.height * rng.uniform(0.07, 0.1)
    inset = max(0.0, (9 - len(title)) * width * 0.025)
    if rng.random() < 0.4:
        banner(sheet, (edge + inset + 3, top + 4, width - edge - inset + 3, top + tall + 4), title, ink)
    banner(sheet, (edge + inset, top, width - edge - inset, top + tall), title, accent)
    banner(sheet, (width * 0.24, top + tall * 1.22, width * 0.76, top + tall * 1.55), pick(rng, PLACES).upper(), ink)
    day = f"DIMANCHE {int(rng.integers(1, 30))} {rng.choice(['MAI', 'JUIN', 'JUILLET', 'AOUT'])}"
    banner(sheet, (width * 0.16, foot - sheet.height * 0.085, width * 0.84, foot - sheet.height * 0.045), day, ink)
    write(
        sheet,
        (width / 2, foot - sheet.height * 0.022),
        f"Entrée {int(rng.integers(1, 5))} fr.  -  Musique et feu d'artifice",
        13,
        ink,
    )


def _subject(sheet: Sheet, x: float, y: float, size: float, motif: str, inks: Inks, rng: np.random.Generator) -> None:
    if motif:
        MOTIFS[motif](sheet, x, y, size, inks, rng)
        return
    FIGURES[int(rng.integers(len(FIGURES)))](sheet, x, y, size, inks, rng)


def _rays(sheet: Sheet, motif: str, rng: np.random.Generator) -> None:
    """The subject before a rising sun."""
    ground, second, ink, accent, light = _scheme(rng)
    width, height, edge = sheet.width, sheet.height, 22
    sheet.box((edge, edge, width - edge, height - edge), ground)
    centre, count = (width / 2, height * rng.uniform(0.5, 0.6)), int(rng.integers(9, 22))
    for index in range(count):
        span = 2 * np.pi / count
        rays = [
            (centre[0] + 1200 * np.cos(a), centre[1] + 1200 * np.sin(a)) for a in (index * span, (index + 0.5) * span)
        ]
        sheet.polygon([centre, *rays], second)
    for bounds in (
        (0, 0, width, edge),
        (0, height - edge, width, height),
        (0, 0, edge, height),
        (width - edge, 0, width, height),
    ):
        sheet.box(bounds, (255, 255, 255))
    sheet.disc(centre, min(width, height) * 0.34, mix(light, second, 0.25))
    inks = Inks(ink, mix(accent, ink, 0.4), light, accent)
    _subject(sheet, centre[0], centre[1], min(width, height) * rng.uniform(0.62, 0.8), motif, inks, rng)
    sheet.box((edge, height * 0.86, width - edge, height - edge), light)
    sheet.box((edge, edge, width - edge, height - edge), None, ink, 3)
    _titles(sheet, 48, height - 26, ink, light if sum(ground) < 380 else accent, rng)


def _window(sheet: Sheet, motif: str, rng: np.random.Generator) -> None:
    """A landscape in a frame or medallion, lettering around it."""
    ground, second, ink, accent, light = _scheme(rng)
    width, height = sheet.width, sheet.height
    sheet.box((0, 0, width, height), light if rng.random() < 0.5 else ground)
    for inset, pen in ((18, 5), (28, 1.5)):
        sheet.box((inset, inset, width - inset, height - inset), None, accent, pen)
    bounds = (width * 0.1, height * 0.25, width * 0.9, height * 0.84)
    palette = TINTED[rng.integers(len(TINTED))]
    landscape(sheet, bounds, palette, motif, rng)
    sheet.box(bounds, None, ink, 4)
    if not motif:
        _subject(sheet, width / 2, height * 0.56, min(width, height) * 0.55, "", Inks(ink, second, light, accent), rng)
    _titles(sheet, 52, height - 40, ink, accent, rng)


def _frieze(sheet: Sheet, motif: str, rng: np.random.Generator) -> None:
    """The subject on flat colour, a patterned band below it."""
    ground, second, ink, accent, light = _scheme(rng)
    width, height = sheet.width, sheet.height
    sheet.box((0, 0, width, height), ground)
    sheet.box((0, height * 0.72, width, height), second)
    for bead in range(0, width + 40, 40):
        sheet.disc((bead, height * 0.72), 20, accent, ink, 1.5)
        sheet.disc((bead, height * 0.72), 9, light)
    x, y, size = width * rng.uniform(0.38, 0.62), height * 0.48, min(width, height) * rng.uniform(0.6, 0.76)
    _subject(sheet, x, y, size, motif, Inks(ink, mix(second, ink, 0.3), light, accent), rng)
    pale = light if sum(ground) < 400 else ink
    banner(sheet, (width * 0.08, 34, width * 0.92, 34 + height * 0.1), pick(rng, SHOWS), pale)
    banner(sheet, (width * 0.16, height * 0.8, width * 0.84, height * 0.86), pick(rng, PLACES).upper(), ink)
    write(
        sheet,
        (width / 2, height * 0.92),
        f"du {int(rng.integers(1, 12))} au {int(rng.integers(13, 30))} septembre",
        22,
        ink,
    )


def _bill(sheet: Sheet, motif: str, rng: np.random.Generator) -> None:
    """Nothing but type, in every width the printer has."""
    _, _, ink, accent, _ = _scheme(rng)
    width, height = sheet.width, sheet.height
    paper = ((255, 255, 255), (250, 214, 120), (244, 176, 160), (176, 212, 214), NEWSPRINT)[rng.integers(5)]
    sheet.box((0, 0, width, height), paper)
    sheet.box((26, 26, width - 26, height - 26), None, ink, 4)
    sheet.box((36, 36, width - 36, height - 36), None, ink, 1.2)
    y = 64.0
    while y < height - 110:
        tall = height * float(rng.choice([0.022, 0.03, 0.05, 0.08, 0.12]))
        half = width * rng.uniform(0.22, 0.41)
        text = (pick(rng, SHOWS), pick(rng, PLACES).upper(), "A 8 HEURES PRECISES", "PREMIERE REPRESENTATION")[
            rng.integers(4)
        ]
        banner(sheet, (width / 2 - half, y, width / 2 + half, y + tall), text, accent if rng.random() < 0.25 else ink)
        y += tall + height * 0.024
        if rng.random() < 0.25:
            sheet.line([(width * 0.36, y), (width * 0.64, y)], ink, 2)
            sheet.disc((width / 2, y), (16, 4), ink)
            y += height * 0.024
