"""The garbage collector, kept from looking through what stays anyway while a job runs.

A full collection walks over everything that the libraries made when they were imported: 0.1 to 0.2 s in which no thread
runs any Python, a model's included. During 1 000 embedded images that happened two or three times.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_LOCK = Lock()
_resting = 0


@contextmanager
def old_objects_at_rest() -> Iterator[None]:
    """Collect only among what is made from now on, until the last of those who asked for it is done.

    Only the first one freezes: what others freeze in turn, the garbage between them included, would pile up.
    """
    global _resting
    with _LOCK:
        if not _resting:
            gc.freeze()
        _resting += 1
    try:
        yield
    finally:
        with _LOCK:
            _resting -= 1
            if not _resting:
                gc.unfreeze()
