"""The four structures: how each is made for a corpus, and what a search of it may spend.

All compare by inner product. Cells, graph and codes keep vectors as float16 or 8 bits, which is enough to find
candidates; these are scored again on the vectors themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LINKS = 32  # of a row in the graph (FAISS's M)
BUILD_BREADTH = 160  # candidates looked at for the links of a row (efConstruction)
ROWS_PER_CELL = 39  # fewer train a cell badly, says FAISS
LEAST_PROBES = 8
SHARES = (0.12, 0.2, 0.35, 0.6, 1.0)  # of the cells that are opened; below an eighth, classes lose too much
BREADTHS = (128, 256, 512, 1024, 2048)  # of a walk through the graph (efSearch)


@dataclass(frozen=True, slots=True)
class Structure:
    """One kind of FAISS index.

    Attributes:
        make: an untrained index; given FAISS, the dimension and the number of rows.
        parameters: those of one search; given FAISS, the index, a selector or nothing, the effort and the rows wanted.
        efforts: what a search can spend, in rising order.
        exact: answers are those of a full scan.
    """

    name: str
    title: str
    make: Callable[[Any, int, int], Any]
    parameters: Callable[[Any, Any, Any, float, int], Any]
    efforts: tuple[float, ...] = (1.0,)
    exact: bool = False


def cells(rows: int) -> int:
    """The number of cells for a corpus: some four times the square root of its rows, where they suffice to train."""
    return max(1, min(int(4 * math.sqrt(rows)), rows // ROWS_PER_CELL))


def _flat(faiss: Any, dimension: int, _rows: int) -> Any:
    return faiss.IndexFlatIP(dimension)


def _sq8(faiss: Any, dimension: int, _rows: int) -> Any:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)


def _ivf(faiss: Any, dimension: int, rows: int) -> Any:
    quantizer = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, dimension, cells(rows), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.spherical = True  # unit vectors have unit centres
    index.cp.niter = 12
    index.cp.min_points_per_centroid = 1  # a tiny corpus is no reason to print a warning
    return index


def _hnsw(faiss: Any, dimension: int, _rows: int) -> Any:
    index = faiss.IndexHNSWSQ(dimension, faiss.ScalarQuantizer.QT_fp16, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_BREADTH
    return index


def _selected(faiss: Any, _index: Any, selector: Any, _effort: float, _count: int) -> Any:
    return faiss.SearchParameters(sel=selector)


def _probes(faiss: Any, index: Any, selector: Any, effort: float, _count: int) -> Any:
    probes = min(index.nlist, max(LEAST_PROBES, math.ceil(effort * index.nlist)))
    return faiss.SearchParametersIVF(sel=selector, nprobe=probes)


def _breadth(faiss: Any, _index: Any, selector: Any, effort: float, count: int) -> Any:
    return faiss.SearchParametersHNSW(
        sel=selector, efSearch=max(int(effort), 2 * count)
    )  # the last of a walk are its worst


STRUCTURES = (
    Structure("faiss-flat", "FAISS: all vectors, compared one by one", _flat, _selected, exact=True),
    Structure("faiss-sq8", "FAISS: all vectors in 8 bits a number, the best compared again", _sq8, _selected),
    Structure("faiss-ivf", "FAISS: vectors in cells, of which an eighth or more is opened", _ivf, _probes, SHARES),
    Structure("faiss-hnsw", "FAISS: a graph of neighbours, walked towards the query", _hnsw, _breadth, BREADTHS),
)
