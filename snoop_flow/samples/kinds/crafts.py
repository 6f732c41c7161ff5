"""Decorated surfaces: gilt bookbindings and playing cards."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from snoop_flow.samples.busts import Sitter, bust
from snoop_flow.samples.lettering import banner, write
from snoop_flow.samples.motifs import MOTIFS, Inks
from snoop_flow.samples.paper import IVORY, clouds, sheet_of_paper
from snoop_flow.samples.sheet import FINE, Colour, Sheet, curve, mix, ring, sway
from snoop_flow.samples.words import PEOPLE, pick

_LEATHERS: tuple[Colour, ...] = ((112, 40, 34), (84, 54, 34), (40, 62, 52), (36, 44, 74), (146, 104, 62), (52, 34, 32))
_GOLD: Colour = (222, 184, 98)


def draw_binding(rng: np.random.Generator, motif: str) -> Image.Image:
    """The front board of a leather binding, gold-tooled."""
    width, height = int(rng.integers(640, 700)), int(rng.integers(880, 960))
    board = _leather(rng, width, height)
    gold = Sheet(width, height, (0, 0, 0))
    _frames(gold, rng)
    centre = (width / 2, height / 2)
    if motif:
        gold.disc(centre, (width * 0.27, width * 0.31), None, (255, 255, 255), 3)
        MOTIFS[motif](
            gold, *centre, width * 0.4, Inks((255, 255, 255), (90, 90, 90), (30, 30, 30), (140, 140, 140)), rng
        )
    else:
        (_medallion, _lozenges, _title)[rng.integers(3)](gold, rng)
    return _tooled(board, gold.finish().convert("L"), rng)


def _leather(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    colour = np.array(sway(_LEATHERS[rng.integers(len(_LEATHERS))], rng, 7), dtype=np.float32)
    grain, marbled = clouds(rng, width, height, 6, 2), clouds(rng, width, height, rng.uniform(60, 300), 4)
    light = 1 + np.float32(0.1) * grain + np.float32(0.16) * marbled
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    rubbed = np.minimum(np.minimum(x, width - x), np.minimum(y, height - y))
    light += np.float32(0.45) * np.exp(-rubbed / np.float32(7)) * (1 + grain)
    light *= 1 - np.float32(0.4) * np.exp(-np.abs(x - 46) / np.float32(5))
    return Image.fromarray(np.clip(colour * light[..., None], 0, 255).astype(np.uint8))


def _tooled(board: Image.Image, mask: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Press gold into the leather, worn away in places."""
    width, height = board.size
    wear = np.clip(np.float32(1.15) + np.float32(0.5) * clouds(rng, width, height, 90, 4), 0.25, 1)
    worn = Image.fromarray((np.asarray(mask, dtype=np.float32) * wear).astype(np.uint8))
    glint = np.clip(np.float32(0.95) + np.float32(0.25) * clouds(rng, width, height, 160, 2), 0, 1.15)
    leaf = np.clip(np.asarray(_GOLD, dtype=np.float32) * glint[..., None], 0, 255).astype(np.uint8)
    sunk = ImageChops.offset(mask, 1, 1).filter(ImageFilter.GaussianBlur(1))
    dark = Image.composite(Image.new("RGB", board.size, (20, 12, 8)), board, sunk.point(lambda level: level // 2))
    return Image.composite(Image.fromarray(leaf), dark, worn)


def _frames(sheet: Sheet, rng: np.random.Generator) -> None:
    width, height, inset, white = sheet.width, sheet.height, 34.0, (255, 255, 255)
    for _ in range(int(rng.integers(1, 4))):
        for step, pen in ((0, 1.6), (5, 3.2 if rng.random() < 0.4 else 1)):
            sheet.box((inset + step, inset + step, width - inset - step, height - inset - step), None, white, pen)
        if rng.random() < 0.6:
            _roll(sheet, inset + 20, rng)
        inset += rng.uniform(40, 66)
    for x in (inset + 18, width - inset - 18):
        for y in (inset + 18, height - inset - 18):
            _fleuron(sheet, x, y, rng.uniform(16, 26))


def _roll(sheet: Sheet, inset: float, rng: np.random.Generator) -> None:
    """A repeated ornament along a frame."""
    width, height, white, beads = sheet.width, sheet.height, (255, 255, 255), rng.random() < 0.5
    for at in np.arange(inset, width - inset, 18):
        for y in (inset, height - inset):
            sheet.disc((at, y), 3.5 if beads else (7, 3), white)
    for at in np.arange(inset, height - inset, 18):
        for x in (inset, width - inset):
            sheet.disc((x, at), 3.5 if beads else (3, 7), white)


def _fleuron(sheet: Sheet, x: float, y: float, size: float) -> None:
    for degrees in range(0, 360, 90):
        turn = np.radians(degrees)
        tip = (x + size * np.cos(turn), y + size * np.sin(turn))
        for side in (-0.5, 0.5):
            knee = (x + size * 0.6 * np.cos(turn + side), y + size * 0.6 * np.sin(turn + side))
            sheet.line(curve([(x, y), knee, tip], 8), (255, 255, 255), 2)
        sheet.disc(tip, size * 0.16, (255, 255, 255))
    sheet.disc((x, y), size * 0.2, (255, 255, 255))


def _medallion(sheet: Sheet, rng: np.random.Generator) -> None:
    x, y, size = sheet.width / 2, sheet.height / 2, sheet.width * rng.uniform(0.17, 0.24)
    lobes, turn = int(rng.integers(5, 13)), np.linspace(0, 2 * np.pi, 200)
    for scale in (1.0, 0.93, 0.6):
        reach = size * scale * (1 + 0.14 * np.cos(lobes * turn))
        sheet.polygon(
            np.column_stack([x + reach * np.cos(turn) * 0.85, y + reach * np.sin(turn) * 1.2]), None, (255, 255, 255), 2
        )
    for index in range(lobes):
        angle = 2 * np.pi * index / lobes
        _fleuron(sheet, x + size * 0.78 * 0.85 * np.cos(angle), y + size * 0.78 * 1.2 * np.sin(angle), size * 0.14)
    _fleuron(sheet, x, y, size * 0.42)


def _lozenges(sheet: Sheet, rng: np.random.Generator) -> None:
    """A field of diamonds with small tools in them."""
    left, right, top, bottom = sheet.width * 0.3, sheet.width * 0.7, sheet.height * 0.26, sheet.height * 0.74
    step = float(rng.integers(44, 70))
    for row, y in enumerate(np.arange(top, bottom, step)):
        for x in np.arange(left + (step / 2 if row % 2 else 0), right, step):
            sheet.polygon(
                [(x, y - step / 2), (x + step / 2, y), (x, y + step / 2), (x - step / 2, y)], None, (255, 255, 255), 1.3
            )
            sheet.disc((x, y), step * 0.1, (255, 255, 255))


def _title(sheet: Sheet, rng: np.random.Generator) -> None:
    width, height, white = sheet.width, sheet.height, (255, 255, 255)
    banner(
        sheet,
        (width * 0.27, height * 0.33, width * 0.73, height * 0.39),
        ("OEUVRES", "MEMOIRES", "VOYAGES", "POESIES")[rng.integers(4)],
        white,
    )
    write(sheet, (width / 2, height * 0.44), pick(rng, PEOPLE).upper(), 17, white)
    sheet.line([(width * 0.4, height * 0.48), (width * 0.6, height * 0.48)], white, 2)
    _fleuron(sheet, width / 2, height * 0.58, 46)
    write(sheet, (width / 2, height * 0.69), f"TOME {('I', 'II', 'III', 'IV')[rng.integers(4)]}", 17, white)


_RED: Colour = (186, 40, 44)
_BLACK: Colour = (34, 32, 38)
_PIPS = {
    1: [(0.5, 0.5)], 2: [(0.5, 0.2), (0.5, 0.8)], 3: [(0.5, 0.2), (0.5, 0.5), (0.5, 0.8)],
    4: [(0.3, 0.2), (0.7, 0.2), (0.3, 0.8), (0.7, 0.8)],
    6: [(0.3, 0.2), (0.7, 0.2), (0.3, 0.5), (0.7, 0.5), (0.3, 0.8), (0.7, 0.8)],
    8: [(0.3, 0.2), (0.7, 0.2), (0.3, 0.4), (0.7, 0.4), (0.3, 0.6), (0.7, 0.6), (0.3, 0.8), (0.7, 0.8)],
}  # fmt: skip


def draw_card(rng: np.random.Generator, motif: str) -> Image.Image:
    """A playing card: pips, a court figure printed by stencil, or a device in the middle."""
    width, height = 600, int(rng.integers(860, 920))
    sheet, suit = Sheet(width, height), int(rng.integers(4))
    colour = sway(_RED if suit in (0, 1) else _BLACK, rng, 6)
    sheet.box((34, 34, width - 34, height - 34), None, _BLACK, 2.5, 16)
    if motif:
        inks = Inks(_BLACK, (210, 160, 60), (250, 240, 214), _RED)
        MOTIFS[motif](sheet, width / 2, height / 2, width * 0.72, inks, rng)
        rank = "A"
    elif rng.random() < 0.5:
        rank = str(int(rng.choice(list(_PIPS))))
        for x, y in _PIPS[int(rank)]:
            _pip(sheet, width * x, 60 + (height - 120) * y, 120 if rank == "1" else 62, suit, colour, flip=y > 0.5)
    else:
        rank = ("R", "D", "V")[rng.integers(3)]
        _court(sheet, rng)
    for x, y, flip in ((66, 76, False), (width - 66, height - 76, True)):
        write(sheet, (x, y), rank, 40, colour)
        _pip(sheet, x, y + (-44 if flip else 44), 22, suit, colour, flip)
    card = ImageChops.multiply(sheet.finish(), sheet_of_paper(rng, width, height, IVORY, 1.5))
    return _on_cloth(card, rng)


def _pip(sheet: Sheet, x: float, y: float, size: float, suit: int, colour: Colour, flip: bool = False) -> None:
    """Heart, diamond, spade or club."""
    way = -1 if flip else 1
    if suit == 1:
        sheet.polygon([(x, y - size * 0.6), (x + size * 0.42, y), (x, y + size * 0.6), (x - size * 0.42, y)], colour)
        return
    if suit == 3:
        for across, down in ((0, -0.28), (-0.28, 0.12), (0.28, 0.12)):
            sheet.disc((x + across * size, y + way * down * size), size * 0.27, colour)
    else:
        point = way if suit == 0 else -way
        for side in (-1, 1):
            sheet.disc((x + side * size * 0.22, y - point * size * 0.16), size * 0.27, colour)
        sheet.polygon(
            [
                (x - size * 0.47, y - point * size * 0.06),
                (x + size * 0.47, y - point * size * 0.06),
                (x, y + point * size * 0.58),
            ],
            colour,
        )
    if suit in (2, 3):
        sheet.polygon(
            [(x, y), (x + size * 0.2, y + way * size * 0.55), (x - size * 0.2, y + way * size * 0.55)], colour
        )


def _court(sheet: Sheet, rng: np.random.Generator) -> None:
    """A half figure and the same upside down, in the four colours of the stencils."""
    width, height = sheet.width, sheet.height
    half = Sheet(width - 180, height // 2 - 60, (252, 246, 230))
    dyes: tuple[Colour, ...] = (_RED, (38, 70, 130), (222, 172, 56), (46, 96, 70))
    coat, hair = (dyes[i] for i in rng.choice(4, 2, replace=False))
    bust(
        half,
        half.width / 2,
        half.height * 0.42,
        half.height * 0.95,
        Sitter((246, 222, 196), hair, coat, (252, 248, 236), _BLACK),
        rng,
    )
    crown = [
        (half.width / 2 + across * 70, half.height * 0.2 + down * 52)
        for across, down in ((-1, 0.4), (-1.1, -0.9), (-0.5, -0.2), (0, -1.1), (0.5, -0.2), (1.1, -0.9), (1, 0.4))
    ]
    half.polygon(crown, dyes[2], _BLACK, 2)
    for share in np.linspace(0.08, 0.92, 12):
        half.polygon(
            ring((half.width * share, half.height), (14, 20), 180, 360, 10), dyes[rng.integers(4)], _BLACK, 1.2
        )
    figure = half.fine
    corner = (90 * FINE, 60 * FINE)
    sheet.fine.paste(figure, corner)
    sheet.fine.paste(figure.rotate(180), (corner[0], (height - 60) * FINE - figure.height))
    sheet.box((90, 60, width - 90, height - 60), None, _BLACK, 2)
    sheet.line([(90, height / 2), (width - 90, height / 2)], mix(_BLACK, (255, 255, 255), 0.3), 2)


def _on_cloth(card: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Round the corners and lay it on the photographer's cloth."""
    cloth = sway(((52, 50, 48), (36, 60, 52), (196, 190, 178), (88, 40, 44))[rng.integers(4)], rng, 5)
    mask = Image.new("L", card.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((2, 2, card.width - 3, card.height - 3), 30, 255)
    angle, size = float(rng.normal(0, 2.2)), (card.width + 110, card.height + 110)
    turned, mask = (
        card.rotate(angle, Image.Resampling.BICUBIC, expand=True),
        mask.rotate(angle, Image.Resampling.BICUBIC, expand=True),
    )
    weave = np.clip(
        np.asarray(cloth, dtype=np.float32) * (1 + rng.normal(0, 0.05, (size[1], size[0], 1)).astype(np.float32)),
        0,
        255,
    )
    scene = Image.fromarray(weave.astype(np.uint8))
    corner = ((size[0] - turned.width) // 2, (size[1] - turned.height) // 2)
    shadow = Image.new("L", size, 0)
    shadow.paste(mask.point(lambda level: level // 2), (corner[0] + 5, corner[1] + 7))
    scene.paste((8, 8, 8), (0, 0), shadow.filter(ImageFilter.BoxBlur(6)))
    scene.paste(turned, corner, mask)
    return scene
