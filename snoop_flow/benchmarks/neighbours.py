"""How much of the machine others used while something was measured: who reads a figure needs to know whose it is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_IDLE = (3, 4)  # columns of /proc/stat: idle and waiting for the disk
_GUESTS = 8  # from here on time is counted that is in the columns before, proc(5)


@dataclass(slots=True)
class Neighbours:
    """What processes that are not ours took.

    Attributes:
        share: of all processors, 0 to 1; None where the system does not tell.
    """

    share: float | None = None


@contextmanager
def watched() -> Iterator[Neighbours]:
    """Count from here to the end of the block; ours are this process and all that it started, such as a browser."""
    found = Neighbours()
    try:
        began, busy, ours = time.monotonic(), _busy(), _ours()
    except OSError:
        yield found
        return
    yield found
    ticks = (time.monotonic() - began) * os.sysconf("SC_CLK_TCK") * (os.cpu_count() or 1)
    now = _ours()
    mine = sum(taken - ours.get(pid, 0) for pid, taken in now.items())
    found.share = round(min(1.0, max(0.0, (_busy() - busy - mine) / ticks)), 3)


def _busy() -> int:
    columns = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    return sum(int(column) for place, column in enumerate(columns[:_GUESTS]) if place not in _IDLE)


def _ours() -> dict[int, int]:
    """Processor ticks so far of this process and its descendants, by process id."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()  # a program's name may hold spaces
        except OSError:  # it ended meanwhile
            continue
        pid = int(path.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    return {pid: taken for pid, taken in ticks.items() if _descends(pid, parents)}


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid and pid != os.getpid():
        pid = parents.get(pid, 0)
    return bool(pid)
