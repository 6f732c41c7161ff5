"""The contract of a segmenter: segments of the items it was given, on their canvases, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image, Resampling

from snoop_flow.entities import Item, ItemKind
from snoop_flow.plugin_types import FloatArray, Segment, SegmenterSpec
from snoop_flow.testing.claims import require
from snoop_flow.testing.pictures import pictures
from snoop_flow.testing.rows import export_rows

MOST = 7


@dataclass(frozen=True)
class Pictures:
    """A `SegmenterContext` over pictures in memory; vectors of boxes are their mean colours.

    Attributes:
        images: item number → picture.
        most: as the engine says it.
    """

    images: dict[int, Image] = field(default_factory=dict)
    most: int = MOST

    def picture(self, item: Item, longest: int) -> Image:
        """The picture of an item, its longer side at most so many pixels."""
        image = self.images[item.number].copy()
        image.thumbnail((longest, longest))
        return image

    def describe(self, item: Item, boxes: NDArray[np.float64]) -> FloatArray:
        """Vectors of boxes, (n, 6) of unit length: mean colours and what they lack."""
        image = self.images[item.number].convert("RGB")
        rows = []
        for x, y, w, h in boxes * (image.width / item.width):
            part = image.resize((1, 1), Resampling.BOX, box=(x, y, min(x + w, image.width), min(y + h, image.height)))
            colour = np.asarray(part, np.float32).reshape(3) / 255
            rows.append(np.concatenate([colour, 1 - colour]))
        found = np.array(rows, np.float32).reshape(-1, 6)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def check_segmenter(spec: SegmenterSpec, *, images: Sequence[Image] | None = None) -> None:
    """Check that a segmenter keeps what the engine relies on.

    Covered: its kinds, that segments are of the items given, lie on their canvases, and are the same on the second
    call, that it keeps to the number wanted or is cut short without harm, and no items at all.

    Args:
        spec: what to check.
        images: pictures on which it finds something; by default drawn ones.

    Raises:
        AssertionError: the first thing that does not hold, in one line.
    """
    name = f"segmenter {spec.name}"
    require(bool(spec.name.strip()) and bool(spec.title.strip()), f"{name}: name and title must say something")
    require(ItemKind.REGION in spec.kinds, f"{name}: kinds {spec.kinds} must hold {ItemKind.REGION!r}")
    seen = pictures() if images is None else list(images)
    row = next(export_rows())
    sizes = [(2 * image.width, 2 * image.height) for image in seen]  # canvases are often larger than their pictures
    items = [
        replace(row.item, number=number, id=f"item-{number}", width=width, height=height)
        for number, (width, height) in enumerate(sizes, 1)
    ]
    context = Pictures(dict(zip([item.number for item in items], seen, strict=True)))
    opened = spec.open(context)
    require(list(opened.segment(row.record, [])) == [], f"{name}: finds something where no items are given")
    total = 0
    for item in items:
        found = list(opened.segment(row.record, [item]))
        total += len(found)
        for one in found:
            _check(name, one, item)
        require(
            _boxes(found) == _boxes(list(opened.segment(row.record, [item]))), f"{name}: finds others on a second call"
        )
    require(total > 0, f"{name}: finds nothing on {len(items)} pictures; give images on which it does")
    next(iter(opened.segment(row.record, items[:1])), None)  # the engine may stop asking


def _check(name: str, one: object, item: Item) -> None:
    require(isinstance(one, Segment), f"{name}: gave {one!r}; must be a Segment")
    if not isinstance(one, Segment):
        return
    require(one.item.number == item.number, f"{name}: gave a segment of another item than the one at hand")
    x, y, w, h = one.box
    require(bool(np.isfinite(one.box).all()) and w > 0 and h > 0, f"{name}: box {one.box} has no area")
    meets = x < item.width and y < item.height and x + w > 0 and y + h > 0
    require(meets, f"{name}: box {one.box} lies outside of the canvas of {item.width} × {item.height}")


def _boxes(found: Sequence[Segment]) -> list[tuple[float, ...]]:
    return [one.box for one in found]
