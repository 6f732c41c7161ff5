"""Doing many things at once without losing their order or reading too far ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def in_order(executor: Executor, do: Callable[[In], Out], things: Iterable[In], ahead: int) -> Iterator[Out]:
    """Map `do` over `things`, yielding results in order with at most `ahead` of them under way.

    `things` is read in the caller's thread. Leaving the loop early cancels what has not begun.
    """
    pending: deque[Future[Out]] = deque()
    try:
        for thing in things:
            pending.append(executor.submit(do, thing))
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
