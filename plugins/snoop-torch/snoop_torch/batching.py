"""How many pictures go through a model at once: found by trying, and kept."""

from __future__ import annotations

import time
from collections.abc import Callable

SMALLEST = 8
MANY = 4 * SMALLEST  # pictures from which on a search is worth its time
LARGEST = 256
GAIN = 1.05  # what a doubled batch must bring
PATIENCE = 1.0  # seconds of one trial from which on no larger batch is tried


class BatchSize:
    """The batch size of one model on one device.

    It is found before the first work that is worth it and then stays, since a picture's vector depends on the batch in
    its last bits.
    """

    def __init__(self, run: Callable[[int], None]) -> None:
        """Try nothing yet; `run(n)` puts n blank pictures through the model, and raises `MemoryError` for too many."""
        self._run = run
        self._found: int | None = None

    def get(self, wanted: int) -> int:
        """The size for `wanted` pictures; few do not wait for a search."""
        if self._found is None and wanted > MANY:
            self._found = self._search()
        return self._found or SMALLEST

    def shrink(self, size: int) -> int:
        """Take a smaller size after `size` was too much for the memory; raises `MemoryError` below one picture."""
        if size <= 1:
            raise MemoryError
        self._found = size // 2
        return self._found

    def _search(self) -> int:
        best, best_rate = SMALLEST, 0.0
        size = SMALLEST
        while size <= LARGEST:
            try:
                self._run(size)  # the first run of a shape chooses kernels and takes memory
                started = time.perf_counter()
                self._run(size)
                seconds = time.perf_counter() - started
            except MemoryError:
                break
            rate = size / max(seconds, 1e-9)
            if rate < GAIN * best_rate:
                break
            best, best_rate = size, rate
            if seconds > PATIENCE:
                break
            size *= 2
        return best
