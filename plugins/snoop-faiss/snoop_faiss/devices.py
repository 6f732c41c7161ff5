"""Graphics cards: which one is meant, whether it can be used, and what is done on it.

Written by FAISS's documentation of its GPU indexes (`StandardGpuResources`, `index_cpu_to_gpu`, `index_gpu_to_cpu`). A
card finds the cells and assigns the rows to them, which is nearly all of the time that building takes, and answers from
plain vectors and cells of float16. Codes and graphs are searched on the processor: FAISS has no such index for cards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np

from snoop_faiss.library import installed, load_faiss
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import FloatArray, RowArray

PROCESSOR = "cpu"
MOST = 2_048  # rows or cells that a search on a card can be asked for
REPLACE = "pip uninstall faiss-cpu, then: pip install 'snoop-faiss[gpu]'"


class Device:
    """A graphics card that FAISS can use; safe to use from several threads.

    Attributes:
        name: `cuda` or `cuda:N`.
    """

    def __init__(self, name: str) -> None:
        """Take a card into use.

        Raises:
            UsageError: the name is of no card, or the card cannot be used; the message says why.
        """
        number = card(name)
        if problem := why_not(number):
            raise UsageError(f"index_device {name}: {problem}; or set index_device to cpu")
        self.name = name
        self._faiss, self._number = load_faiss(), number
        self._resources = self._faiss.StandardGpuResources()
        self._turn = Lock()  # the resources of a card serve one call at a time

    def copy(self, index: Any) -> Any:
        """An index of the processor, on the card."""
        return self._faiss.index_cpu_to_gpu(self._resources, self._number, index)

    def search(self, index: Any, query: FloatArray, count: int, parameters: Any) -> RowArray:
        """Numbers of the best rows, (1, count), −1 where there are none."""
        with self._turn:
            return np.asarray(index.search(query[None], count, params=parameters)[1])


def card(name: str) -> int:
    """The number of a card named `cuda` or `cuda:N`; raises `UsageError`."""
    kind, colon, number = name.partition(":")
    if kind != "cuda" or (colon and not number.isdecimal()):
        raise UsageError(f"index_device {name!r}: must be cpu, cuda or cuda:N, such as cuda:1")
    return int(number) if colon else 0


def why_not(number: int = 0) -> str:
    """Why FAISS cannot use a card; empty when it can."""
    faiss = load_faiss()
    builds = ", ".join(f"{name} {version}" for name, version in installed().items()) or f"FAISS {faiss.__version__}"
    if not hasattr(faiss, "StandardGpuResources"):
        return f"{builds} is a build for processors; replace it by: {REPLACE}"
    cards = int(faiss.get_num_gpus())
    if not cards:
        return f"{builds} sees no graphics card; look at nvidia-smi and CUDA_VISIBLE_DEVICES"
    return "" if number < cards else f"there is no card {number}; FAISS sees {cards}, counted from 0"


@contextmanager
def training_on(device: Device | None, faiss: Any, index: Any) -> Iterator[None]:
    """Within a block, the centres of an index's cells are sought on a card."""
    if device is None:
        yield
        return
    cells = faiss.extract_index_ivf(index)
    seeker = device.copy(faiss.IndexFlatIP(cells.d))
    cells.clustering_index = seeker
    try:
        yield
    finally:
        cells.clustering_index = None


@contextmanager
def adding_on(device: Device | None, faiss: Any, index: Any) -> Iterator[None]:
    """Within a block, rows are assigned to the cells of a trained index on a card."""
    if device is None:
        yield
        return
    cells = faiss.extract_index_ivf(index)
    on_processor, on_card = cells.quantizer, device.copy(cells.quantizer)
    cells.quantizer = on_card
    try:
        yield
    finally:
        cells.quantizer = on_processor
