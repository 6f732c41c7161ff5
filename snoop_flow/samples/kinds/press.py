"""Newspaper pages: columns of print with headings, advertisements and wood engravings."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from snoop_flow.samples.engraver import engrave, inked
from snoop_flow.samples.lettering import banner, galley, write
from snoop_flow.samples.paper import CREAM, GREYISH, NEWSPRINT, folded, on_scanner, printed_on, sheet_of_paper
from snoop_flow.samples.scenery import GREY, landscape
from snoop_flow.samples.sheet import FINE, Colour, Sheet
from snoop_flow.samples.words import HEADLINES, NEWSPAPERS, PEOPLE, SHOWS, pick

_PRINT: Colour = (38, 34, 32)
Cut = tuple[float, float, float, float]  # left, top, right, bottom


def draw_press(rng: np.random.Generator, motif: str) -> Image.Image:
    """A newspaper page in columns, with a cut where the motif is."""
    width, height = 700, int(rng.integers(930, 1040))
    sheet, front = Sheet(width, height), rng.random() < 0.4
    top = _masthead(sheet, rng) if front else _running_head(sheet, rng)
    columns = int(rng.choice([3, 4, 4, 5]))
    measure = (width - 2 * 40 - (columns - 1) * 14) / columns
    foot = height - 44.0
    cut = _place_of_cut(columns, measure, top, foot, rng) if motif or rng.random() < 0.3 else None
    for column in range(columns):
        left = 40 + column * (measure + 14)
        spans = _free(left, measure, top, foot, cut)
        for start, end in spans:
            _fill_column(sheet, left, measure, start, end, rng)
        if column:
            for start, end in spans:
                sheet.line([(left - 7, start), (left - 7, end)], (96, 90, 84), 0.7)
    art = sheet.finish()
    if cut is not None:
        art = _with_cut(art, cut, motif, rng)
    page = printed_on(
        art, sheet_of_paper(rng, width, height, (NEWSPRINT, GREYISH, CREAM)[rng.integers(3)], rng.uniform(0.7, 1.4))
    )
    if rng.random() < 0.4:
        page = folded(page, rng)
    return on_scanner(page, rng) if rng.random() < 0.35 else page


def _masthead(sheet: Sheet, rng: np.random.Generator) -> float:
    width = sheet.width
    write(sheet, (44, 34), f"{int(rng.integers(1, 60))}e année  -  N° {int(rng.integers(100, 9999))}", 11, _PRINT, "lm")
    write(sheet, (width - 44, 34), "Le numéro : 5 centimes", 11, _PRINT, "rm")
    banner(sheet, (52, 50, width - 52, 112), pick(rng, NEWSPAPERS), _PRINT)
    for y, pen in ((122, 2.4), (127, 0.8), (146, 0.8)):
        sheet.line([(40, y), (width - 40, y)], _PRINT, pen)
    write(
        sheet,
        (width / 2, 137),
        f"JOURNAL QUOTIDIEN  -  {int(rng.integers(1, 30))} SEPTEMBRE 18{int(rng.integers(40, 99))}",
        11,
        _PRINT,
    )
    return 158.0


def _running_head(sheet: Sheet, rng: np.random.Generator) -> float:
    write(sheet, (sheet.width / 2, 34), pick(rng, NEWSPAPERS), 13, _PRINT)
    write(sheet, (44, 34), str(int(rng.integers(2, 9))), 14, _PRINT, "lm")
    sheet.line([(40, 48), (sheet.width - 40, 48)], _PRINT, 1.2)
    return 60.0


def _place_of_cut(columns: int, measure: float, top: float, foot: float, rng: np.random.Generator) -> Cut:
    """A block over one to all columns: left, top, right, bottom."""
    span = int(rng.integers(max(1, columns // 2), columns + 1))
    first = int(rng.integers(0, columns - span + 1))
    left = 40 + first * (measure + 14)
    wide = span * measure + (span - 1) * 14
    tall = min(wide * rng.uniform(0.6, 0.85), (foot - top) * 0.6)
    start = top + (foot - top - tall) * float(rng.choice([0, 0.3, 0.6]))
    return left, start, left + wide, start + tall


def _free(left: float, measure: float, top: float, foot: float, cut: Cut | None) -> list[tuple[float, float]]:
    """What a column keeps beside the cut."""
    if cut is None or left + measure <= cut[0] or left >= cut[2]:
        return [(top, foot)]
    return [(start, end) for start, end in ((top, cut[1] - 8), (cut[3] + 26, foot)) if end - start > 30]


def _fill_column(sheet: Sheet, left: float, measure: float, top: float, foot: float, rng: np.random.Generator) -> None:
    """Articles under their headings; boxed advertisements at the foot of some columns."""
    y = top
    while y < foot - 40:
        if rng.random() < 0.13 and y > sheet.height * 0.4:
            y = _advertisement(sheet, left, measure, y, min(foot, y + rng.uniform(70, 150)), rng)
            continue
        heading = pick(rng, HEADLINES)
        tall = min(19.0, measure / len(heading) * 1.9)
        banner(sheet, (left + measure * 0.06, y + 4, left + measure * 0.94, y + 4 + tall), heading, _PRINT)
        y += tall + 12
        end = min(foot, y + rng.uniform(90, 380))
        _paste_text(sheet, left, round(measure), y, end, rng)
        y = end + 6
        sheet.line([(left + measure * 0.35, y), (left + measure * 0.65, y)], _PRINT, 1)
        y += 6


def _paste_text(sheet: Sheet, left: float, measure: int, top: float, end: float, rng: np.random.Generator) -> None:
    size = 8.0
    text = galley(measure, size, int(rng.integers(3)))
    leading = round(size * FINE * 1.22)
    rows = int((end - top) * FINE / leading)
    first = int(rng.integers(0, max(1, text.height // leading - rows)))
    if rows < 1:  # a small advertisement has no room for text
        return
    sheet.stencil(text.crop((0, first * leading, text.width, (first + rows) * leading)), (left, top), _PRINT)


def _advertisement(
    sheet: Sheet, left: float, measure: float, top: float, foot: float, rng: np.random.Generator
) -> float:
    sheet.box((left + 2, top + 3, left + measure - 2, foot - 5), None, _PRINT, 1.6)
    banner(sheet, (left + measure * 0.12, top + 12, left + measure * 0.88, top + 30), pick(rng, SHOWS), _PRINT)
    _paste_text(sheet, left + 10, round(measure) - 20, top + 38, foot - 30, rng)
    write(sheet, (left + measure / 2, foot - 16), pick(rng, PEOPLE), 10, _PRINT)
    return foot


def _with_cut(art: Image.Image, cut: Cut, motif: str, rng: np.random.Generator) -> Image.Image:
    """Set a wood engraving into the page, with its caption."""
    left, top, right, bottom = (round(v) for v in cut)
    drawing = Sheet(right - left, bottom - top)
    landscape(drawing, (0, 0, right - left, bottom - top), GREY, motif, rng)
    block = inked(engrave(drawing.finish(), rng, rng.uniform(3, 4), rng.uniform(-30, 30), 3), _PRINT)
    lettered = Sheet(*art.size)
    lettered.box((left, top, right, bottom), None, _PRINT, 1.2)
    write(lettered, ((left + right) / 2, bottom + 13), pick(rng, HEADLINES).capitalize(), 11, _PRINT)
    art.paste(block, (left, top))
    return ImageChops.multiply(art, lettered.finish())
