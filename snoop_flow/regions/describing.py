"""From a picture to the vectors of any box on it: by the grid of a backbone that sees patches, or crop by crop.

A backbone's own grid is coarse (7 × 7 cells for many networks), too coarse for small objects. So a picture is enlarged
until its longer side has as many cells as are wanted, and cut into overlapping tiles that are seen one by one; where
tiles overlap, the cells in their middle count most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Patched:
    """A picture seen as a grid of patches."""

    grid: Grid

    def vectors(self, boxes: Boxes) -> FloatArray:
        """Means of the patches in boxes."""
        vectors: FloatArray = self.grid.pooled(boxes)
        return vectors


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
        return Patched(Grid(self._stitched(rgb)))

    @property
    def _tile(self) -> tuple[int, int]:
        if self.spec.patch_grid is None:
            raise PluginError(f"backbone {self.spec.name} gives no patches any more; segment again with --by crops")
        return self.spec.patch_grid

    @property
    def _cell(self) -> int:
        """Pixels of a cell's side."""
        return max(round(self.spec.input_size / max(self._tile)), 1)

    def _stitched(self, picture: Image.Image) -> FloatArray:
        tile_rows, tile_columns = self._tile
        if self.cells <= max(tile_rows, tile_columns):
            return np.asarray(self._patches([picture])[0], np.float32)
        scale = self.cells / max(picture.size)
        rows, columns = max(round(picture.height * scale), tile_rows), max(round(picture.width * scale), tile_columns)
        enlarged = picture.resize((columns * self._cell, rows * self._cell), Image.Resampling.BICUBIC)
        places = [(y, x) for y in _starts(rows, tile_rows) for x in _starts(columns, tile_columns)]
        tiles = [
            enlarged.crop(tuple(self._cell * edge for edge in (x, y, x + tile_columns, y + tile_rows)))  # type: ignore[arg-type]
            for y, x in places
        ]
        return _joined(self._patches(tiles), places, (rows, columns))

    def _patches(self, pictures: Sequence[Image.Image]) -> FloatArray:
        if not isinstance(self.backbone, PatchBackbone):
            raise PluginError(f"backbone {self.spec.name} says that it sees patches, but gives none")
        parts = []
        for start in range(0, len(pictures), STEP):
            with _TURN:
                parts.append(self.backbone.embed_patches(pictures[start : start + STEP]))
        found: FloatArray = np.concatenate(parts)
        wanted = (len(pictures), *self._tile, self.spec.dimension)
        if found.shape != wanted:
            raise PluginError(f"backbone {self.spec.name} gave patches of shape {found.shape}, not {wanted}")
        return found


def _starts(cells: int, tile: int) -> list[int]:
    """Where tiles begin, so that they cover all cells and overlap."""
    steps = max(int(np.ceil((cells - tile) / max(tile - OVERLAP, 1))), 1 if cells > tile else 0)
    return [round(step * (cells - tile) / steps) for step in range(steps + 1)] if steps else [0]


def _joined(tiles: FloatArray, places: Sequence[tuple[int, int]], size: tuple[int, int]) -> FloatArray:
    """One grid of unit vectors of overlapping tiles, (rows, columns, D)."""
    rows, columns = tiles.shape[1:3]
    weight = np.minimum.outer(_ramp(rows), _ramp(columns)).astype(np.float32)[..., None]
    total = np.zeros((*size, tiles.shape[3]), np.float32)
    for tile, (y, x) in zip(tiles, places, strict=True):
        total[y : y + rows, x : x + columns] += tile * weight
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=2, keepdims=True), SMALLEST), np.float32)


def _ramp(cells: int) -> NDArray[np.intp]:
    """Rises from the edges to the middle."""
    return np.minimum(np.arange(cells), np.arange(cells)[::-1]) + 1
