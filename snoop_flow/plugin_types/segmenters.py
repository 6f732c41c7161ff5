"""Segmenters: images → regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from snoop_flow.entities import Item, ItemKind, LanguageMap, Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from snoop_flow.plugin_types.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an item that a segmenter found.

    Attributes:
        item: what it was found in.
        box: x, y, width and height in canvas pixels; what lies outside of the canvas is cut off.
        label: what it is called; that of the item where nothing is said.
    """

    item: Item
    box: tuple[float, float, float, float]
    label: LanguageMap = field(default_factory=dict)


class SegmenterContext(Protocol):
    """What the engine lends a segmenter."""

    @property
    def most(self) -> int:
        """How many regions of an image are wanted at most, the best first."""

    def picture(self, item: Item, longest: int) -> Image:
        """The picture of an item, its longer side about so many pixels; raises `SourceError`."""

    def describe(self, item: Item, boxes: NDArray[np.float64]) -> FloatArray:
        """Vectors of boxes on an item, (n, D) of unit length, made as those that are kept; raises `SourceError`.

        Args:
            boxes: (n, 4) of x, y, width and height in canvas pixels.
        """


class Segmenter(Protocol):
    """Cuts images into regions that are searched beside them."""

    def segment(self, record: Record, items: Sequence[Item]) -> Iterator[Segment]:
        """Yield the regions of some items of one record, at present of one at a time; raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class SegmenterSpec:
    """A way to cut images into regions.

    Attributes:
        kinds: of items that it gives; of these the engine takes regions.
    """

    name: str
    title: str
    kinds: tuple[ItemKind, ...]
    open: Callable[[SegmenterContext], Segmenter]
