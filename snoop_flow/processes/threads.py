"""Sharing work out among the threads that computing may use in one process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from snoop_flow.errors import UsageError

THREADS = "SNOOP_FLOW_THREADS"

Share = TypeVar("Share")
Result = TypeVar("Result")


def shared_out(
    work: Callable[[Share], Result], shares: Sequence[Share], most: int | None = None, *, kind: str = "scan"
) -> Iterator[Result]:
    """What comes of each share, in their order, worked out by as many threads as there are cores, or `most`.

    Args:
        kind: of work; one kind never waits behind shares of another, as a curator's search would behind an embed job.
    """
    threads = min(threads_allowed(), most or len(shares))
    if threads < 2 or len(shares) < 2:  # nothing to share
        return map(work, shares)
    return _pool(threads, kind).map(work, shares)


def threads_allowed() -> int:
    """Threads that computing may use in this process: as many as cores, or `SNOOP_FLOW_THREADS`.

    Raises:
        UsageError: the variable is no number above 0.
    """
    given = os.environ.get(THREADS)
    if not given:
        return len(os.sched_getaffinity(0))
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(f"{THREADS}={given!r}: give the number of threads, 1 or more, or leave it out")
    return int(given)


@cache
def _pool(threads: int, kind: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, f"snoop-{kind}")
