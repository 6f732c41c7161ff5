"""The pages' speed in a real browser: from a key to the painted mark, from Refine to the next batch, opening a page.

A made-up archive of as many items as wanted, with one small picture for all of them, is served by the same server as
`up` and looked at by the system's Chromium. What is measured is what a curator waits for: a mark counts from the key's
own time stamp until the frame that shows it was presented, as the browser's Event Timing tells it (Interaction to Next
Paint, in steps of 8 ms); a round until all images of the batch are decoded and painted.

The browser has no graphics card here: what it draws takes the processors that the server and all other processes use.
So the report says what share of them others took, and a stop of all frames is known for theirs.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from waitress.server import create_server

from snoop_flow import Workspace
from snoop_flow.benchmarks.archives import made_up_archive
from snoop_flow.benchmarks.corpora import made_up
from snoop_flow.benchmarks.neighbours import Neighbours, watched
from snoop_flow.errors import UsageError
from snoop_webui.application import create_app
from snoop_webui.asked import Asked

BATCH = 15
MOST_LINKS = 30_000
MARK_MS, REFINE_MS, OPEN_MS = 50, 1000, 1500  # what is to be kept, at 95 times of 100
# The second of two frames begins when the first was drawn. A message posted from the first, which is often used for it,
# can wait for seconds: Chromium prefers input and frames to messages.
_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
_SHORTEST = 16  # what takes less is not told by the browser
_WATCH_KEYS = f"""() => {{
  window.marked = [];
  new PerformanceObserver((seen) => seen.getEntries().filter((one) => one.name === 'keydown')
    .forEach((one) => window.marked.push(one.duration))).observe({{ type: 'event', durationThreshold: {_SHORTEST} }});
}}"""
_REFINE = f"""async () => {{
  const place = document.getElementById('results');
  const shown = new Promise((done) => place.addEventListener('shown', done, {{ once: true }}));
  const pressed = performance.now();
  document.getElementById('refine').click();
  await shown;
  await Promise.all([...place.querySelectorAll('#grid img')].slice(0, {BATCH})
    .map((image) => image.decode().catch(() => 0)));
  return await {_PAINTED} - pressed;
}}"""
# asked by the page itself: an answer to the driver waits like a message
_WATCH_OPENING = f"addEventListener('load', async () => {{ window.opened = await {_PAINTED}; }})"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one thing took, in milliseconds, and what it may take.

    Attributes:
        others: share of all processors that processes which are not ours took meanwhile; None where nobody tells.
    """

    name: str
    runs: int
    median: float
    p95: float
    worst: float
    limit: float
    others: float | None

    @property
    def kept(self) -> bool:
        """Whether it stays within its limit."""
        return self.p95 <= self.limit


def bench_ui(items: int, dimension: int, cells: int, large: int, marks: int, rounds: int, seed: int) -> dict[str, Any]:
    """Measure in Chromium.

    Args:
        items: of the archive.
        cells: on the page that is marked.
        large: cells on the page whose opening is measured.

    Raises:
        UsageError: no Chromium, or no playwright, on this machine.
    """
    chromium, playwright = _browser()
    rng = np.random.default_rng(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        made_up_archive(Path(folder) / "archive", made_up(items, dimension, rng), dimension) as workspace,
    ):
        _one_picture_for_all(workspace, items)
        class_id = _taught(workspace, rng, items)
        with _served(workspace) as address, playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(_WATCH_OPENING)
            _open(page, f"{address}{_ranking(class_id, cells)}")  # what is compiled once is compiled now
            with watched() as opening:
                opened = [_open(page, f"{address}{_ranking(class_id, large)}") for _ in range(5)]
            _open(page, f"{address}{_ranking(class_id, cells)}")
            with watched() as marking:
                marked = _mark(page, marks)
            _open(page, f"{address}{Asked(visual_class=class_id).address()}")
            with watched() as refining:
                refined = [_round(page) for _ in range(rounds)]
            version = browser.version
            browser.close()
    waits = [
        _wait(f"mark to paint, {cells} cells", marked, MARK_MS, marking),
        _wait(f"refine to visible batch, {items} items", refined, REFINE_MS, refining),
        _wait(f"opening {large} cells", opened, OPEN_MS, opening),
    ]
    setting = {"items": items, "dimension": dimension, "chromium": version}
    return {"setting": setting, "waits": [{**_plain(one), "kept": one.kept} for one in waits]}


