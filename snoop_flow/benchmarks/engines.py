"""Other engines that keep vectors and search them, as far as they are installed, with parameters that suit classes.

Cells are opened by an eighth and candidates scored again on the vectors, as our own approximate indexes do it; what an
engine cannot do is left at its default.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.vectors import VectorSet

Rows = NDArray[np.intp]
Search = Callable[[NDArray[np.float32], int], Rows]
Make = Callable[[VectorSet, str], Search]

OPENED = 0.12
BATCH = 2_000  # rows in one call of Milvus


def engines(store: str | None) -> dict[str, tuple[Make, str | None]]:
    """Name → how it is filled, and where it keeps its files: None for a folder, else an address."""
    found: dict[str, tuple[Make, str | None]] = {
        "LanceDB flat": (_lance(None), None),
        "LanceDB IVF-PQ": (_lance("IvfPq"), None),
        "LanceDB IVF-RQ": (_lance("IvfRq"), None),
        "LanceDB HNSW-SQ": (_lance("HnswSq"), None),
        "usearch HNSW int8": (_usearch, None),
        "Milvus Lite IVF-SQ8": (_milvus, None),
    }
    if store is not None:
        found["LanceDB IVF-PQ, object store"] = (_lance("IvfPq"), store)
    return found


def _cells(rows: int) -> int:
    return max(1, int(math.sqrt(rows)))


def _lance(kind: str | None) -> Make:
    def make(view: VectorSet, place: str) -> Search:
        lancedb, arrow = importlib.import_module("lancedb"), importlib.import_module("pyarrow")
        schema = arrow.schema([("row", arrow.int64()), ("vector", arrow.list_(arrow.float32(), view.dimension))])
        table = lancedb.connect(place).create_table("vectors", _batches(view, arrow, schema), schema=schema)
        if kind is not None:
            config = getattr(importlib.import_module("lancedb.index"), kind)
            options = {} if kind == "HnswSq" else {"num_partitions": _cells(len(view))}
            table.create_index("vector", config=config(distance_type="dot", **options))

        def search(query: NDArray[np.float32], count: int) -> Rows:
            asked = table.search(query).distance_type("dot").limit(count).select(["row", "_distance"])
            if kind in ("IvfPq", "IvfRq"):
                asked = asked.nprobes(math.ceil(OPENED * _cells(len(view)))).refine_factor(4)
            elif kind == "HnswSq":
                asked = asked.ef(max(256, 2 * count)).refine_factor(2)
            return np.asarray(asked.to_arrow()["row"], np.intp)

        return search

    return make


def _batches(view: VectorSet, arrow: Any, schema: Any) -> Iterator[Any]:
    start = 0
    for block in view.blocks():
        flat = arrow.FixedSizeListArray.from_arrays(arrow.array(block.ravel()), view.dimension)
        yield arrow.RecordBatch.from_arrays([arrow.array(np.arange(start, start + len(block))), flat], schema=schema)
        start += len(block)


def _usearch(view: VectorSet, place: str) -> Search:
    module = importlib.import_module("usearch.index")
    index = module.Index(ndim=view.dimension, metric="ip", dtype="i8", connectivity=32, expansion_add=160)
    start = 0
    for block in view.blocks():
        index.add(np.arange(start, start + len(block)), block)
        start += len(block)
    index.save(str(Path(place) / "index.usearch"))

    def search(query: NDArray[np.float32], count: int) -> Rows:
        index.expansion_search = max(256, 2 * count)
        # 8-bit codes need vectors of length one, and have no originals to score again on
        unit = query / np.float32(np.linalg.norm(query))
        return np.asarray(index.search(unit, count).keys, np.intp)

    return search


def _milvus(view: VectorSet, place: str) -> Search:
    module = importlib.import_module("pymilvus")
    importlib.import_module("milvus_lite")
    client = module.MilvusClient(str(Path(place) / "milvus.db"))
    schema = client.create_schema(auto_id=False)
    schema.add_field("row", module.DataType.INT64, is_primary=True)
    schema.add_field("vector", module.DataType.FLOAT_VECTOR, dim=view.dimension)
    wanted, cells = client.prepare_index_params(), 4 * _cells(len(view))
    wanted.add_index("vector", index_type="IVF_SQ8", metric_type="IP", params={"nlist": cells})
    client.create_collection("vectors", schema=schema, index_params=wanted)
    start = 0
    for block in view.blocks(BATCH):
        client.insert("vectors", [{"row": start + row, "vector": vector} for row, vector in enumerate(block)])
        start += len(block)
    client.flush("vectors")
    opened = {"params": {"nprobe": math.ceil(OPENED * cells)}}

    def search(query: NDArray[np.float32], count: int) -> Rows:
        found = client.search("vectors", data=[query], limit=count, anns_field="vector", search_params=opened)
        return np.array([one["row"] for one in found[0]], np.intp)

    return search
