"""Processes of their own for what is measured on one thread: libraries read how many to use when they are loaded."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

ONE_THREAD = {"SNOOP_FLOW_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@contextmanager
def one_thread() -> Iterator[None]:
    """Processes that are started in this block compute on one thread each."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def processes(count: int) -> ProcessPoolExecutor:
    """Fresh processes, started when they are needed."""
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
