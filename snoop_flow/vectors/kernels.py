"""The inner loops of a scan, compiled by numba; without numba the same by numpy, some ten times slower.

All release the GIL, so that several threads can each take a share of the rows. They are compiled when they are first
used and kept on disk (beside this file, or in the user's cache folder where that cannot be written); the first use
after an installation takes a few seconds.

Measured at 1 000 000 × 768 on two cores: reading the codes alone takes 18 ms, `dot_codes` 24, the same with float32
weights 28 to 33, four rows at a time 55; `dot_halves` 53 on one core, where numpy's conversion of float16 takes 3 s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS = 4_096

Codes = NDArray[np.int8]
Halves = NDArray[np.float16]


def dot_codes(codes: Codes, weights: NDArray[np.int16], out: NDArray[np.int32]) -> None:
    """Products of (n, D) codes and (D,) weights into (n,) int32; the sums must fit."""
    _compiled()[0](codes, weights, out)


def dot_halves(vectors: Halves, weights: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Inner products of (n, D) float16 vectors and (D,) weights into (n,) float32."""
    _compiled()[1](vectors.view(np.uint16), weights, out)


_KERNELS: list[tuple[Callable[..., None], Callable[..., None]]] = []


def _compiled() -> tuple[Callable[..., None], Callable[..., None]]:
    if not _KERNELS:
        _KERNELS.append(_compile())
    return _KERNELS[0]


def _compile() -> tuple[Callable[..., None], Callable[..., None]]:
    try:
        import numba  # late: it takes half a second, which commands that do not scan should not pay
    except ImportError:
        return plain_dot_codes, plain_dot_halves
    try:
        return _jit(numba, cache=True)
    except RuntimeError:  # no folder for the cache can be written: compiled anew in each process
        return _jit(numba, cache=False)


def _jit(numba: Any, *, cache: bool) -> tuple[Callable[..., None], Callable[..., None]]:
    def compiled(rows: Any, weights: Any, out: Any, **options: bool) -> Callable[[Callable[..., None]], Any]:
        # memory maps cannot be written, which numba counts as another type
        table = numba.types.Array(rows, 2, "C", readonly=True)
        signature = numba.void(table, numba.types.Array(weights, 1, "C", readonly=True), out[::1])
        decorate: Callable[[Callable[..., None]], Any] = numba.njit(signature, nogil=True, cache=cache, **options)
        return decorate

    @compiled(numba.int8, numba.int16, numba.int32)
    def codes_kernel(codes: Any, weights: Any, out: Any) -> None:
        rows, dimension = codes.shape
        for row in range(rows):
            total = np.int32(0)
            for place in range(dimension):
                total += np.int32(codes[row, place]) * np.int32(weights[place])
            out[row] = total

    # a float16's bits, moved to where a float32 has them, are the number divided by 2^112
    @compiled(numba.uint16, numba.float32, numba.float32, fastmath=True)
    def halves_kernel(vectors: Any, weights: Any, out: Any) -> None:
        rows, dimension = vectors.shape
        for row in range(rows):
            total = np.float32(0)
            for place in range(dimension):
                half = np.uint32(vectors[row, place])
                sign = (half & np.uint32(0x8000)) << np.uint32(16)
                bits = sign | ((half & np.uint32(0x7FFF)) << np.uint32(13))
                total += weights[place] * np.uint32(bits).view(np.float32)
            out[row] = total * np.float32(2.0**112)

    return codes_kernel, halves_kernel


def plain_dot_codes(codes: Codes, weights: NDArray[np.int16], out: NDArray[np.int32]) -> None:
    """`dot_codes` by numpy: float64 holds these integers exactly, and has a fast product."""
    wide = weights.astype(np.float64)
    for start in range(0, len(codes), BLOCK_ROWS):
        block = codes[start : start + BLOCK_ROWS]
        out[start : start + BLOCK_ROWS] = block.astype(np.float64) @ wide


def plain_dot_halves(vectors: NDArray[np.uint16], weights: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """`dot_halves` by numpy."""
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = vectors[start : start + BLOCK_ROWS].view(np.float16)
        out[start : start + BLOCK_ROWS] = block.astype(np.float32) @ weights
