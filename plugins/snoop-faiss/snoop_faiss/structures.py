"""The structures: what each is, what a search of it may spend, and how it takes changes.

All compare by inner product. Cells, graph and codes keep vectors as float16 or in fewer bits, which is enough to find
candidates; these are scored again on the vectors themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from snoop_faiss import cells

LINKS = 32  # of a row in the graph (FAISS's M)
BUILD_BREADTH = 160  # candidates looked at for the links of a row (efConstruction)
FEWEST = 1_000  # rows; fewer train nothing, and plain vectors take the place of codes, cells and graph
PLAIN = "plain vectors"  # what they are called among an index's facts
LEAST_PROBES = 8


@dataclass(frozen=True, slots=True)
class Effort:
    """What a search may spend.

    Attributes:
        reach: share of the cells that are opened, or breadth of the walk through a graph.
        candidates: rows that are scored again for each row wanted.
    """

    reach: float = 1.0
    candidates: int = 2


class Removal(StrEnum):
    """What becomes of the numbers by which FAISS knows its rows when some are removed."""

    SHIFT = "later rows move up"
    KEEP = "every row keeps its number"
    HIDE = "FAISS cannot remove them; they stay, and are never returned"


@dataclass(frozen=True, slots=True)
class Structure:
    """One kind of FAISS index.

    Attributes:
        make: an untrained index; given FAISS, the dimension and the number of rows.
        parameters: those of one search; given FAISS, the index, a selector or nothing, the effort and the rows wanted.
        efforts: what a search can spend, in rising order.
        form: what it consists of, in words.
        exact: answers are those of a full scan.
        removal: how rows are removed.
        learned: it is trained on a sample, which a corpus that changes leaves behind.
        celled: its rows lie in cells.
        on_device: a graphics card can answer from it.
    """

    name: str
    title: str
    make: Callable[[Any, int, int], Any]
    parameters: Callable[[Any, Any, Any, Effort, int], Any]
    efforts: tuple[Effort, ...] = (Effort(),)
    form: str = ""
    exact: bool = False
    removal: Removal = Removal.SHIFT
    learned: bool = False
    celled: bool = False
    on_device: bool = False


def flat(faiss: Any, dimension: int, _rows: int) -> Any:
    """All vectors as they are."""
    return faiss.IndexFlatIP(dimension)


def _sq8(faiss: Any, dimension: int, _rows: int) -> Any:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)


def _hnsw(faiss: Any, dimension: int, _rows: int) -> Any:
    index = faiss.IndexHNSWSQ(dimension, faiss.ScalarQuantizer.QT_fp16, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_BREADTH
    return index


def selected(faiss: Any, _index: Any, selector: Any, _effort: Effort, _count: int) -> Any:
    """Parameters of a structure that looks at all rows."""
    return faiss.SearchParameters(sel=selector)


def _probes(faiss: Any, index: Any, selector: Any, effort: Effort, _count: int) -> Any:
    return faiss.SearchParametersIVF(sel=selector, nprobe=_opened(faiss, index, effort))


def _rotated_probes(faiss: Any, index: Any, selector: Any, effort: Effort, _count: int) -> Any:
    inner = faiss.IVFRaBitQSearchParameters(sel=selector, nprobe=_opened(faiss, index, effort), qb=8, centered=False)
    return faiss.SearchParametersPreTransform(index_params=inner)


def _opened(faiss: Any, index: Any, effort: Effort) -> int:
    total = int(faiss.extract_index_ivf(index).nlist)
    return min(total, max(LEAST_PROBES, math.ceil(effort.reach * total)))


def _breadth(faiss: Any, _index: Any, selector: Any, effort: Effort, count: int) -> Any:
    # the last of a walk are its worst, so it must be broader than what is taken from it
    return faiss.SearchParametersHNSW(sel=selector, efSearch=max(int(effort.reach), 2 * count))


# below an eighth of the cells, classes lose too much
_OPENED = tuple(Effort(share) for share in (0.12, 0.2, 0.35, 0.6, 1.0))
_OPENED_CODES = tuple(Effort(*one) for one in ((0.12, 2), (0.12, 4), (0.2, 4), (0.35, 4), (0.6, 8), (1.0, 16)))
_WALKS = tuple(Effort(breadth) for breadth in (128, 256, 512, 1024, 2048))

STRUCTURES = (
    Structure(
        "faiss-flat",
        "FAISS: all vectors, compared one by one",
        flat,
        selected,
        form=PLAIN,
        exact=True,
        on_device=True,
    ),
    Structure(
        "faiss-sq8",
        "FAISS: all vectors in 8 bits a number, the best compared again",
        _sq8,
        selected,
        form="8 bits a number",
        learned=True,
    ),
    Structure(
        "faiss-ivf",
        "FAISS: vectors in cells, of which an eighth or more is opened",
        cells.halves,
        _probes,
        _OPENED,
        form="cells of float16",
        removal=Removal.KEEP,
        learned=True,
        celled=True,
        on_device=True,
    ),
    Structure(
        "faiss-ivf-pq",
        "FAISS: cells of product codes (fast scan), the best compared again",
        cells.product_codes,
        _probes,
        _OPENED_CODES,
        form="cells of product codes",
        removal=Removal.KEEP,
        learned=True,
        celled=True,
    ),
    Structure(
        "faiss-ivf-rabitq",
        "FAISS: cells of one-bit RaBitQ codes, the best compared again",
        cells.one_bit_codes,
        _rotated_probes,
        _OPENED_CODES,
        form="cells of RaBitQ codes",
        removal=Removal.KEEP,
        learned=True,
        celled=True,
    ),
    Structure(
        "faiss-hnsw",
        "FAISS: a graph of neighbours, walked towards the query",
        _hnsw,
        _breadth,
        _WALKS,
        form="graph of float16",
        removal=Removal.HIDE,
    ),
)


def plain(structure: Structure) -> Structure:
    """What takes a structure's place where there are few rows: nothing to train, and as fast."""
    return replace(STRUCTURES[0], name=structure.name, title=structure.title, exact=structure.exact)
