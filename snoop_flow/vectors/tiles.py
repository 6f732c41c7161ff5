"""Tiles of a product of int8 codes with many int8 weight vectors, where the processor has instructions for it.

A tile is R rows × B registers of weights, whose sums stay in registers while all D dimensions pass. Weights are packed
so that four dimensions of as many of them as a register has lanes lie side by side. See `snoop_flow.vectors.vnni`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

OFFSET = 128  # is added to a code, to make it unsigned
MOST = 127  # weights lie between this and its negative
LONGEST = 65_536  # dimensions for which 255 · 127 · D stays within 32 bits


@dataclass(frozen=True, slots=True)
class Shape:
    """A tile that fits the registers.

    Attributes:
        lanes: 32-bit numbers in a register.
        blocks: registers of weights, so that a tile has lanes × blocks weight vectors.
        rows: rows of codes.
    """

    lanes: int
    blocks: int
    rows: int

    @property
    def width(self) -> int:
        """Weight vectors of a tile."""
        return self.lanes * self.blocks


# by lanes, the widest first: 32 registers of 16 lanes or 16 registers of 8
SHAPES = {16: (Shape(16, 7, 3), Shape(16, 2, 12)), 8: (Shape(8, 3, 3),)}


@cache
def lanes() -> int:
    """How many lanes this processor's VNNI has; 0 without it, or without numba."""
    try:
        import numba.core.codegen
    except ImportError:
        return 0
    compiler: Any = numba.core
    told = compiler.config.CPU_FEATURES  # what to compile for, where it is told
    features = set((compiler.codegen.get_host_cpu_features() if told is None else told).split(","))
    if {"+avx512vnni", "+avx512bw", "+avx512vl"} <= features:
        return 16
    return 8 if "+avxvnni" in features else 0


def shape_for(count: int) -> Shape:
    """The tile for the next of so many weight vectors; only where there are `lanes`."""
    wide = SHAPES[lanes()]
    return next((shape for shape in reversed(wide) if shape.width >= count), wide[0])


def pack(weights: NDArray[np.int8], shape: Shape) -> NDArray[np.int8]:
    """(C, D) weights of at most a tile's width, as the tile reads them: (⌈D/4⌉, width, 4)."""
    count, dimension = weights.shape
    steps = -(-dimension // 4)
    whole = np.zeros((shape.width, 4 * steps), np.int8)
    whole[:count, :dimension] = weights
    return np.ascontiguousarray(whole.reshape(shape.width, steps, 4).transpose(1, 0, 2))


def finder(shape: Shape) -> Callable[..., tuple[int, int]]:
    """The compiled search for what reaches its floor.

    Called with (n, D) int8 codes, D a multiple of 4; (m,) intp rows of them; packed weights; (width,) int32 floors; the
    position in `rows` to begin at; and two (s,) arrays, intp and int32, it writes pairs (position in `rows`, weight
    vector) until all rows are done or the next tile might not fit, and returns (next position, pairs written).
    """
    from snoop_flow.vectors import vnni  # late: it takes half a second

    return vnni.finder(shape.lanes, shape.blocks, shape.rows)
