"""Metering pieces of work that may run side by side, so that together they never take more than there was.

Counters are those of the process, so work that runs at the same time in several threads shares what passed meanwhile,
each an equal part. Within one thread the innermost piece takes it: what contains it does not count it again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from snoop_flow.frugality.costs import GRAPHICS, NO_GRAPHICS, PROCESSOR_TIME, RAPL, Cost
from snoop_flow.frugality.counters import Counters, Reading

CPU = "cpu"


class Meter:
    """One piece of work being metered; `cost` is what it took so far."""

    def __init__(self, watts_per_core: float, device: str) -> None:
        """Use `metered`."""
        self.device = "" if device.partition(":")[0] != "cuda" else device
        self.cost = Cost()
        self._watts = watts_per_core

    def take(self, wall: float, cpu: float, machine: float | None, graphics: float | None) -> None:
        """Add what passed; `machine` is our part of what RAPL counted, `graphics` of the card; None where unknown."""
        if machine is None:
            joules, method = cpu * self._watts, f"{PROCESSOR_TIME}:{self._watts:g}"
        else:
            joules, method = machine, RAPL
        if self.device:
            joules += graphics or 0.0
            method += f"+{NO_GRAPHICS if graphics is None else GRAPHICS}"
        self.cost += Cost(wall, cpu, joules, method)


class Ledger:
    """The meters of a process, and who of them is working."""

    def __init__(self, counters: Counters | None = None) -> None:
        """Nobody works yet."""
        self._counters = counters or Counters()
        self._lock = threading.Lock()
        self._working: dict[int, list[Meter]] = {}  # by thread, the innermost last
        self._last = self._counters.read()

    @contextmanager
    def metered(self, watts_per_core: float, device: str = CPU) -> Iterator[Meter]:
        """Meter a block of work of this thread and of all that it lets others do meanwhile."""
        meter = Meter(watts_per_core, device)
        thread = threading.get_ident()
        with self._lock:
            self._settle(meter.device)
            self._working.setdefault(thread, []).append(meter)
        try:
            yield meter
        finally:
            with self._lock:
                self._settle()
                mine = self._working[thread]
                mine.remove(meter)
                if not mine:
                    del self._working[thread]

    def _settle(self, joining: str = "") -> None:
        """Share what passed since the last time among those who worked."""
        inner = [meters[-1] for meters in self._working.values()]
        devices = {meter.device for meters in self._working.values() for meter in meters} | {joining}
        before, after = self._last, self._counters.read(devices - {""})
        self._last = after
        for meter in inner:
            sharing = [one for one in inner if one.device == meter.device]
            meter.take(
                after.wall - before.wall,
                max(after.cpu - before.cpu, 0.0) / len(inner),
                _part(self._machine(before, after), len(inner)),
                _part(_passed(meter.device, before, after), len(sharing)),
            )

    def _machine(self, before: Reading, after: Reading) -> float | None:
        if not self._counters.ranges:
            return None
        ours, busy = after.cpu - before.cpu, after.busy - before.busy
        share = min(max(ours / busy, 0.0), 1.0) if busy > 0 else 1.0
        return self._counters.machine_joules(before, after) * share


def _part(whole: float | None, among: int) -> float | None:
    return None if whole is None else whole / among


def _passed(device: str, before: Reading, after: Reading) -> float | None:
    first, last = before.graphics.get(device), after.graphics.get(device)
    return None if first is None or last is None else max(last - first, 0.0)


_ledger = Ledger()
metered = _ledger.metered
