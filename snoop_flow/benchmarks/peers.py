"""Other ways to the best rows for one query, as far as they are installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.vectors import VectorSet

Vectors = NDArray[np.float32]
MOST_BYTES = 6 << 30  # a peer that would hold more in memory is left out


def peers_of(
    view: VectorSet, weights: Vectors, count: int, folder: Path
) -> tuple[dict[str, Callable[[], Any]], list[str]]:
    """(what to time by name, what was left out and why)."""
    actions: dict[str, Callable[[], Any]] = {}
    left_out = []
    for name, make in PEERS.items():
        try:
            actions[name] = make(view, weights, count, folder)
        except (ImportError, MemoryError) as error:
            left_out.append(f"{name}: {error}")
    return actions, left_out


def _all_vectors(view: VectorSet) -> Vectors:
    if 4 * len(view) * view.dimension > MOST_BYTES:
        raise MemoryError(f"float32 vectors would take more than {MOST_BYTES >> 30} GB")
    whole = np.empty((len(view), view.dimension), np.float32)
    start = 0
    for block in view.blocks():
        whole[start : start + len(block)] = block
        start += len(block)
    return whole


def _numpy(view: VectorSet, weights: Vectors, count: int, _folder: Path) -> Callable[[], Any]:
    vectors = _all_vectors(view)

    def search() -> Any:
        scores = vectors @ weights
        best = np.argpartition(-scores, count)[:count]
        return best[np.argsort(-scores[best])]

    return search


def _faiss(kind: str) -> Callable[[VectorSet, Vectors, int, Path], Callable[[], Any]]:
    def make(view: VectorSet, weights: Vectors, count: int, _folder: Path) -> Callable[[], Any]:
        # by name: the engine itself stands on no index library, only this comparison wants one
        faiss = importlib.import_module("faiss")
        if kind == "Flat" and 4 * len(view) * view.dimension > MOST_BYTES:
            raise MemoryError(f"its vectors would take more than {MOST_BYTES >> 30} GB")
        index = _FAISS[kind](faiss, view.dimension)
        if not index.is_trained:
            index.train(view.gather(np.linspace(0, len(view) - 1, min(len(view), 10_000)).astype(np.intp)))
        scale = np.float32(127 / np.abs(view.gather(np.arange(1000))).max()) if "direct" in kind else np.float32(1)
        for block in view.blocks():
            index.add(np.clip(block * scale, -127, 127) if "direct" in kind else block)
        return lambda: index.search(weights[None], count)

    return make


_FAISS: dict[str, Callable[[Any, int], Any]] = {
    "Flat": lambda faiss, dimension: faiss.IndexFlatIP(dimension),
    "SQ8": lambda faiss, dimension: _quantised(faiss, dimension, faiss.ScalarQuantizer.QT_8bit),
    "8 bit direct": lambda faiss, dimension: _quantised(faiss, dimension, faiss.ScalarQuantizer.QT_8bit_direct_signed),
}


def _quantised(faiss: Any, dimension: int, kind: int) -> Any:
    return faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)


def _lancedb(view: VectorSet, weights: Vectors, count: int, folder: Path) -> Callable[[], Any]:
    lancedb, arrow = importlib.import_module("lancedb"), importlib.import_module("pyarrow")
    kind = arrow.list_(arrow.float32(), view.dimension)
    schema = arrow.schema([("row", arrow.int64()), ("vector", kind)])

    def batches() -> Any:
        start = 0
        for block in view.blocks():
            flat = arrow.FixedSizeListArray.from_arrays(arrow.array(block.ravel()), view.dimension)
            yield arrow.RecordBatch.from_arrays(
                [arrow.array(np.arange(start, start + len(block))), flat], schema=schema
            )
            start += len(block)

    table = lancedb.connect(folder / "lance").create_table("vectors", batches(), schema=schema)
    return lambda: table.search(weights).distance_type("dot").select(["row", "_distance"]).limit(count).to_arrow()


PEERS: dict[str, Callable[[VectorSet, Vectors, int, Path], Callable[[], Any]]] = {
    "numpy float32": _numpy,
    "FAISS Flat": _faiss("Flat"),
    "FAISS SQ8": _faiss("SQ8"),
    "FAISS 8 bit direct": _faiss("8 bit direct"),
    "LanceDB flat": _lancedb,
}
