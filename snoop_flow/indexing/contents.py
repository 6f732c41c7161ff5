"""Which vectors an index was built over, so that a later one can be made from it.

Rows of a set move: shards are merged, dead rows vanish. And an item keeps its number when its picture changes. So the
item number and a digest of the vector of every row are kept with an index.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snoop_flow.errors import IntegrityError
from snoop_flow.plugin_types import FloatArray, RowArray, VectorView

FILE = "snoop-flow.contents.npy"
KIND = np.dtype([("number", "<i8"), ("digest", "<u8")])


def contents(view: VectorView) -> NDArray[np.void]:
    """(N,) the item number and the digest of the vector of each row."""
    found = np.empty(len(view.numbers), KIND)
    found["number"] = view.numbers
    factors = np.random.default_rng(0).integers(0, 2**63, view.dimension, np.uint64) | np.uint64(1)
    start = 0
    for block in view.blocks():
        found["digest"][start : start + len(block)] = _digests(block, factors)
        start += len(block)
    return found


def _digests(vectors: FloatArray, factors: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(n,) multilinear hashes of rows, bit by bit the same for the same vector wherever it lies.

    Two vectors of one item are taken for one with a chance below 2⁻³⁰; it would leave the item found by its old one.
    """
    bits = np.ascontiguousarray(vectors, "<f4").view("<u4").astype(np.uint64)
    digests: NDArray[np.uint64] = bits @ factors  # modulo 2⁶⁴
    return digests


def read(folder: Path) -> NDArray[np.void]:
    """What an index was built over; raises `IntegrityError`."""
    try:
        found = np.load(folder / FILE, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IntegrityError(f"{folder / FILE}: cannot be read ({error})") from error
    if found.dtype != KIND or found.ndim != 1:
        raise IntegrityError(f"{folder / FILE}: is not what tells the vectors of an index")
    return np.asarray(found)


def previous_rows(before: NDArray[np.void], now: NDArray[np.void]) -> RowArray:
    """The earlier row of each present vector, −1 for vectors that are new, (N,)."""
    if not len(before):
        return np.full(len(now), -1, np.intp)
    order = np.argsort(before["number"], kind="stable")
    places = np.minimum(np.searchsorted(before["number"][order], now["number"]), len(before) - 1)
    rows = order[places]
    return np.where(before[rows] == now, rows, -1).astype(np.intp)
