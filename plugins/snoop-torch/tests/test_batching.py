"""The batch size that is found, and what becomes of it when memory runs out."""

from __future__ import annotations

import time

import pytest

from snoop_torch.batching import LARGEST, SMALLEST, BatchSize


def test_few_pictures_wait_for_no_search() -> None:
    tried: list[int] = []
    sizes = BatchSize(tried.append)
    assert sizes.get(20) == SMALLEST
    assert tried == []


def test_it_grows_while_that_helps() -> None:
    tried: list[int] = []

    def run(size: int) -> None:
        tried.append(size)
        time.sleep(0.02)  # the same for any number, so the largest is best

    sizes = BatchSize(run)
    assert sizes.get(1000) == LARGEST
    assert tried[::2] == [8, 16, 32, 64, 128, 256]
    assert sizes.get(3) == LARGEST  # found once, it stays


def test_it_stops_where_nothing_is_gained() -> None:
    def run(size: int) -> None:
        time.sleep(0.002 * size)

    assert BatchSize(run).get(1000) <= 2 * SMALLEST


def test_memory_is_the_limit() -> None:
    def run(size: int) -> None:
        if size > 32:
            raise MemoryError
        time.sleep(0.01)

    sizes = BatchSize(run)
    assert sizes.get(1000) == 32
    assert sizes.shrink(32) == 16
    assert sizes.get(1000) == 16
    with pytest.raises(MemoryError):
        sizes.shrink(1)
