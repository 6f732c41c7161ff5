"""Harvesting end to end, fetch → read → keep, beside a bare loop of httpx and orjson that keeps nothing.

The manifests come from a server on the loopback interface, in another process of the same machine. `milliseconds` is a
harvest of all of them into an empty workspace. Each item is then given a vector, made up, as if it were embedded; the
manifests are harvested again, unchanged, and what the server was asked is counted, and what is embedded then. The floor
fetches and parses every document, one after the other over one connection, and throws it away.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import orjson

from snoop_flow.benchmarks.corpora import units
from snoop_flow.benchmarks.manifests import serving_manifests
from snoop_flow.benchmarks.measuring import BenchReport, report_of, timing_of
from snoop_flow.embedding.running import seal
from snoop_flow.errors import UsageError
from snoop_flow.evaluation import peak_megabytes
from snoop_flow.facade import Workspace
from snoop_flow.frugality import counted_children
from snoop_flow.reports import HarvestReport
from snoop_flow.store import embeddings, items
from snoop_flow.store.rows import chunks

BACKBONE = "classical"


def bench_harvest(*, manifests: int = 10_000, canvases: int = 4, repeats: int = 1) -> BenchReport:
    """Measure the harvest of so many manifests.

    Args:
        canvases: in each of them.
    """
    if manifests < 1 or canvases < 1:
        raise UsageError("give at least one manifest of one canvas")
    bare, ours, again, seen = [], [], [], []
    memory = _Memory()
    with (
        tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder,
        serving_manifests(manifests, canvases) as url,
    ):
        _bare_loop(url, 50)  # warms the server up
        for repeat in range(repeats):
            bare.append(_bare_loop(url, manifests))
            with Workspace.create(Path(folder) / f"workspace-{repeat}") as workspace:
                first, took = _harvest(workspace, url, memory)
                ours.append(took)
                _give_vectors(workspace)
                before = _given(url)
                second, took = _harvest(workspace, url, memory)
                again.append(took)
                skipped = _given(url)["304"] - before["304"]
                seen.append((first, second, skipped, workspace.embed(backbone=BACKBONE), workspace.status().items))
    timings = {"floor": timing_of(bare), "ours": timing_of(ours), "harvested again, unchanged": timing_of(again)}
    first, second, skipped, embedded, held = seen[-1]
    details = {
        "manifests a second": {name: round(1000 * manifests / one.median) for name, one in timings.items()},
        "speed against the bare loop": round(timings["floor"].median / timings["ours"].median, 3),
        "not modified": f"{skipped} of {manifests} ({100 * skipped / manifests:.2f} %)",
        "embedded after the second harvest": f"{embedded.embedded} ({embedded.skipped} items have their vector)",
        "items": held,
        "peak memory of the first harvest, MB": memory.first(),
    }
    again_none = (second.skipped, embedded.embedded, embedded.skipped) == (manifests, 0, held)
    exact = again_none and (first.new, first.items) == (manifests, manifests * canvases)
    setting = {"manifests": manifests, "canvases": canvases, "repeats": repeats}
    return report_of("harvest", setting, timings, exact=exact and not (first.failed or second.failed), details=details)


class _Memory:
    """The most memory that the harvesting process and its helpers held, seen after each unit of work.

    What is told is of the first harvest: the vectors that are made up after it take more than a harvest does.
    """

    def __init__(self) -> None:
        self._most: dict[int | None, float] = {}
        self._done = False

    def look(self, done: int, total: int, message: str) -> None:
        """A harvest's `progress`."""
        if not self._done:
            self._most |= {process: peak_megabytes(process) for process in (None, *counted_children())}
            self._done = done == total

    def first(self) -> dict[str, float]:
        """The process that writes, and the processes that read together."""
        writing = self._most.get(None, 0.0)
        return {"writing": writing, "reading": round(sum(self._most.values()) - writing, 1)}


def _harvest(workspace: Workspace, url: str, memory: _Memory) -> tuple[HarvestReport, float]:
    started = time.perf_counter()
    report = workspace.harvest([url], allow_hosts=[urlsplit(url).netloc], progress=memory.look)
    return report, 1000 * (time.perf_counter() - started)


def _give_vectors(workspace: Workspace) -> None:
    """Give each item a vector, sealed as embedding seals them, so that only a changed picture lacks one."""
    spec, rng = workspace.backbone_spec(BACKBONE), np.random.default_rng(0)
    with workspace.catalogue.write() as connection:
        known = embeddings.ensure_set(connection, spec.name, spec.fingerprint(), spec.dimension)
        numbers = items.numbers_in(connection, None)
    for part in chunks(numbers):
        with workspace.catalogue.read() as connection:
            found = list(items.by_numbers(connection, part).values())
        vectors = units(rng.standard_normal((len(found), spec.dimension), np.float32))
        seal(workspace, known.id, spec.fingerprint(), list(zip(found, vectors, strict=True)))


def _bare_loop(url: str, most: int) -> float:
    """Milliseconds to fetch and parse the collection and `most` of its manifests."""
    started = time.perf_counter()
    with httpx.Client() as client:
        members: list[dict[str, Any]] = orjson.loads(client.get(url).content)["items"]
        for member in members[:most]:
            orjson.loads(client.get(member["id"]).content)
    return 1000 * (time.perf_counter() - started)


def _given(url: str) -> dict[str, int]:
    return dict(json.loads(httpx.get(url.replace("/all", "/counts")).content))
