"""Counters of the machine, pieces of work side by side, and costs that are added up and told."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from snoop_flow.frugality import (
    Cost,
    Counters,
    Ledger,
    count_child,
    energy_text,
    forget_child,
    joules_text,
    method_text,
)
from snoop_flow.frugality.children import children_seconds

NO_RAPL = Counters(Path("/nonexistent"))


def _work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.fixture
def powercap(tmp_path: Path) -> Path:
    """A processor package and its memory, as Linux shows them; the cores within the package do not count twice."""
    for domain, name, energy in (
        ("intel-rapl:0", "package-0", 1_000_000),
        ("intel-rapl:0:0", "core", 900_000),
        ("intel-rapl:0:1", "dram", 500_000),
    ):
        folder = tmp_path / domain
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n", "ascii")
        (folder / "energy_uj").write_text(f"{energy}\n", "ascii")
        (folder / "max_energy_range_uj").write_text("2000000\n", "ascii")
    return tmp_path


def _set(powercap: Path, domain: str, energy: int) -> None:
    (powercap / domain / "energy_uj").write_text(f"{energy}\n", "ascii")


def test_energy_is_estimated_from_processor_time() -> None:
    ledger = Ledger(NO_RAPL)
    with ledger.metered(12.0) as meter:
        _work(0.05)
    cost = meter.cost
    assert cost.cpu_seconds >= 0.05
    assert cost.seconds >= 0.05
    assert cost.joules == pytest.approx(12 * cost.cpu_seconds)
    assert cost.method == "processor-time:12"


def test_waiting_takes_time_and_no_energy() -> None:
    with Ledger(NO_RAPL).metered(12.0) as meter:
        threading.Event().wait(0.05)
    assert meter.cost.seconds >= 0.05
    assert meter.cost.cpu_seconds < 0.04


def test_work_side_by_side_takes_no_more_than_there_was() -> None:
    ledger = Ledger(NO_RAPL)
    meters = []
    both = threading.Barrier(2)

    def piece() -> None:
        with ledger.metered(10.0) as meter:
            both.wait()
            _work(0.1)
        meters.append(meter)

    before = time.process_time()
    threads = [threading.Thread(target=piece) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.process_time() - before
    assert sum(meter.cost.cpu_seconds for meter in meters) <= spent
    assert all(meter.cost.cpu_seconds > 0.05 for meter in meters)


def test_what_contains_a_piece_does_not_count_it_again() -> None:
    ledger = Ledger(NO_RAPL)
    with ledger.metered(10.0) as outer:
        _work(0.03)
        with ledger.metered(10.0) as inner:
            _work(0.06)
        _work(0.03)
    assert 0.06 <= inner.cost.cpu_seconds < 0.1
    assert 0.06 <= outer.cost.cpu_seconds < 0.1


def test_helpers_count_and_other_children_do_not() -> None:
    busy = "import time\nend = time.process_time() + .2\nwhile time.process_time() < end: pass\nprint(1, flush=True)\n"
    before = children_seconds()
    for counted in (True, False):
        with subprocess.Popen([sys.executable, "-c", f"{busy}input()"], stdin=-1, stdout=-1) as child:
            if counted:
                count_child(child.pid)
            assert child.stdout is not None
            child.stdout.readline()
            forget_child(child.pid)
            child.communicate(b"\n")
    assert 0.15 < children_seconds() - before < 0.6


def test_the_processor_counts_itself_where_it_may_be_read(powercap: Path) -> None:
    counters = Counters(powercap)
    assert set(counters.ranges) == {"intel-rapl:0", "intel-rapl:0:1"}
    before = counters.read()
    _set(powercap, "intel-rapl:0", 1_600_000)
    _set(powercap, "intel-rapl:0:1", 100_000)  # wrapped at 2 000 000
    assert counters.machine_joules(before, counters.read()) == pytest.approx(0.6 + 1.6)
    ledger = Ledger(counters)
    with ledger.metered(12.0) as meter:
        _work(0.1)
        _set(powercap, "intel-rapl:0", 1_900_000)
    assert meter.cost.method == "rapl"
    assert 0 < meter.cost.joules <= 0.3 + 1e-9  # at most all of it: our share of the processors' time


def test_a_card_that_tells_nothing_is_said_not_to_count() -> None:
    with Ledger(NO_RAPL).metered(12.0, "cuda:7") as meter:
        _work(0.01)
    assert meter.cost.method == "processor-time:12+graphics-not-counted"
    with Ledger(NO_RAPL).metered(12.0, "cpu") as meter:
        pass
    assert "graphics" not in meter.cost.method


def test_costs_add_up_and_are_kept() -> None:
    both = Cost(1, 2, 24, "processor-time:12") + Cost(1, 1, 5, "rapl") + Cost(0, 0, 0, "rapl")
    assert both == Cost(2, 3, 29, "processor-time:12+rapl")
    assert Cost.of(both.as_json()) == both
    assert Cost.of({}) == Cost()
    assert both.share(0.5).joules == 14.5


def test_energy_is_told_with_its_method() -> None:
    assert [joules_text(one) for one in (0, 3.21, 40.2, 5400, 9e6)] == ["0.0 J", "3.2 J", "40 J", "1.5 Wh", "2.5 kWh"]
    assert energy_text(40, "processor-time:12") == "40 J of computing (estimated from processor time at 12 W a core)"
    assert energy_text(0, "") == ""
    assert method_text("rapl+nvml") == (
        "counted by the processor (RAPL), by our share of its time, graphics card counted (NVML)"
    )
