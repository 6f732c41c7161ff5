"""Reading in processes: the same records and the same failures as here, or the caller reads itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from snoop_flow import Workspace
from snoop_flow.benchmarks.manifests import serving_manifests
from snoop_flow.fetching import Fetcher, FetchPolicy
from snoop_flow.plugin_types import RecordRef
from snoop_flow.reading import Lent, Order, Outcome, Readers, Wanted, read_each


@pytest.fixture(scope="module")
def collection() -> Iterator[str]:
    with serving_manifests(40, 2) as url:
        yield url


@pytest.fixture
def readers() -> Iterator[Readers]:
    started = Readers(1)
    yield started
    started.rest()


def order_of(workspace: Workspace, collection: str, wanted: list[Wanted], policy: FetchPolicy) -> Order:
    spec = workspace.host.source_for(collection, "iiif")
    return Order(spec.open, collection, policy, workspace.turns.folder, wanted)


def read(readers: Readers, order: Order) -> list[Outcome]:
    """Read as soon as a process is ready."""
    for _ in range(600):
        if (found := readers.read(order)) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("no process came up")


def plain(outcomes: list[Outcome]) -> list[Any]:
    return [(one.draft, one.failure and (one.failure.kind, one.failure.reason), one.validator) for one in outcomes]


def test_a_process_reads_what_we_would_read(collection: str, readers: Readers, tmp_path: Path) -> None:
    base = collection.removesuffix("/all")
    policy = FetchPolicy(allowed_hosts=frozenset([urlsplit(collection).netloc]), attempts=1, polite=True)
    with Workspace.create(tmp_path / "w") as workspace, Fetcher(policy) as fetcher:
        known = {"url": f"{base}/m/1", "etag": ""}
        wanted = [Wanted(RecordRef(f"{base}/m/{number}"), {}) for number in (0, 1, 999)]
        wanted.append(Wanted(RecordRef("http://10.1.2.3/m"), {}))
        order = order_of(workspace, collection, wanted, policy)
        lent = Lent(fetcher)
        here = read_each(lambda: order.open(collection, lent), lent, wanted)
        there = read(readers, order)
        assert plain(there) == plain(here)
        assert [one.draft is not None for one in there] == [True, True, False, False]
        assert [str(one.failure and one.failure.kind) for one in there[2:]] == ["gone", "hostile"]
        known = dict(there[1].validator)
        again = read(readers, order_of(workspace, collection, [Wanted(RecordRef(f"{base}/m/1"), known)], policy))
        assert plain(again) == [(None, None, known)]


def test_who_finds_no_process_reads_itself(collection: str, readers: Readers, tmp_path: Path) -> None:
    policy = FetchPolicy(allowed_hosts=frozenset([urlsplit(collection).netloc]))
    wanted = [Wanted(RecordRef(f"{collection.removesuffix('all')}m/2"), {})]
    with Workspace.create(tmp_path / "w") as workspace:
        order = order_of(workspace, collection, wanted, policy)
        assert readers.read(order, starting=False) is None
        assert readers._idle == []
        assert readers.read(order) is None  # it is only starting
        by_closure = Order(lambda location, context: order.open(location, context), collection, policy, None, wanted)
        assert readers.read(by_closure) is None
        read(readers, order)
        [process] = readers._idle
        os.kill(process._process.pid, signal.SIGKILL)
        assert readers.read(order) is None
        assert len(read(readers, order)) == 1


def test_a_large_harvest_that_is_read_in_processes_keeps_the_same(collection: str, tmp_path: Path) -> None:
    found = []
    for name, most in (("here", 0), ("there", 2)):
        folder = tmp_path / name
        Workspace.create(folder).close()
        with (folder / "snoop-flow.toml").open("a") as settings:
            settings.write("harvest_batch = 2\n")
        with Workspace.open(folder) as workspace:
            workspace.readers = Readers(most)
            report = workspace.harvest([collection], collection="c", allow_hosts=[urlsplit(collection).netloc])
            assert (report.new, report.items, report.failed) == (40, 80, ())
            found.append([(one.id, one.uri, one.digest, one.label) for one in workspace.records("c", 0, 100)])
    assert found[0] == found[1]


def test_a_large_harvest_of_what_is_near_has_fewer_units(tmp_path: Path) -> None:
    Workspace.create(tmp_path).close()
    with (tmp_path / "snoop-flow.toml").open("a") as settings:
        settings.write("harvest_batch = 1\n")
    with serving_manifests(130, 1) as url, Workspace.open(tmp_path) as workspace:
        workspace.readers = Readers(0)
        assert workspace.harvest([url], allow_hosts=[urlsplit(url).netloc]).new == 130
        [job] = workspace.jobs()
        assert (job.done, job.total) == (66, 66)  # what the list says, then 65 of two records


def test_a_process_ends_with_its_parent() -> None:
    program = (
        "import time\nfrom snoop_flow.reading.readers import _Reader\n"
        "one = _Reader()\nwhile not one.ready(): time.sleep(0.05)\n"
        "print(one._process.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or "\nState:\tZ" in Path(f"/proc/{child}/status").read_text():
            return
        time.sleep(0.05)
    raise AssertionError("the process outlived its parent")
