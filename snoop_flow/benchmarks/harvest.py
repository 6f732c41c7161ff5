"""Harvesting end to end, fetch → read → keep, beside a bare loop of httpx and orjson that keeps nothing.

The manifests come from a server on the loopback interface, in another process of the same machine. `milliseconds` is a
harvest of all of them into an empty workspace; then they are harvested again, unchanged, and what the server was asked
is counted. The floor fetches and parses every document, one after the other over one connection, and throws it away.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from snoop_flow.benchmarks.manifests import serving_manifests
from snoop_flow.benchmarks.measuring import BenchReport, report_of, timing_of
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.reports import HarvestReport


def bench_harvest(*, manifests: int = 10_000, canvases: int = 4, repeats: int = 1) -> BenchReport:
    """Measure the harvest of so many manifests.

    Args:
        canvases: in each of them.
    """
    if manifests < 1 or canvases < 1:
        raise UsageError("give at least one manifest of one canvas")
    bare, ours, again, seen = [], [], [], []
    with (
        tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder,
        serving_manifests(manifests, canvases) as url,
    ):
        _bare_loop(url, 50)  # warms the server up
        for repeat in range(repeats):
            bare.append(_bare_loop(url, manifests))
            with Workspace.create(Path(folder) / f"workspace-{repeat}") as workspace:
                first, took = _harvest(workspace, url)
                ours.append(took)
                before = _given(url)
                second, took = _harvest(workspace, url)
                again.append(took)
                seen.append((first, second, _given(url)["304"] - before["304"], workspace.status().items))
    timings = {"floor": timing_of(bare), "ours": timing_of(ours), "harvested again, unchanged": timing_of(again)}
    first, second, skipped, items = seen[-1]
    details = {
        "manifests a second": {name: round(1000 * manifests / one.median) for name, one in timings.items()},
        "speed against the bare loop": round(timings["floor"].median / timings["ours"].median, 3),
        "not modified": f"{skipped} of {manifests} ({100 * skipped / manifests:.2f} %)",
        "items": items,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    exact = (first.new, first.items, second.skipped) == (manifests, manifests * canvases, manifests)
    setting = {"manifests": manifests, "canvases": canvases, "repeats": repeats}
    return report_of("harvest", setting, timings, exact=exact and not (first.failed or second.failed), details=details)


def _harvest(workspace: Workspace, url: str) -> tuple[HarvestReport, float]:
    started = time.perf_counter()
    report = workspace.harvest([url], allow_hosts=[urlsplit(url).netloc])
    return report, 1000 * (time.perf_counter() - started)


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
