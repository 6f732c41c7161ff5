"""The product of int8 codes and int8 weights in registers, compiled by numba for processors that have VNNI.

VPDPBUSD multiplies four unsigned bytes with four signed ones and adds the sums to 16 (or 8) numbers of 32 bits: four
times the work of a float32 step. No compiler makes it of a plain loop over two int8 arrays, so the step is written here
as LLVM's intrinsic. Codes are raised by 128 to be unsigned, which adds 128·Σw to every sum of a weight vector w: the
caller's floors are raised by as much.

Import this module only where `snoop_flow.vectors.tiles.lanes()` says that the instruction is there: LLVM ends the
process otherwise. What it compiles is kept on disk, like the other kernels.

Measured on one core (AMD Zen 5, D = 768, 100 weight vectors, data in the cache, the comparison with the floors
included): 6.2e8 rows × weights a second, where torch's int8 product alone reaches 5.7e8 and its bfloat16 product 3.0e8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

_untyped: Any = cgutils
_WORD, _LONG = ir.IntType(32), ir.IntType(64)
_FLIP = ir.Constant(_WORD, 0x80808080)  # to flip a byte's top bit is to add 128


@cache
def finder(lanes: int, blocks: int, rows: int) -> Callable[..., tuple[int, int]]:
    """The search of a shape of tile, see `snoop_flow.vectors.tiles.finder`."""
    try:
        return _compile(lanes, blocks, rows, keep=True)
    except RuntimeError:  # no folder for the cache can be written: compiled anew in each process
        return _compile(lanes, blocks, rows, keep=False)


def _compile(lanes: int, blocks: int, height: int, *, keep: bool) -> Callable[..., tuple[int, int]]:
    width = lanes * blocks

    def find(codes: Any, rows: Any, packed: Any, floors: Any, start: Any, places: Any, columns: Any) -> Any:
        sums = np.empty((height, width), np.int32)
        picked = np.empty(height, np.intp)
        found = 0
        while start < len(rows) and found + height * width <= len(places):
            count = min(height, len(rows) - start)
            for row in range(height):  # past the end the last row is taken again
                picked[row] = rows[start + min(row, count - 1)]
            _tile(lanes, blocks, height, codes, picked, packed, len(packed), sums)
            for row in range(count):
                hits = np.int32(0)
                for column in range(width):
                    hits += np.int32(sums[row, column] >= floors[column])
                if hits:
                    for column in range(width):
                        if sums[row, column] >= floors[column]:
                            places[found], columns[found] = start + row, column
                            found += 1
            start += count
        return start, found

    def given(kind: Any, axes: int) -> Any:
        return numba.types.Array(kind, axes, "C", readonly=True)

    number = numba.intp
    out = (numba.types.Array(number, 1, "C"), numba.types.Array(numba.int32, 1, "C"))
    signature = (given(numba.int8, 2), given(number, 1), given(numba.int8, 3), given(numba.int32, 1), number, *out)
    compiled: Callable[..., tuple[int, int]] = numba.njit([signature], nogil=True, cache=keep)(find)
    return compiled


def _typed_tile(
    typing: Any, lanes: Any, blocks: Any, height: Any, codes: Any, picked: Any, packed: Any, steps: Any, sums: Any
) -> Any:
    """sums[r, c] = Σ (codes[picked[r], d] + 128) · weights[c, d], as a loop over four dimensions at a time."""
    shape = (lanes.literal_value, blocks.literal_value, height.literal_value)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = {
            place: context.make_array(signature.args[place])(context, builder, arguments[place])
            for place in (3, 4, 5, 7)
        }
        begins = [builder.ptrtoint(array.data, _LONG) for array in arrays.values()]
        stride = _untyped.unpack_tuple(builder, arrays[3].strides)[0]
        _emit(builder, shape, begins, stride, arguments[6])
        return context.get_dummy_value()

    return numba.types.void(lanes, blocks, height, codes, picked, packed, steps, sums), generate


# a name of the module: what a closure held would keep the compiled search from being found again on disk
_tile: Any = intrinsic(prefer_literal=True)(_typed_tile)


def _emit(builder: Any, shape: tuple[int, int, int], begins: list[Any], stride: Any, steps: Any) -> None:
    lanes, blocks, height = shape
    codes, picked, packed, sums = begins
    numbers = ir.VectorType(_WORD, lanes)
    zeros, register = ir.Constant(numbers, [0] * lanes), 4 * lanes
    # bytes as 32-bit numbers: how LLVM 15 declares it, and what LLVM 22, which declares bytes, takes as well
    kind = ir.FunctionType(numbers, [numbers, numbers, numbers])
    name = f"llvm.x86.avx512.vpdpbusd.{8 * register}"
    multiply = _untyped.get_or_insert_function(builder.module, kind, name)
    starts = [
        builder.add(codes, builder.mul(_load(builder, _LONG, builder.add(picked, _LONG(8 * row))), stride))
        for row in range(height)
    ]

    before, loop = builder.block, builder.append_basic_block("dimensions")
    after = builder.append_basic_block("summed")
    builder.branch(loop)
    builder.position_at_end(loop)
    step = builder.phi(_LONG)
    totals = [builder.phi(numbers) for _ in range(height * blocks)]
    at = builder.add(packed, builder.mul(step, _LONG(register * blocks)))
    weights = [_load(builder, numbers, builder.add(at, _LONG(register * block))) for block in range(blocks)]
    added = []
    for row in range(height):
        four = _load(builder, _WORD, builder.add(starts[row], builder.mul(step, _LONG(4))))
        unsigned = _everywhere(builder, builder.xor(four, _FLIP), numbers)
        mine = totals[row * blocks : (row + 1) * blocks]
        added += [builder.call(multiply, [total, unsigned, w]) for total, w in zip(mine, weights, strict=True)]
    following = builder.add(step, _LONG(1))
    for now, first, later in zip([step, *totals], [_LONG(0)] + [zeros] * len(totals), [following, *added], strict=True):
        now.add_incoming(first, before)
        now.add_incoming(later, loop)
    builder.cbranch(builder.icmp_signed("<", following, steps), loop, after)
    builder.position_at_end(after)
    for place, total in enumerate(added):
        target = builder.inttoptr(builder.add(sums, _LONG(register * place)), ir.PointerType(numbers))
        builder.store(total, target).align = 4


def _load(builder: Any, kind: Any, address: Any) -> Any:
    value = builder.load(builder.inttoptr(address, ir.PointerType(kind)))
    value.align = 1
    return value


def _everywhere(builder: Any, number: Any, numbers: Any) -> Any:
    nothing = ir.Constant(numbers, ir.Undefined)
    one = builder.insert_element(nothing, number, _WORD(0))
    return builder.shuffle_vector(one, nothing, ir.Constant(numbers, [0] * numbers.count))
