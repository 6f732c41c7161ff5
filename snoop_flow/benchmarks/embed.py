"""Embedding end to end, fetch → decode → embed → keep, beside the model alone on what it takes, ready in memory.

The images come from a IIIF server on the loopback interface, in another process of the same machine, which takes its
share of the processors; so does decoding, in child processes. `milliseconds` is an embed job of a workspace that holds
nothing but the harvested records; all figures are for the whole corpus. The floor is the model on prepared arrays, or
on decoded pictures for a backbone that prepares nothing beforehand, as many at once as the job gives it and on as many
threads. A backbone that finds its batch size by trying has found it before both: that is done once in a process. Peaks
of memory are those of the process that computes.

Where the model takes all cores, it shares them with everything else that a picture needs, and no overlap can hide that;
so the same is measured once more with one thread for the model, which leaves the other cores to loading.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timing_of
from snoop_flow.benchmarks.processes import one_thread, processes
from snoop_flow.benchmarks.replica import serving
from snoop_flow.embedding.running import STEP, step_of
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.plugin_types import Backbone, PreparedBackbone
from snoop_flow.processes.threads import threads_allowed
from snoop_flow.samples import draw_archive

DISTINCT = 60


def bench_embed(
    *, items: int = 1_000, backbone: str | None = None, device: str = "cpu", repeats: int = 3, seed: int = 1783
) -> BenchReport:
    """Measure the embedding of so many images, on all threads allowed, then on one in a process of its own.

    Args:
        backbone: `NAME` or `FAMILY:LOCATION`, by default the one that a new workspace uses.
        device: what it runs on.
        seed: of the pictures that are drawn.
    """
    if items < STEP:
        raise UsageError(f"items {items}: give at least {STEP}, which one call of the model takes")
    asked = (items, backbone, device, repeats, seed)
    found = _measured(*asked)
    details = dict(found.details)
    if threads_allowed() > 1 and device == "cpu":
        with one_thread(), processes(1) as pool:
            details |= {"on one thread, the others left to loading": pool.submit(_measured, *asked).result().details}
    setting = {"items": items, "backbone": found.backbone, "device": device, "threads": threads_allowed()}
    setting |= {"repeats": repeats, "seed": seed}
    return report_of("embed", setting, found.timings, exact=found.exact, details=details)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What one process measured; milliseconds for all items."""

    backbone: str
    timings: dict[str, Timing]
    exact: bool
    details: dict[str, Any]


def _measured(items: int, backbone: str | None, device: str, repeats: int, seed: int) -> _Measured:
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder:
        pages = Path(folder) / "pages"
        draw_archive(pages, DISTINCT, seed)
        with serving(pages, items) as address:
            trial = _Trial(Path(folder), address, items, backbone, device)
            for repeat in range(repeats + 1):  # the first one warms up the server, the decoders and the model
                trial.run(repeat)
    timings = {"floor": timing_of(trial.model[1:]), "ours": timing_of(trial.job[1:])}
    timings |= {"the model on decoded pictures": timing_of(trial.pictures[1:])}
    return _Measured(trial.name, timings, trial.exact, {**_details(items, timings), "images at once": trial.step})


class _Trial:
    """One backbone on one corpus, measured by turns; milliseconds for all items."""

    def __init__(self, folder: Path, address: str, items: int, backbone: str | None, device: str) -> None:
        self.folder, self.address, self.items = folder, address, items
        self.backbone, self.device = backbone, device
        self.model: list[float] = []
        self.pictures: list[float] = []
        self.job: list[float] = []
        self.name, self.exact, self.step = "", True, STEP

    def run(self, repeat: int) -> None:
        with Workspace.create(self.folder / f"workspace-{repeat}") as workspace:
            workspace.harvest([self.address], allow_hosts=["127.0.0.1"])
            spec = workspace.backbone_spec(self.backbone)
            opened = workspace.open_backbone(spec, self.device)
            self.name = spec.name
            self.step = step_of(opened, self.items)
            self._model_alone(opened, _decoded(self.folder / "pages", spec.input_size))
            started = time.perf_counter()
            report = workspace.embed(backbone=self.backbone, device=self.device)
            self.job.append(1000 * (time.perf_counter() - started))
            self.exact &= report.embedded == self.items

    def _model_alone(self, opened: Backbone, decoded: Sequence[Image.Image]) -> None:
        pictures = [decoded[place % len(decoded)] for place in range(self.items)]
        self.pictures.append(_milliseconds(opened.embed_images, pictures, self.step))
        if isinstance(opened, PreparedBackbone):
            prepared = [opened.prepare(picture) for picture in decoded]
            arrays = [prepared[place % len(prepared)] for place in range(self.items)]
            self.model.append(_milliseconds(opened.embed_prepared, arrays, self.step))
        else:
            self.model.append(self.pictures[-1])


def _milliseconds(model: Any, pictures: Sequence[Any], step: int) -> float:
    started = time.perf_counter()
    for start in range(0, len(pictures), step):
        model(pictures[start : start + step])
    return 1000 * (time.perf_counter() - started)


def _decoded(folder: Path, longest: int) -> list[Image.Image]:
    pictures = []
    for path in sorted(folder.rglob("*.jpg")):
        with Image.open(path) as image:
            image.thumbnail((longest, longest))
            pictures.append(image.convert("RGB"))
    return pictures


def _details(items: int, timings: dict[str, Timing]) -> dict[str, Any]:
    rates = {name: round(1000 * items / timing.median, 1) for name, timing in timings.items()}
    share = timings["floor"].median / timings["ours"].median
    return {
        "images a second": rates,
        "share of the model's own speed": round(share, 3),
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
