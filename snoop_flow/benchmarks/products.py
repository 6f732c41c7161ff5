"""The plain product of all vectors with all classes, by whatever is installed: what any enrichment must do at least."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.peers import MOST_BYTES
from snoop_flow.vectors import VectorSet

BLOCK_ROWS = 4_096  # at which torch and numpy are fastest here: the block and its scores stay in the cache
Action = Callable[[], Any]
Arrays = tuple[VectorSet, NDArray[np.float32], NDArray[np.float32]]


def products_of(given: Arrays) -> tuple[dict[str, Action], list[str]]:
    """(what to time by name, what was left out and why), for vectors, (C, D) weights and (C,) thresholds."""
    actions: dict[str, Action] = {}
    left_out = []
    for name, make in PRODUCTS.items():
        try:
            actions[name] = make(given)
        except (ImportError, MemoryError) as error:
            left_out.append(f"{name}: {error}")
    return actions, left_out


def _torch_int8(given: Arrays) -> Action:
    """Codes × int8 weights: nothing is chosen, nothing kept, and nothing said about its error."""
    torch = importlib.import_module("torch")
    view, weights, _ = given
    codes = np.concatenate([part.file.codes.codes for part in view.parts])
    rounded = np.rint(weights.T * (127 / np.abs(weights).max())).astype(np.int8)
    return _in_blocks(torch, torch.from_numpy(codes), torch.from_numpy(rounded), torch._int_mm, torch.int32)


def _torch_bfloat16(given: Arrays) -> Action:
    """The vectors rounded to bfloat16 × weights."""
    torch = importlib.import_module("torch")
    view, weights, _ = given
    _check_memory(2 * len(view) * view.dimension, "bfloat16")
    whole = torch.empty((len(view), view.dimension), dtype=torch.bfloat16)
    start = 0
    for block in view.blocks():
        whole[start : start + len(block)] = torch.from_numpy(block)
        start += len(block)
    return _in_blocks(torch, whole, torch.from_numpy(weights.T.copy()).bfloat16(), torch.mm, torch.bfloat16)


def _in_blocks(torch: Any, vectors: Any, weights: Any, multiply: Callable[..., Any], kind: Any) -> Action:
    scores = torch.empty((BLOCK_ROWS, weights.shape[1]), dtype=kind)

    def product() -> None:
        with torch.inference_mode():
            for start in range(0, len(vectors), BLOCK_ROWS):
                block = vectors[start : start + BLOCK_ROWS]
                multiply(block, weights, out=scores[: len(block)])

    return product


def _torch_int8_whole(given: Arrays) -> Action:
    """The same in one call, which writes all scores."""
    torch = importlib.import_module("torch")
    view, weights, _ = given
    codes = torch.from_numpy(np.concatenate([part.file.codes.codes for part in view.parts]))
    rounded = torch.from_numpy(np.rint(weights.T * (127 / np.abs(weights).max())).astype(np.int8))
    scores = torch.empty((len(codes), len(weights)), dtype=torch.int32)
    return lambda: torch._int_mm(codes, rounded, out=scores)


def _numpy(given: Arrays) -> Action:
    """float32 vectors in memory × weights, and the rows that reach the thresholds."""
    view, weights, thresholds = given
    _check_memory(4 * len(view) * view.dimension, "float32")
    whole = np.empty((len(view), view.dimension), np.float32)
    start = 0
    for block in view.blocks():
        whole[start : start + len(block)] = block
        start += len(block)
    columns = np.ascontiguousarray(weights.T)

    def product() -> int:
        found = 0
        for start in range(0, len(whole), BLOCK_ROWS):
            found += len(np.nonzero(whole[start : start + BLOCK_ROWS] @ columns >= thresholds)[0])
        return found

    return product


def _check_memory(bytes_: int, kind: str) -> None:
    if bytes_ > MOST_BYTES:
        raise MemoryError(f"{kind} vectors would take more than {MOST_BYTES >> 30} GB")


PRODUCTS: dict[str, Callable[[Arrays], Action]] = {
    "torch int8 product in blocks": _torch_int8,
    "torch int8 product at once": _torch_int8_whole,
    "torch bfloat16 product in blocks": _torch_bfloat16,
    "numpy float32 in blocks, chosen": _numpy,
}
