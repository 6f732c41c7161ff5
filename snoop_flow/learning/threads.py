"""One BLAS thread for products too small for more.

A fit is many products of a few megabytes. Handed to several threads beside any other load they wait for each other: a
fit of 10 ms then took half a second at its 95th percentile, an eigendecomposition of 0.2 s took 3.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import OpenBLASController, ThreadpoolController

_LOCK = Lock()  # the limit belongs to the process: two that set and restore it at once could leave it behind
_HELD: list[Any] = []  # the limit as the first asked for it, then a place for everyone who asked since


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold numpy's BLAS to one thread, until the last of those who asked for it is done."""
    with _LOCK:
        _HELD.append(None if _HELD else _limited())
    try:
        yield
    finally:
        with _LOCK:
            limit = _HELD.pop()
            if not _HELD:
                _take_control()
                limit.restore_original_limits()


def _limited() -> Any:
    _take_control()
    return _controller().limit(limits=1, user_api="blas")


def _take_control() -> None:
    """Let this thread set the limit: threadpoolctl lets only the first that ever did, and says nothing to others.

    It guards against threads that undo each other's limits, which counting does here.
    """
    OpenBLASController.clear_controlling_thread(force=True)


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
