"""The region parameter: which part of the image, before anything is scaled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from snoop_iiif.errors import ImageRequestError
from snoop_iiif.model import Box

NUMBER = r"\d{1,9}(?:\.\d{1,10})?"
_PIXELS = re.compile(r"(\d{1,9}),(\d{1,9}),(\d{1,9}),(\d{1,9})")
_PERCENT = re.compile(rf"pct:({NUMBER}),({NUMBER}),({NUMBER}),({NUMBER})")


@dataclass(frozen=True, slots=True)
class Region:
    """`full`, `square`, `x,y,w,h` or `pct:x,y,w,h`."""

    kind: Literal["full", "square", "pixels", "percent"]
    values: tuple[float, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Region:
        """Read the parameter.

        Raises:
            ImageRequestError: 400, none of the four forms.
        """
        if text == "full":
            return cls("full")
        if text == "square":
            return cls("square")
        if match := _PIXELS.fullmatch(text):
            return cls("pixels", tuple(int(part) for part in match.groups()))
        if match := _PERCENT.fullmatch(text):
            return cls("percent", tuple(float(part) for part in match.groups()))
        raise ImageRequestError(400, f"region {text[:60]!r} is not full, square, x,y,w,h or pct:x,y,w,h")

    def box(self, width: int, height: int) -> Box:
        """The region of an image of this size, cut at its edges.

        Raises:
            ImageRequestError: 400, it has no extent or lies outside the image.
        """
        if self.kind == "full":
            return 0, 0, width, height
        if self.kind == "square":
            side = min(width, height)
            return (width - side) // 2, (height - side) // 2, side, side
        left, top, across, down = self._pixels(width, height)
        if across < 1 or down < 1:
            raise ImageRequestError(400, "the region has no extent")
        if left >= width or top >= height:
            raise ImageRequestError(400, f"the region lies outside the image of {width} x {height} pixels")
        return left, top, min(across, width - left), min(down, height - top)

    def _pixels(self, width: int, height: int) -> Box:
        x, y, w, h = self.values
        if self.kind == "pixels":
            return int(x), int(y), int(w), int(h)
        across, down = width / 100, height / 100
        # a region that was asked for is never rounded away
        return round(x * across), round(y * down), max(round(w * across), w > 0), max(round(h * down), h > 0)
