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
WIDENED = 1 << 19  # numbers converted at once, which stay in the cache meanwhile
SIGN_AND_NUMBER = np.int32(-0x70002000)  # 1000 1111 1111 1111 1110 0000 0000 0000

Codes = NDArray[np.int8]
Halves = NDArray[np.float16]
Rows = NDArray[np.intp]


def dot_codes(codes: Codes, weights: NDArray[np.int16], out: NDArray[np.int32]) -> None:
    """Products of (n, D) codes and (D,) weights into (n,) int32; the sums must fit."""
    _compiled()[0](codes, weights, out)


def dot_halves(vectors: Halves, weights: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Inner products of (n, D) float16 vectors and (D,) weights into (n,) float32."""
    _compiled()[1](vectors.view(np.uint16), weights, out)


def dot_code_pairs(
    codes: Codes, weights: NDArray[np.int16], rows: Rows, columns: NDArray[np.int32], out: NDArray[np.int32]
) -> None:
    """Products of the codes of some rows with some of (C, D) weights, (n,); row by row where `rows` rises."""
    _compiled()[3](codes, weights, rows, columns, out)


def dot_half_pairs(
    vectors: Halves, weights: NDArray[np.float32], rows: Rows, columns: NDArray[np.int32], out: NDArray[np.float32]
) -> None:
    """Inner products of some float16 vectors with some of (C, D) weights, (n,)."""
    _compiled()[4](vectors.view(np.uint16), weights, rows, columns, out)


def add_codes(codes: Codes) -> int:
    """The sum of (n, D) codes: what reading them takes."""
    return int(_compiled()[2](codes))


def widened(vectors: Halves) -> NDArray[np.float32]:
    """(n, D) finite float16 vectors as float32, the same to the bit; numpy's own conversion takes 6 to 30 times longer.

    It needs no compiler. A float16's bits, moved to where a float32 has them, are the number divided by 2^112.
    """
    out = np.empty(vectors.shape, np.float32)
    step = max(1, WIDENED // max(1, vectors.shape[1]))
    for start in range(0, len(vectors), step):
        block, bits = vectors[start : start + step], out[start : start + step].view(np.int32)
        bits[...] = block.view(np.int16)  # with its sign in all higher bits
        bits <<= 13
        bits &= SIGN_AND_NUMBER
        out[start : start + step] *= np.float32(2.0**112)
    return out


Kernels = tuple[Callable[..., Any], ...]
_KERNELS: list[Kernels] = []


def _compiled() -> Kernels:
    if not _KERNELS:
        _KERNELS.append(_compile())
    return _KERNELS[0]


def _compile() -> Kernels:
    try:
        import numba  # late: it takes half a second, which commands that do not scan should not pay
    except ImportError:
        return _PLAIN
    if getattr(
        numba.config, "DISABLE_JIT", 0
    ):  # its loops would be run by Python itself, a thousand times slower than numpy
        return _PLAIN
    try:
        return _jit(numba, cache=True)
    except RuntimeError:  # no folder for the cache can be written: compiled anew in each process
        return _jit(numba, cache=False)


def _jit(numba: Any, *, cache: bool) -> Kernels:
    def compiled(loop: Callable[..., Any], *arguments: Any, **options: bool) -> Callable[..., Any]:
        kernel: Callable[..., Any] = numba.njit(arguments, nogil=True, cache=cache, **options)(loop)
        return kernel

    def read_only(kind: Any, axes: int) -> Any:
        # memory maps cannot be written, which numba counts as another type
        return numba.types.Array(kind, axes, "C", readonly=True)

    codes = read_only(numba.int8, 2)
    halves = read_only(numba.uint16, 2)
    pairs = (read_only(numba.intp, 1), read_only(numba.int32, 1))
    return (
        compiled(_codes_loop, codes, read_only(numba.int16, 1), numba.int32[::1]),
        compiled(_halves_loop, halves, read_only(numba.float32, 1), numba.float32[::1], fastmath=True),
        compiled(_adding_loop, codes),
        compiled(_code_pairs_loop, codes, read_only(numba.int16, 2), *pairs, numba.int32[::1]),
        compiled(_half_pairs_loop, halves, read_only(numba.float32, 2), *pairs, numba.float32[::1], fastmath=True),
    )


# what numba compiles: 16 and 32 bits as written here, since other widths are not turned into vector instructions


def _codes_loop(codes: Any, weights: Any, out: Any) -> None:
    for row in range(codes.shape[0]):
        total = np.int32(0)
        for place in range(codes.shape[1]):
            total += np.int32(codes[row, place]) * np.int32(weights[place])
        out[row] = total


def _halves_loop(vectors: Any, weights: Any, out: Any) -> None:
    # a float16's bits, moved to where a float32 has them, are the number divided by 2^112
    for row in range(vectors.shape[0]):
        total = np.float32(0)
        for place in range(vectors.shape[1]):
            half = np.uint32(vectors[row, place])
            sign = (half & np.uint32(0x8000)) << np.uint32(16)
            bits = sign | ((half & np.uint32(0x7FFF)) << np.uint32(13))
            total += weights[place] * np.uint32(bits).view(np.float32)
        out[row] = total * np.float32(2.0**112)


def _code_pairs_loop(codes: Any, weights: Any, rows: Any, columns: Any, out: Any) -> None:
    for pair in range(len(rows)):
        row, column = rows[pair], columns[pair]
        total = np.int32(0)
        for place in range(codes.shape[1]):
            total += np.int32(codes[row, place]) * np.int32(weights[column, place])
        out[pair] = total


def _half_pairs_loop(vectors: Any, weights: Any, rows: Any, columns: Any, out: Any) -> None:
    for pair in range(len(rows)):
        row, column = rows[pair], columns[pair]
        total = np.float32(0)
        for place in range(vectors.shape[1]):
            half = np.uint32(vectors[row, place])
            sign = (half & np.uint32(0x8000)) << np.uint32(16)
            bits = sign | ((half & np.uint32(0x7FFF)) << np.uint32(13))
            total += weights[column, place] * np.uint32(bits).view(np.float32)
        out[pair] = total * np.float32(2.0**112)


def _adding_loop(codes: Any) -> Any:
    total = 0
    for row in range(codes.shape[0]):
        part = np.int32(0)
        for place in range(codes.shape[1]):
            part += np.int32(codes[row, place])
        total += int(part)
    return total


def plain_dot_codes(codes: Codes, weights: NDArray[np.int16], out: NDArray[np.int32]) -> None:
    """`dot_codes` by numpy: float64 holds these integers exactly, and has a fast product."""
    wide = weights.astype(np.float64)
    for start in range(0, len(codes), BLOCK_ROWS):
        block = codes[start : start + BLOCK_ROWS]
        out[start : start + BLOCK_ROWS] = block.astype(np.float64) @ wide


def plain_dot_halves(vectors: NDArray[np.uint16], weights: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """`dot_halves` by numpy."""
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = vectors[start : start + BLOCK_ROWS].view(np.float16).astype(np.float32)
        # not `@`, which rounds a row differently with other rows beside it, so that a score would depend on its company
        out[start : start + BLOCK_ROWS] = np.einsum("ij,j->i", block, weights)


def plain_add_codes(codes: Codes) -> int:
    """`add_codes` by numpy."""
    return int(codes.sum(dtype=np.int64))


def plain_dot_code_pairs(
    codes: Codes, weights: NDArray[np.int16], rows: Rows, columns: NDArray[np.int32], out: NDArray[np.int32]
) -> None:
    """`dot_code_pairs` by numpy."""
    for start in range(0, len(rows), BLOCK_ROWS):
        here = slice(start, start + BLOCK_ROWS)
        out[here] = np.einsum("nd,nd->n", codes[rows[here]].astype(np.float64), weights[columns[here]])


def plain_dot_half_pairs(
    vectors: NDArray[np.uint16],
    weights: NDArray[np.float32],
    rows: Rows,
    columns: NDArray[np.int32],
    out: NDArray[np.float32],
) -> None:
    """`dot_half_pairs` by numpy."""
    for start in range(0, len(rows), BLOCK_ROWS):
        here = slice(start, start + BLOCK_ROWS)
        block = vectors[rows[here]].view(np.float16).astype(np.float32)
        out[here] = np.einsum("nd,nd->n", block, weights[columns[here]])


_PLAIN: Kernels = (
    plain_dot_codes,
    plain_dot_halves,
    plain_add_codes,
    plain_dot_code_pairs,
    plain_dot_half_pairs,
)
