"""A drawing surface with smooth edges: everything is drawn twice as fine and halved at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
FloatArray = NDArray[np.float32]
FINE = 2

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (24, 20, 18)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def sway(colour: Colour, rng: np.random.Generator, amount: float = 10) -> Colour:
    """A colour near the given one, as no two batches of ink or paint are equal."""
    red, green, blue = np.clip(np.asarray(colour) + rng.normal(0, amount, 3), 0, 255).astype(int).tolist()
    return red, green, blue


class Sheet:
    """An RGB picture of width x height; all coordinates and sizes are in its pixels."""

    def __init__(self, width: int, height: int, ground: Colour = WHITE) -> None:
        self.width, self.height = width, height
        self.fine = Image.new("RGB", (width * FINE, height * FINE), ground)
        self.pen = ImageDraw.Draw(self.fine)

    def line(self, points: ArrayLike, colour: Colour, width: float = 1) -> None:
        """Draw an open line through (n, 2) points."""
        self.pen.line(_flat(points), colour, max(1, round(width * FINE)), joint="curve" if width > 2 else None)

    def polygon(self, points: ArrayLike, fill: Colour | None, outline: Colour | None = None, width: float = 1) -> None:
        """Draw a closed shape through (n, 2) points."""
        flat = _flat(points)
        if fill is not None:
            self.pen.polygon(flat, fill)
        if outline is not None:
            self.pen.line(flat + flat[:2], outline, max(1, round(width * FINE)), joint="curve")

    def disc(
        self,
        centre: tuple[float, float],
        radii: float | tuple[float, float],
        fill: Colour | None,
        outline: Colour | None = None,
        width: float = 1,
    ) -> None:
        """Draw a circle or an upright ellipse."""
        across, down = radii if isinstance(radii, tuple) else (radii, radii)
        x, y = centre
        bounds = [v * FINE for v in (x - abs(across), y - abs(down), x + abs(across), y + abs(down))]
        self.pen.ellipse(bounds, fill, outline, max(1, round(width * FINE)))

    def box(
        self,
        bounds: tuple[float, float, float, float],
        fill: Colour | None,
        outline: Colour | None = None,
        width: float = 1,
        radius: float = 0,
    ) -> None:
        """Draw an upright rectangle given as left, top, right, bottom."""
        left, top, right, bottom = (v * FINE for v in bounds)
        if right - left >= 1 and bottom - top >= 1:
            pixels = max(1, round(width * FINE))
            self.pen.rounded_rectangle((left, top, right, bottom), radius * FINE, fill, outline, pixels)

    def stencil(self, mask: Image.Image, corner: tuple[float, float], colour: Colour) -> None:
        """Fill through a mask that is already in fine pixels."""
        self.fine.paste(colour, (round(corner[0] * FINE), round(corner[1] * FINE)), mask)

    def place(self, picture: Image.Image, corner: tuple[float, float], mask: Image.Image | None = None) -> None:
        """Put a picture of ordinary pixels down."""
        size = (picture.width * FINE, picture.height * FINE)
        fine_mask = None if mask is None else mask.resize(size, Image.Resampling.BILINEAR)
        fine = picture.resize(size, Image.Resampling.BILINEAR)
        self.fine.paste(fine, (round(corner[0] * FINE), round(corner[1] * FINE)), fine_mask)

    def finish(self) -> Image.Image:
        """The picture."""
        return self.fine.reduce(FINE)


def _flat(points: ArrayLike) -> list[float]:
    flat: list[float] = (np.asarray(points, dtype=float) * FINE).ravel().tolist()
    return flat


def curve(points: Sequence[tuple[float, float]], count: int = 24) -> NDArray[np.float64]:
    """A smooth line of `count` points per span through all the points (Catmull-Rom)."""
    knots = np.asarray([points[0], *points, points[-1]], dtype=float)
    t = np.linspace(0, 1, count, endpoint=False)[:, None]
    spans = []
    for before, start, end, after in zip(knots, knots[1:], knots[2:], knots[3:], strict=False):
        spans.append(
            0.5
            * (
                2 * start
                + (end - before) * t
                + (2 * before - 5 * start + 4 * end - after) * t**2
                + (3 * start - before - 3 * end + after) * t**3
            )
        )
    return np.concatenate([*spans, knots[-1:]])


def ring(
    centre: tuple[float, float], radii: tuple[float, float], start: float = 0, end: float = 360, count: int = 48
) -> NDArray[np.float64]:
    """Points of an elliptic arc; degrees run clockwise from the right."""
    turn = np.radians(np.linspace(start, end, count))
    return np.column_stack([centre[0] + radii[0] * np.cos(turn), centre[1] + radii[1] * np.sin(turn)])
