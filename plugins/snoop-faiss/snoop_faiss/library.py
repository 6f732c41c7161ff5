"""Loading FAISS late, with threads that wait quietly and are bounded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MAX_THREADS = 8


def load_faiss() -> Any:
    """The FAISS module.

    Its OpenMP threads spin while they wait, which takes the processor from everybody else; that is settled when the
    library is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import faiss

    return faiss


@contextmanager
def threads(faiss: Any, wanted: int = MAX_THREADS) -> Iterator[None]:
    """Bound FAISS's threads within a block, for the calling thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(min(wanted, len(os.sched_getaffinity(0))))
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
