"""The counters of the machine: processor time, the energy that processor and memory count themselves (RAPL), a GPU's.

RAPL (running average power limit) counts the energy of a processor package, on recent Intel and AMD processors; Linux
shows it below `/sys/class/powercap`, since 5.10 to root alone. It counts for the whole machine, so a share goes to this
process: its share of the processor time that the machine spent meanwhile. An NVIDIA card counts its energy since the
driver was loaded (NVML, Volta and newer).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from snoop_flow.frugality.children import children_seconds
from snoop_flow.frugality.graphics import joules_of

POWERCAP = Path("/sys/class/powercap")
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)  # columns of /proc/stat: idle and waiting for the disk
_GUESTS = 8  # from here on, what the columns before hold already


@dataclass(frozen=True, slots=True)
class Reading:
    """Counters at one moment.

    Attributes:
        wall: seconds; `cpu` of this process and its helpers; `busy` of all processors of the machine.
        domains: microjoules by RAPL domain; empty where it cannot be read.
        graphics: joules by device; None where a device tells nothing.
    """

    wall: float
    cpu: float
    busy: float
    domains: Mapping[str, int]
    graphics: Mapping[str, float | None]


class Counters:
    """Reads the counters; `powercap` is where Linux shows RAPL."""

    def __init__(self, powercap: Path = POWERCAP) -> None:
        """Read nothing yet."""
        self._powercap = powercap

    @cached_property
    def ranges(self) -> dict[str, int]:
        """RAPL domains that can be read → where their counter wraps, in microjoules."""
        found = {}
        for folder in sorted(self._powercap.glob("intel-rapl:*")):  # AMD's are named so, too
            try:
                name = (folder / "name").read_text("ascii").strip()
                if name.startswith("package") or name == "dram":
                    int((folder / "energy_uj").read_text("ascii"))
                    found[folder.name] = int((folder / "max_energy_range_uj").read_text("ascii"))
            except (OSError, ValueError):  # not for us to read
                continue
        return found

    def read(self, devices: Iterable[str] = ()) -> Reading:
        """All counters now."""
        return Reading(
            wall=time.perf_counter(),
            cpu=time.process_time() + children_seconds(),
            busy=_busy() if self.ranges else 0.0,
            domains={name: self._energy(name) for name in self.ranges},
            graphics={device: joules_of(device) for device in devices},
        )

    def _energy(self, domain: str) -> int:
        try:
            return int((self._powercap / domain / "energy_uj").read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def machine_joules(self, before: Reading, after: Reading) -> float:
        """What RAPL counted between two readings, for the whole machine."""
        total = 0
        for domain, most in self.ranges.items():
            passed = after.domains[domain] - before.domains[domain]
            total += passed if passed >= 0 else passed + most  # it wrapped
        return total / 1e6


def _busy() -> float:
    """Seconds that the processors of the machine worked since it started, proc(5)."""
    try:
        columns = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    except OSError:
        return 0.0
    ticks = [int(column) for place, column in enumerate(columns[:_GUESTS]) if place not in _IDLE]
    return sum(ticks) * _TICK
