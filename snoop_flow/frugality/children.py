"""Processor time of helper processes: those that are named here, such as decoders, and no others.

A server has children that keep accounts of their own (flow runs), so not every child is ours to count. A process's time
is read from `/proc`; where there is none, helpers are not counted.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_seen: dict[int, float] = {}
_ended = 0.0
_lock = threading.Lock()


def count_child(pid: int) -> None:
    """Count a process that works for this one from now on."""
    with _lock:
        _seen[pid] = 0.0


def counted_children() -> list[int]:
    """The processes that are counted now."""
    with _lock:
        return list(_seen)


def forget_child(pid: int) -> None:
    """Read for the last time what a process took; call it before the process is ended and waited for."""
    global _ended
    with _lock:
        before = _seen.pop(pid, None)
        if before is not None:
            _ended += max(_taken(pid), before)


def children_seconds() -> float:
    """Processor seconds of all helpers so far, those that ended included."""
    with _lock:
        for pid, before in _seen.items():
            _seen[pid] = max(_taken(pid), before)
        return _ended + sum(_seen.values())


def _taken(pid: int) -> float:
    """User and system time of a process, proc(5); 0 where it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()  # a program's name may hold spaces
    return (int(fields[11]) + int(fields[12])) * _TICK
