"""Enrichment of a whole archive by many classes, proposals written, beside the plain product that it rests on.

`milliseconds` is the verb itself, job and catalogue included, on items and vectors that are made up; every repetition
begins without predictions. The floor is the fastest plain product of int8 or bfloat16 numbers that is installed, which
chooses nothing, writes nothing and says nothing about its error; without torch it is our own product, made to find
nothing. Workers are processes with one thread each, that do the units of one job.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.engine import make_url

from snoop_flow import jobs
from snoop_flow.benchmarks.archives import add_classes, made_up_archive
from snoop_flow.benchmarks.corpora import made_up, multiplied, read_features
from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timed_together
from snoop_flow.benchmarks.processes import one_thread, processes
from snoop_flow.benchmarks.products import products_of
from snoop_flow.entities import Unit
from snoop_flow.evaluation import peak_megabytes
from snoop_flow.facade import Workspace
from snoop_flow.store import classes
from snoop_flow.store.schema import enriched, prediction
from snoop_flow.vectors import VectorSet

CHECKED = 5  # classes whose predictions are compared with a full scan of the originals


def bench_enrich(
    *,
    items: int = 1_000_000,
    class_count: int = 100,
    dimension: int = 768,
    kept: int = 1_000,
    repeats: int = 5,
    seed: int = 0,
    features: Path | None = None,
    workers: int = 2,
    peers: bool = True,
    folder: Path | None = None,
) -> BenchReport:
    """Measure an enrichment.

    Args:
        kept: about how many items of each class reach its threshold.
        features: a `.npy` file from whose vectors the archive is made, instead of made-up ones.
        workers: processes to compare with one; 1 leaves the comparison out.
        peers: measure the plain products as well; they take memory.
        folder: where the archive is made for the time of the measuring; it takes 3 · D + 500 bytes an item.
    """
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-", dir=folder) as place:
        if features is not None:
            given = read_features(features)
            dimension, blocks = given.shape[1], multiplied(given, items, rng)
        else:
            blocks = made_up(items, dimension, rng)
        with made_up_archive(Path(place) / "archive", blocks, dimension) as workspace:
            trial = _Trial(workspace, add_classes(workspace, class_count, kept, rng))
            timings, details = trial.measured(repeats, peers)
            details |= trial.workers(workers, repeats) if workers > 1 else {}
            setting: dict[str, Any] = {"items": items, "classes": class_count, "dimension": dimension, "kept": kept}
            setting |= {
                "repeats": repeats,
                "seed": seed,
                "database": make_url(workspace.catalogue.url).get_backend_name(),
            }
            return report_of("enrich", setting, timings, exact=trial.is_exact(), details=details)


class _Trial:
    """Classes on one archive."""

    def __init__(self, workspace: Workspace, ids: list[str]) -> None:
        self.workspace, self.ids = workspace, ids
        with workspace.catalogue.read() as connection:
            models = classes.models_of(connection, [(one, 1) for one in ids])
        self.models = [models[one, 1] for one in ids]
        self.weights = np.stack([np.frombuffer(model.weights, "<f4") for model in self.models])
        self.thresholds = np.array([model.threshold for model in self.models], np.float32)

    @property
    def view(self) -> VectorSet:
        return self.workspace.vectors(self.workspace.embedding_set())

    def measured(self, repeats: int, peers: bool) -> tuple[dict[str, Timing], dict[str, Any]]:
        pairs = len(self.view) * len(self.ids)
        actions = {"ours": self.enrich, "chosen exactly, not written": self.choose, "our product alone": self.multiply}
        others, left_out = products_of((self.view, self.weights, self.thresholds)) if peers else ({}, [])
        timings = timed_together(actions | others, repeats, before={"ours": self.clear})
        report = self.workspace.job(self.workspace.jobs(1)[0].id).report
        plain = [name for name in timings if name.startswith("torch")] or ["our product alone"]
        floor = min(plain, key=lambda name: timings[name].median)
        rates = {name: float(f"{1000 * pairs / timing.median:.3g}") for name, timing in timings.items()}
        details: dict[str, Any] = {
            "floor": floor,
            "items × classes a second": rates,
            "share of the floor's speed, median and best": [
                round(timings[floor].median / timings["ours"].median, 3),
                round(min(timings[name].best for name in plain) / timings["ours"].best, 3),
            ],
            "predictions written": report["predicted"],
            "scored again on the originals": report["rescored"],
        }
        if left_out:
            details["left out"] = left_out
        return {"floor": timings[floor], **timings}, details

    def enrich(self) -> None:
        self.workspace.enrich(self.ids, everything=True)

    def choose(self) -> Any:
        rows = np.arange(len(self.view))
        return self.view.reaching(rows, self.weights, np.zeros(len(self.ids), np.float32), self.thresholds)

    def multiply(self) -> Any:
        rows, never = np.arange(len(self.view)), np.full(len(self.ids), 1e9, np.float32)
        return self.view.reaching(rows, self.weights, np.zeros(len(self.ids), np.float32), never)

    def clear(self) -> None:
        with self.workspace.catalogue.write() as connection:
            for table in (prediction, enriched):
                connection.execute(table.delete())

    def is_exact(self) -> bool:
        """The predictions of some classes are those of a full scan of the originals."""
        self.clear()
        self.enrich()
        view = self.view
        for model in self.models[:: max(1, len(self.models) // CHECKED)]:
            scores = view.scores(np.frombuffer(model.weights, "<f4"), model.bias)
            wanted = np.flatnonzero(scores >= np.float32(model.threshold))
            mine = prediction.select().where(prediction.c.class_id == model.class_id).order_by(prediction.c.item)
            with self.workspace.catalogue.read() as connection:
                found = connection.execute(mine).all()
            if [one.item for one in found] != view.numbers[wanted].tolist():
                return False
            if not np.array_equal(np.array([one.score for one in found], np.float32), scores[wanted]):
                return False
        return True

    # --- processes ------------------------------------------------------------------------------------------------

    def workers(self, count: int, repeats: int) -> dict[str, Any]:
        """How much faster so many processes do the units of a job than one, each with one thread."""
        taken: dict[int, list[float]] = {1: [], count: []}
        peaks: list[float] = []
        with one_thread(), processes(1) as one, processes(count) as several:
            for repeat in range(repeats + 1):
                for number, pool in ((1, one), (count, several)):
                    seconds, peak = self._by(pool, number)
                    peaks.append(peak)
                    if repeat:  # the first one warms up
                        taken[number].append(seconds)
        ratios = [first / second for first, second in zip(taken[1], taken[count], strict=True)]
        return {
            "seconds of one worker and of several": {n: round(float(np.median(s)), 3) for n, s in taken.items()},
            "faster by": round(float(np.median(ratios)), 2),
            "most memory of a worker, MB": round(max(peaks)),
            "vectors and codes on disk, MB": 3 * len(self.view) * self.view.dimension >> 20,
        }

    def _by(self, pool: ProcessPoolExecutor, count: int) -> tuple[float, float]:
        self.clear()
        job = jobs.create(self.workspace, "enrich", {"names": self.ids, "collection": None, "everything": True})
        units = self.workspace.plan_job(job.id)
        folder = str(self.workspace.folder)
        list(pool.map(_open, [folder] * count))
        started = time.perf_counter()
        peaks = list(pool.map(_do, [folder] * len(units), units))
        seconds = time.perf_counter() - started
        self.workspace.finish_job(job.id)
        return seconds, max(peaks)


_OPENED: dict[str, Workspace] = {}


def _open(folder: str) -> None:
    if folder not in _OPENED:
        _OPENED[folder] = Workspace.open(folder)
        time.sleep(0.5)  # so that every process of the pool gets one


def _do(folder: str, unit: Unit) -> float:
    """Do a unit; returns the most memory that this process had, in megabytes."""
    _open(folder)
    _OPENED[folder].do_unit(unit)
    return peak_megabytes()
