"""From a picture to the vectors of any box on it: by the grid of a backbone that sees patches, or crop by crop.

A backbone's own grid is coarse (7 × 7 cells for many networks), too coarse for small objects. So a picture is enlarged
until its longer side has as many cells as are wanted, and cut into overlapping tiles that are seen one by one; where
tiles overlap, the cells in their middle count most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from snoop_flow.errors import PluginError
from snoop_flow.learning import Boxes, Grid
from snoop_flow.plugin_types import Backbone, BackboneSpec, FloatArray, PatchBackbone

Embed = Callable[[Sequence[Image.Image]], FloatArray]

OVERLAP = 2  # cells that neighbouring tiles share
STEP = 32  # pictures in one call of the model
CROP_DETAIL = 4  # crops are cut from a picture of so many input sizes; more would be fetched for little
MOST_PIXELS = 4096  # of the longer side of a picture
SMALLEST = 1e-9
_TURN = Lock()  # calls of a model use all its threads; two at once would fight for them


class Described(Protocol):
    """A picture whose boxes have vectors."""

    def vectors(self, boxes: Boxes) -> FloatArray:
        """Vectors of (n, 4) boxes in shares of the picture's sides: (n, D) of unit length, or zeros."""


class Patched:
    """A picture seen as a grid of patches; tiles are looked at when a box first needs them."""

    def __init__(self, picture: Image.Image, tiling: Tiling, embed: Embed) -> None:
        """Nothing is looked at yet.

        Args:
            picture: enlarged to the size of the tiling.
            embed: pictures → their patches, (n, rows, columns, D).
        """
        self._picture, self._tiling, self._embed = picture, tiling, embed
        self._tiles: dict[tuple[int, int], FloatArray] = {}
        self._grid: Grid | None = None

    @property
    def grid(self) -> Grid:
        """The whole grid."""
        return self._seen(self._tiling.places)

    def vectors(self, boxes: Boxes) -> FloatArray:
        """Means of the patches in boxes."""
        vectors: FloatArray = self._seen(self._tiling.under(boxes)).pooled(boxes)
        return vectors

    def _seen(self, places: Sequence[tuple[int, int]]) -> Grid:
        """The grid, right at least where these tiles lie."""
        new = [place for place in places if place not in self._tiles]
        for start in range(0, len(new), STEP):
            part = new[start : start + STEP]
            with _TURN:
                found = self._embed([self._picture.crop(self._tiling.pixels(place)) for place in part])
            self._tiles.update(zip(part, found, strict=True))
        if new or self._grid is None:
            self._grid = Grid(self._tiling.joined(self._tiles))
        return self._grid


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a grid is put together from the overlapping grids of tiles.

    Attributes:
        size: rows and columns of the whole grid.
        tile: rows and columns of a tile.
        cell: pixels of a cell's sides, down and across.
    """

    size: tuple[int, int]
    tile: tuple[int, int]
    cell: tuple[float, float]

    @property
    def places(self) -> list[tuple[int, int]]:
        """First row and column of each tile."""
        return [(y, x) for y in _starts(self.size[0], self.tile[0]) for x in _starts(self.size[1], self.tile[1])]

    def under(self, boxes: Boxes) -> list[tuple[int, int]]:
        """The tiles that have a cell in one of (n, 4) boxes, given in shares of the sides."""
        left, top = boxes[:, 0] * self.size[1], boxes[:, 1] * self.size[0]
        right, bottom = left + boxes[:, 2] * self.size[1], top + boxes[:, 3] * self.size[0]
        return [
            (y, x)
            for y, x in self.places
            if ((left < x + self.tile[1]) & (right > x) & (top < y + self.tile[0]) & (bottom > y)).any()
        ]

    def pixels(self, place: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a tile on the enlarged picture."""
        (y, x), (down, across) = place, self.cell
        edges = (x * across, y * down, (x + self.tile[1]) * across, (y + self.tile[0]) * down)
        return round(edges[0]), round(edges[1]), round(edges[2]), round(edges[3])

    def joined(self, tiles: Mapping[tuple[int, int], FloatArray]) -> FloatArray:
        """One grid of unit vectors, (rows, columns, D); zeros where no tile was looked at."""
        rows, columns = self.tile
        weight = np.minimum.outer(_ramp(rows), _ramp(columns)).astype(np.float32)[..., None]
        total = np.zeros((*self.size, next(iter(tiles.values())).shape[2]), np.float32)
        for (y, x), tile in tiles.items():
            total[y : y + rows, x : x + columns] += tile * weight
        return np.asarray(total / np.maximum(np.linalg.norm(total, axis=2, keepdims=True), SMALLEST), np.float32)


