"""The size parameter: how large the answer is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor, sqrt
from typing import Literal

from snoop_iiif.errors import ImageRequestError
from snoop_iiif.image_api.region import NUMBER
from snoop_iiif.model import Size

Version = Literal[2, 3]

_FORM = re.compile(
    rf"(?P<up>\^)?(?:(?P<max>max)|(?P<full>full)|pct:(?P<pct>{NUMBER})|(?P<fit>!)?(?P<w>\d{{1,9}})?,(?P<h>\d{{1,9}})?)"
)


@dataclass(frozen=True, slots=True)
class SizeRequest:
    """`max`, `full` (version 2), `w,`, `,h`, `pct:n`, `w,h` or `!w,h`; version 3 enlarges only after `^`.

    Attributes:
        kind: which form; "sides" where `width`, `height` or both are given.
        confined: `!`, fit within both sides and keep the proportions.
        enlarge: the answer may be larger than the region.
    """

    kind: Literal["max", "full", "percent", "sides"]
    width: int | None = None
    height: int | None = None
    percent: float = 100.0
    confined: bool = False
    enlarge: bool = False

    @classmethod
    def parse(cls, text: str, version: Version) -> SizeRequest:
        """Read the parameter.

        Raises:
            ImageRequestError: 400, not a form of this version.
        """
        match = _FORM.fullmatch(text)
        if match is None or (match["up"] and version == 2) or (match["full"] and version == 3):
            raise ImageRequestError(400, f"size {text[:60]!r} is not a size of the Image API {version}")
        if match["max"] or match["full"]:
            return cls("max" if match["max"] else "full", enlarge=bool(match["up"]))
        enlarge = version == 2 or bool(match["up"])
        if match["pct"] is not None:
            return cls("percent", percent=float(match["pct"]), enlarge=enlarge)
        width, height = (int(match[side]) if match[side] else None for side in ("w", "h"))
        if (width is None and height is None) or (match["fit"] and (width is None or height is None)):
            raise ImageRequestError(400, f"size {text[:60]!r} lacks a width or a height")
        return cls("sides", width, height, confined=bool(match["fit"]), enlarge=enlarge)

    def of(self, region: Size, max_area: int) -> Size:
        """Width and height of the answer for a region of this size.

        Args:
            max_area: most pixels that one answer may have.

        Raises:
            ImageRequestError: 400, no pixel is left, it would have to be enlarged, or it is too large.
        """
        if self.kind == "max":
            return _scaled(region, _largest_scale(region, max_area, self.enlarge))
        if self.confined:
            return self._confined(region, max_area)
        width, height = self._stated(region)
        if width < 1 or height < 1:
            raise ImageRequestError(400, "the size leaves no pixel")
        if not self.enlarge and (width > region[0] or height > region[1]):
            raise ImageRequestError(400, f"the size is larger than the region of {region[0]} x {region[1]}; ask with ^")
        if width * height > max_area:
            raise ImageRequestError(400, f"{width} x {height} pixels are more than the {max_area} of maxArea")
        return width, height

    def _stated(self, region: Size) -> Size:
        if self.kind == "full":
            return region
        if self.kind == "percent":
            return round(region[0] * self.percent / 100), round(region[1] * self.percent / 100)
        # the side that follows from the other one is at least a pixel, as in the rounded-up `sizes`
        if self.height is None:
            return (self.width or 0), max(round(region[1] * (self.width or 0) / region[0]), 1)
        if self.width is None:
            return max(round(region[0] * self.height / region[1]), 1), self.height
        return self.width, self.height

    def _confined(self, region: Size, max_area: int) -> Size:
        width, height = self.width or 0, self.height or 0
        if width < 1 or height < 1:
            raise ImageRequestError(400, "the size leaves no pixel")
        scale = min(width / region[0], height / region[1], _largest_scale(region, max_area, enlarge=True))
        fitted = _scaled(region, scale if self.enlarge else min(scale, 1.0))
        return min(fitted[0], width), min(fitted[1], height)


def _largest_scale(region: Size, max_area: int, enlarge: bool) -> float:
    """The scale at which the answer has `max_area` pixels, at most 1 where it may not be enlarged."""
    scale = sqrt(max_area / (region[0] * region[1]))
    return scale if enlarge else min(scale, 1.0)


def _scaled(region: Size, scale: float) -> Size:
    """Rounded to whole pixels; down where scaled to a limit, so that the limit holds."""
    if scale == 1.0:
        return region
    width, height = max(round(region[0] * scale), 1), max(round(region[1] * scale), 1)
    if width * height > region[0] * region[1] * scale * scale:
        exact = region[0] * scale, region[1] * scale
        width, height = max(floor(exact[0] + 1e-6), 1), max(floor(exact[1] + 1e-6), 1)
    return width, height
