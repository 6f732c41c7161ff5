"""Loading FAISS late, with threads that wait quietly and are bounded; and which of its builds is installed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from snoop_flow.errors import PluginError

MAX_THREADS = 8
FEW_ROWS = 20_000  # threads that share less than this mostly wait for each other, and on a busy machine for long
BUILDS = ("faiss-cpu", "faiss-gpu")  # distributions that own the same folder `faiss`
ABSENT = "FAISS is not installed; run: pip install 'snoop-faiss[cpu]', or 'snoop-faiss[gpu]' on a machine with CUDA"


def load_faiss() -> Any:
    """The FAISS module.

    Its OpenMP threads spin while they wait, which takes the processor from everybody else; that is settled when the
    library is loaded.

    Raises:
        PluginError: no build of FAISS is installed, or it cannot be loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import faiss
    except (ImportError, OSError, RuntimeError) as error:  # a build for cards also misses CUDA's own libraries
        raise PluginError(f"FAISS cannot be loaded: {_first_line(error)}" if installed() else ABSENT) from error
    return faiss


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def installed() -> dict[str, str]:
    """Distribution → version of the builds that are installed; more than one is one too many."""
    found = {}
    for name in BUILDS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def worth(rows: int) -> int:
    """How many threads work on so many rows is worth."""
    return 1 if rows < FEW_ROWS else MAX_THREADS


@contextmanager
def threads(faiss: Any, wanted: int) -> Iterator[None]:
    """Bound FAISS's threads within a block, for the calling thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(min(wanted, len(os.sched_getaffinity(0))))
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


@contextmanager
def failures_told(name: str) -> Iterator[None]:
    """Within a block, what FAISS itself fails at becomes one line that names the index type.

    Raises:
        PluginError: FAISS failed, for want of memory mostly.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        said = re.sub(r"^Error in .* at \S+:\d+: ", "", _first_line(error))
        raise PluginError(
            f"{name}: FAISS could not do it ({said}); is there memory for it? The index stays as it was"
        ) from error