def _plain(one: Wait) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Wait.__slots__}


def text_of(report: dict[str, Any]) -> str:
    """The report as people read it."""
    setting = ", ".join(f"{name} {value}" for name, value in report["setting"].items())
    lines = [
        f"ui: {setting}",
        f"{'':40}{'runs':>6}{'median ms':>12}{'p95 ms':>10}{'worst':>10}{'limit':>8}{'others':>8}",
    ]
    for one in report["waits"]:
        kept = "" if one["kept"] else "   too slow"
        figures = f"{one['median']:12.1f}{one['p95']:10.1f}{one['worst']:10.1f}{one['limit']:8.0f}"
        others = "" if one["others"] is None else f"{one['others']:.0%}"
        lines.append(f"{one['name']:40}{one['runs']:6}{figures}{others:>8}{kept}")
    return "\n".join(lines)


def _browser() -> tuple[str, Any]:
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next((path for name in names if (path := shutil.which(name))), None)
    if chromium is None:
        raise UsageError(f"bench ui: no Chromium on this machine; install one of {', '.join(names)}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise UsageError("bench ui: drives the browser by playwright; run: pip install playwright") from error
    return chromium, sync_playwright


def _one_picture_for_all(workspace: Workspace, items: int) -> None:
    """Thumbnails as a harvest leaves them, so that no image has to be fetched while it is looked at."""
    noise = np.random.default_rng(0).integers(0, 255, (40, 56, 3), dtype=np.uint8)
    first = workspace.thumbnails.put("1", Image.fromarray(noise).resize((320, 229)))
    for number in range(2, items + 1):
        path = workspace.thumbnails.path(str(number))
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % MOST_LINKS:
            os.link(first, path)
        else:  # file systems bound how many names a file may have
            first = Path(shutil.copy(first, path))


def _taught(workspace: Workspace, rng: np.random.Generator, items: int) -> str:
    chosen = [str(one) for one in rng.choice(np.arange(1, items + 1), 40, replace=False)]
    made = workspace.create_class("Made up", positives=chosen[:20])
    workspace.mark(made.id, dict.fromkeys(chosen[20:], -1), op_id="first")
    workspace.fit(made.id)
    return made.id


def _ranking(class_id: str, count: int) -> str:
    return Asked(visual_class=class_id, show="ranking", count=count).address()


@contextmanager
def _served(workspace: Workspace) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(create_app(workspace), sockets=[listener], threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listener.getsockname()[1]}"
    finally:
        server.close()
        listener.close()


def _open(page: Any, address: str) -> float:
    """Milliseconds from the start of the navigation until the grid can be used and was painted."""
    page.goto(address, wait_until="load")
    page.wait_for_selector("#grid[role=listbox]")
    return float(page.wait_for_function("window.opened").json_value())


def _mark(page: Any, marks: int) -> list[float]:
    page.evaluate(_WATCH_KEYS)
    page.locator("#grid [role=option]").first.focus()
    for number in range(marks):
        page.keyboard.press("x" if number % 3 else "p")
        page.wait_for_timeout(30)  # about as fast as anybody
    page.wait_for_timeout(1_000)  # entries come when the browser has nothing better to do
    told = [float(one) for one in page.evaluate("window.marked")]
    return told + [float(_SHORTEST)] * (marks - len(told))


def _round(page: Any) -> float:
    page.locator("#grid [role=option]").first.focus()
    for number in range(BATCH):
        page.keyboard.press("x" if number % 3 else "p")
    page.wait_for_function("document.getElementById('save').textContent !== ''")
    page.wait_for_timeout(700)  # the marks are sent while the curator looks
    return float(page.evaluate(_REFINE))


def _wait(name: str, taken: list[float], limit: float, others: Neighbours) -> Wait:
    median, p95, worst = (round(float(one), 1) for one in np.percentile(taken, (50, 95, 100)))
    return Wait(name, len(taken), median, p95, worst, limit, others.share)