@dataclass(frozen=True)
class Cropped:
    """A picture of which each box is cut out and embedded; what was asked for is remembered."""

    picture: Image.Image
    embed: Embed
    known: dict[tuple[int, ...], NDArray[np.float32]]

    def vectors(self, boxes: Boxes) -> FloatArray:
        """The vectors that the backbone gives crops as images of their own."""
        corners = [self._corners(box) for box in boxes]
        new = [corner for corner in dict.fromkeys(corners) if corner not in self.known]
        for start in range(0, len(new), STEP):
            part = new[start : start + STEP]
            with _TURN:
                vectors = self.embed([self.picture.crop(corner) for corner in part])
            self.known.update(zip(part, vectors, strict=True))
        return np.stack([self.known[corner] for corner in corners])

    def _corners(self, box: NDArray[np.float64]) -> tuple[int, int, int, int]:
        """Whole pixels around a box, one at least."""
        width, height = self.picture.size
        left, top = min(int(box[0] * width), width - 1), min(int(box[1] * height), height - 1)
        right = int(np.ceil((box[0] + box[2]) * width - SMALLEST))
        bottom = int(np.ceil((box[1] + box[3]) * height - SMALLEST))
        return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)


@dataclass(frozen=True)
class Describer:
    """Describes pictures with an opened backbone.

    Attributes:
        cells: of the grid along the longer side of a picture; 0 where boxes are cut out one by one.
    """

    spec: BackboneSpec
    backbone: Backbone
    cells: int

    @property
    def longest(self) -> int:
        """The longer side in pixels that a picture should have."""
        if not self.cells:
            return min(CROP_DETAIL * self.spec.input_size, MOST_PIXELS)
        return min(max(self._cell * self.cells, self.spec.input_size), MOST_PIXELS)

    def describe(self, picture: Image.Image) -> Described:
        """A picture whose boxes have vectors.

        Raises:
            PluginError: the backbone gives no patches, or others than its spec says.
        """
        rgb = picture.convert("RGB")
        if not self.cells:
            return Cropped(rgb, self.backbone.embed_images, {})
        tile = self._tile
        if self.cells <= max(tile):
            return Patched(rgb, Tiling(tile, tile, (rgb.height / tile[0], rgb.width / tile[1])), self._patches)
        scale = self.cells / max(rgb.size)
        size = max(round(rgb.height * scale), tile[0]), max(round(rgb.width * scale), tile[1])
        enlarged = rgb.resize((size[1] * self._cell, size[0] * self._cell), Image.Resampling.BICUBIC)
        return Patched(enlarged, Tiling(size, tile, (self._cell, self._cell)), self._patches)

    @property
    def _tile(self) -> tuple[int, int]:
        if self.spec.patch_grid is None:
            raise PluginError(f"backbone {self.spec.name} gives no patches any more; segment again with --by crops")
        return self.spec.patch_grid

    @property
    def _cell(self) -> int:
        """Pixels of a cell's side."""
        return max(round(self.spec.input_size / max(self._tile)), 1)

    def _patches(self, pictures: Sequence[Image.Image]) -> FloatArray:
        if not isinstance(self.backbone, PatchBackbone):
            raise PluginError(f"backbone {self.spec.name} says that it sees patches, but gives none")
        found: FloatArray = self.backbone.embed_patches(pictures)
        wanted = (len(pictures), *self._tile, self.spec.dimension)
        if found.shape != wanted:
            raise PluginError(f"backbone {self.spec.name} gave patches of shape {found.shape}, not {wanted}")
        return found


def _starts(cells: int, tile: int) -> list[int]:
    """Where tiles begin, so that they cover all cells and overlap."""
    steps = max(int(np.ceil((cells - tile) / max(tile - OVERLAP, 1))), 1 if cells > tile else 0)
    return [round(step * (cells - tile) / steps) for step in range(steps + 1)] if steps else [0]


def _ramp(cells: int) -> NDArray[np.intp]:
    """Rises from the edges to the middle."""
    return np.minimum(np.arange(cells), np.arange(cells)[::-1]) + 1
