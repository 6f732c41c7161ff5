"""One BLAS thread for products too small for more.

A fit is many products of a few megabytes. Handed to several threads beside any other load they wait for each other: a
fit of 10 ms then took half a second at its 95th percentile, an eigendecomposition of 0.2 s took 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController

_TURN = Lock()  # the limit belongs to the process: two that set and restore it at once could leave it behind


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold numpy's BLAS to one thread; who comes meanwhile waits."""
    with _TURN, _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
