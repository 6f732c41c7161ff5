"""Portraits: painted miniatures and, close to views in technique, engraved ones."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from snoop_flow.samples.busts import GREY_SITTER, Sitter, bust
from snoop_flow.samples.engraver import engrave, inked
from snoop_flow.samples.lettering import banner, write
from snoop_flow.samples.motifs import GREYS, MOTIFS
from snoop_flow.samples.paper import CREAM, GREYISH, IVORY, clouds, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.sheet import Colour, Sheet, mix, sway
from snoop_flow.samples.words import PEOPLE, pick

_SKINS: tuple[Colour, ...] = ((238, 206, 178), (226, 184, 150), (204, 156, 120), (166, 116, 84), (122, 82, 58))
_HAIRS: tuple[Colour, ...] = ((62, 42, 30), (28, 24, 24), (150, 108, 62), (222, 216, 206), (116, 60, 34))
_COATS: tuple[Colour, ...] = ((44, 52, 92), (112, 32, 36), (38, 62, 48), (40, 36, 38), (150, 116, 60), (92, 60, 92))
_GROUNDS: tuple[Colour, ...] = ((92, 84, 62), (62, 72, 80), (120, 92, 70), (74, 58, 50), (110, 122, 118))


def _sitter(rng: np.random.Generator) -> Sitter:
    hair, coat = (sway(options[rng.integers(len(options))], rng, 7) for options in (_HAIRS, _COATS))
    return Sitter(
        sway(_SKINS[rng.integers(len(_SKINS))], rng, 2), hair, coat, sway((238, 232, 218), rng, 5), (32, 24, 22)
    )


def draw_portrait(rng: np.random.Generator, motif: str) -> Image.Image:
    """A painted portrait: oval miniature in a gilt frame, or a panel that shows more of its ground."""
    width, height = 700, int(rng.integers(820, 900))
    ground = sway(_GROUNDS[rng.integers(len(_GROUNDS))], rng, 8)
    sheet = Sheet(width, height, ground)
    for step in range(18):
        halo = mix(ground, (236, 216, 176), 0.02 * step)
        sheet.disc((width * 0.42, height * 0.36), (width * 0.6 * (1 - step / 18), height * 0.5 * (1 - step / 18)), halo)
    size = height * rng.uniform(0.72, 0.95)
    bust(sheet, width / 2 + rng.normal(0, 14), height * rng.uniform(0.36, 0.42), size, _sitter(rng), rng)
    painted = _brushed(sheet.finish(), rng)
    return _framed(painted, rng) if rng.random() < 0.75 else on_scanner(painted, rng, 0.02)


def _brushed(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Soft paint with strokes and, when old, a net of cracks under yellow varnish."""
    soft = picture.filter(ImageFilter.GaussianBlur(1.8))
    width, height = picture.size
    strokes = clouds(rng, width, height, 7, 1) * np.float32(0.07) + clouds(rng, width, height, 260, 2) * np.float32(
        0.07
    )
    cracks = np.abs(clouds(rng, width, height, 26, 2)) < np.float32(0.012 if rng.random() < 0.6 else 0)
    light = np.clip(np.float32(0.97) + strokes - cracks * np.float32(0.2), 0, 1)
    varnish = np.array([1.0, 0.965, 0.86], dtype=np.float32)
    paint = np.asarray(soft, dtype=np.float32) * light[..., None] * varnish
    return Image.fromarray(np.clip(paint, 0, 255).astype(np.uint8))


def _framed(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    width, height = picture.size
    gilt, plush = (
        sway((186, 146, 72), rng, 12),
        sway(((72, 22, 28), (24, 26, 30), (40, 52, 44), (206, 196, 176))[rng.integers(4)], rng, 5),
    )
    sheet = Sheet(width, height, plush)
    centre, radii = (width / 2, height / 2), (width * 0.42, height * 0.43)
    steps = int(rng.integers(10, 26))
    for step in range(steps):
        bright = 0.5 + 0.5 * np.cos(step / steps * np.pi * 3)
        colour = mix(mix(gilt, (60, 40, 16), 0.6), mix(gilt, (255, 244, 206), 0.7), float(bright))
        sheet.disc(centre, (radii[0] + (steps - step) * 1.6, radii[1] + (steps - step) * 1.6), colour)
    frame = sheet.finish()
    mask = Image.new("L", (width * 2, height * 2), 0)
    bounds = [2 * v for v in (centre[0] - radii[0], centre[1] - radii[1], centre[0] + radii[0], centre[1] + radii[1])]
    ImageDraw.Draw(mask).ellipse(bounds, 255)
    frame.paste(picture, (0, 0), mask.reduce(2))
    return frame


def draw_engraved_portrait(rng: np.random.Generator, motif: str) -> Image.Image:
    """A portrait cut in copper: oval or arched, on a hatched wall, with the name on a tablet."""
    width, height = 680, int(rng.integers(840, 930))
    drawing = Sheet(width, height)
    edge, foot = 70, height - int(rng.integers(150, 190))
    centre, radii = (width / 2, (edge + foot) / 2), (width / 2 - edge - 34, (foot - edge) / 2 - 24)
    wall = int(rng.integers(120, 190))
    if rng.random() < 0.8:
        drawing.box((edge, edge, width - edge, foot), (wall, wall, wall), (30, 30, 30), 2)
    drawing.disc(centre, (radii[0] + 12, radii[1] + 12), (226, 226, 226), (40, 40, 40), 2)
    drawing.disc(centre, radii, (168, 168, 168), (40, 40, 40), 2)
    figure = Sheet(width, height, (168, 168, 168))
    bust(figure, centre[0], centre[1] - radii[1] * 0.2, radii[1] * rng.uniform(1.55, 1.9), GREY_SITTER, rng)
    if motif:
        MOTIFS[motif](figure, centre[0] + radii[0] * 0.62, centre[1] - radii[1] * 0.42, radii[1] * 0.5, GREYS, rng)
    mask = Image.new("L", drawing.fine.size, 0)
    ImageDraw.Draw(mask).ellipse(
        [2 * v for v in (centre[0] - radii[0], centre[1] - radii[1], centre[0] + radii[0], centre[1] + radii[1])], 255
    )
    drawing.fine.paste(figure.fine, (0, 0), mask)
    ink = engrave(drawing.finish(), rng, rng.uniform(3.4, 4.8), rng.uniform(-40, 40), rng.uniform(2, 7))
    colour = sway((36, 28, 24), rng, 6)
    art = ImageChops.multiply(inked(ink, colour), _tablet(width, height, foot, colour, rng))
    page = printed_on(
        art, sheet_of_paper(rng, width, height, (CREAM, IVORY, GREYISH)[rng.integers(3)], rng.uniform(0.6, 1.7))
    )
    return on_scanner(page, rng) if rng.random() < 0.4 else page


def _tablet(width: int, height: int, foot: float, colour: Colour, rng: np.random.Generator) -> Image.Image:
    sheet, name = Sheet(width, height), pick(rng, PEOPLE).partition(" ")[2]
    sheet.box((36, 40, width - 36, height - 34), None, (222, 218, 210), 2.5, 6)
    half = min(width * 0.38, len(name) * 9.5)
    banner(sheet, (width / 2 - half, foot + 26, width / 2 + half, foot + 52), name.upper(), colour)
    born = int(rng.integers(1690, 1810))
    write(sheet, (width / 2, foot + 74), f"né en {born}, mort en {born + int(rng.integers(31, 84))}", 13, colour)
    write(sheet, (width / 2, foot + 94), f"gravé par {pick(rng, PEOPLE)}", 10, colour)
    return sheet.finish()
