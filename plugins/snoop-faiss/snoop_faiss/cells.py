"""Indexes whose rows lie in cells around trained centres, by what is kept of each row."""

from __future__ import annotations

import math
from typing import Any

from snoop_flow.errors import PluginError

ROWS_PER_CELL = 39  # fewer train a cell badly, says FAISS
ITERATIONS = 12
TRAINING_BYTES = 512 << 20
ROWS_A_CELL = 64  # of the training sample
PRODUCT_BITS = 4  # what fast scan works on
WIDTHS = (4, 3, 2, 1)  # numbers in one product code: the widest of which the dimension is a multiple
ROTATION_SEED = 1


def count(rows: int, dimension: int) -> int:
    """The number of cells for a corpus: some four times the square root of its rows, where they suffice to train.

    The training sample has a bound, and so have the cells, which bounds the time that training takes as well.
    """
    sampled = min(rows, TRAINING_BYTES // (4 * dimension))
    return max(1, min(int(4 * math.sqrt(rows)), sampled // ROWS_PER_CELL))


def halves(faiss: Any, dimension: int, rows: int) -> Any:
    """Cells of float16 vectors, 2 D bytes each."""
    kind = faiss.ScalarQuantizer.QT_fp16
    return _celled(faiss, faiss.IndexIVFScalarQuantizer, dimension, rows, kind, faiss.METRIC_INNER_PRODUCT, False)


def product_codes(faiss: Any, dimension: int, rows: int) -> Any:
    """Cells of product codes of 4 bits for every 4 numbers, D / 8 bytes each, which registers look up at once.

    A rotation before the coding was tried and finds no more: .992 and .992 of classes' best 50 (25 000 crops).
    """
    width = next(width for width in WIDTHS if dimension % width == 0)
    metric = faiss.METRIC_INNER_PRODUCT
    return _celled(faiss, faiss.IndexIVFPQFastScan, dimension, rows, dimension // width, PRODUCT_BITS, metric)


def one_bit_codes(faiss: Any, dimension: int, rows: int) -> Any:
    """Cells of RaBitQ codes of 1 bit a number (Gao and Long 2024), D / 8 bytes each.

    The method wants randomly rotated vectors: without, .963 of the best 1 000 are found instead of .992.

    Raises:
        PluginError: this FAISS has no RaBitQ.
    """
    if not hasattr(faiss, "IndexIVFRaBitQ"):
        raise PluginError(f"FAISS {faiss.__version__} has no RaBitQ; install FAISS 1.14 or newer")
    inner = _celled(faiss, faiss.IndexIVFRaBitQ, dimension, rows, faiss.METRIC_INNER_PRODUCT)
    rotation = faiss.RandomRotationMatrix(dimension, dimension)
    rotation.init(ROTATION_SEED)
    index = faiss.IndexPreTransform(rotation, inner)
    for owned in (rotation, inner):
        owned.this.disown()
    index.own_fields = True
    return index


def _celled(faiss: Any, kind: Any, dimension: int, rows: int, *arguments: Any) -> Any:
    centres = faiss.IndexFlatIP(dimension)
    index = kind(centres, dimension, count(rows, dimension), *arguments)
    centres.this.disown()
    index.own_fields = True
    index.cp.spherical = True  # unit vectors have unit centres
    index.cp.niter = ITERATIONS
    index.cp.min_points_per_centroid = 1  # a tiny corpus is no reason to print a warning
    return index
