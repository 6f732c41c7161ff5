"""One sealed shard: a safetensors file with `vectors` (n, D) float16, their int8 codes, and `numbers` (n,) int64.

safetensors is a JSON header and raw arrays, so a shard can be memory-mapped and never executes anything. The order of
writing is bytes → fsync → rename; only then is the row committed to the catalogue. float16 keeps a unit vector's
cosines to about 3e-4 at half the memory; what is scanned are the codes, see `snoop_flow.vectors.codes`.

Shards of format 1 have no codes. They are coded in memory when they are opened, which costs N × D bytes; the next
merging writes them in format 2.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from snoop_flow.errors import IntegrityError
from snoop_flow.vectors.codes import BLOCK_ROWS, Codes, encode

Vectors = NDArray[np.float32] | NDArray[np.float16]  # (n, D)

FORMAT = "snoop-flow shard 2"
_DTYPES: dict[str, np.dtype[Any]] = {
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "I8": np.dtype("i1"),
    "I64": np.dtype("<i8"),
}
_MAX_HEADER = 1 << 20
SMALLEST_NUMBER = 6.2e-5  # the least number that float16 holds with full precision
_CODED = ("codes", "scale", "residuals", "longest")


@dataclass(frozen=True, slots=True)
class ShardFile:
    """An opened shard: `vectors` (n, D) float16 and `codes` on memory maps, `numbers` (n,) int64."""

    vectors: NDArray[np.float16]
    numbers: NDArray[np.int64]
    codes: Codes


def write_shard(path: Path, vectors: Vectors, numbers: NDArray[np.int64], fingerprint: str) -> str:
    """Seal vectors in a new file; returns its SHA-256.

    Raises:
        IntegrityError: a vector is not finite or has no direction, so that it can never enter the corpus.
    """
    if not usable(vectors).all():
        raise IntegrityError(f"{path.name}: there are vectors that are zero or not finite; nothing was kept")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    halves = vectors.astype(np.float16, copy=False)
    coded = encode(halves)
    arrays: dict[str, NDArray[Any]] = {
        "vectors": halves,
        "numbers": numbers.astype(np.int64),
        "codes": coded.codes,
        "scale": coded.scale,
        "residuals": coded.residuals,
        "longest": np.array([coded.longest], np.float32),
    }
    save_file(arrays, temporary, metadata={"format": FORMAT, "fingerprint": fingerprint})
    sync(temporary)
    temporary.rename(path)
    sync(path.parent)
    return file_digest(path)


def usable(vectors: Vectors) -> NDArray[np.bool_]:
    """Which of (n, D) vectors can be ranked, (n,).

    A vector of zeros has the score 0 for every query, and would pass as a member of any class with a low boundary.
    """
    found = np.empty(len(vectors), np.bool_)
    for start in range(0, len(vectors), BLOCK_ROWS):  # a copy of all would be as large as the vectors
        block = np.asarray(vectors[start : start + BLOCK_ROWS], np.float32)
        finite = np.asarray(np.isfinite(block).all(axis=1), np.bool_)
        largest = np.abs(np.where(finite[:, None], block, 0)).max(axis=1, initial=0)
        found[start : start + BLOCK_ROWS] = finite & (largest > SMALLEST_NUMBER)
    return found


def read_shard(path: Path, rows: int, dimension: int) -> ShardFile:
    """Map a shard into memory.

    Raises:
        IntegrityError: the file is absent, cut, or not of the shape that the catalogue says.
    """
    try:
        header, start = _header(path)
        vectors = _map(path, header["vectors"], start)
        numbers = _map(path, header["numbers"], start)
        coded = {name: _map(path, header[name], start) for name in _CODED if name in header}
    except (OSError, ValueError, KeyError) as error:
        raise IntegrityError(f"{path}: the vector shard cannot be read ({error}); run snoop-flow verify") from error
    if vectors.shape != (rows, dimension) or numbers.shape != (rows,):
        raise IntegrityError(f"{path}: the vector shard is not of the catalogued shape; run snoop-flow verify")
    shapes = {"codes": (rows, dimension), "scale": (dimension,), "residuals": (rows,), "longest": (1,)}
    if not coded:
        return ShardFile(vectors, np.array(numbers), encode(vectors))
    if any(name not in coded or coded[name].shape != shape for name, shape in shapes.items()):
        raise IntegrityError(f"{path}: the codes are not those of its vectors; run snoop-flow verify")
    scale, residuals = np.array(coded["scale"]), np.array(coded["residuals"])
    return ShardFile(vectors, np.array(numbers), Codes(coded["codes"], scale, residuals, float(coded["longest"][0])))


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Bring a file or folder safely to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _header(path: Path) -> tuple[dict[str, Any], int]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length < _MAX_HEADER:
            raise ValueError("no safetensors header")
        header: dict[str, Any] = json.loads(file.read(length))
        return header, 8 + length


def _map(path: Path, entry: dict[str, Any], start: int) -> NDArray[Any]:
    begin, end = entry["data_offsets"]
    dtype, shape = _DTYPES[entry["dtype"]], tuple(entry["shape"])
    if end - begin != dtype.itemsize * int(np.prod(shape)) or path.stat().st_size < start + end:
        raise ValueError("the file is cut")
    if end == begin:
        return np.zeros(shape, dtype)
    mapped: NDArray[Any] = np.memmap(path, dtype=dtype, mode="r", offset=start + begin, shape=shape)
    return mapped
