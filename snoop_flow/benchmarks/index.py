"""Index types and other engines beside the exact scan: time to build, size, time to answer, and what they find.

What they find is measured for fitted classes, of which the exact scan finds all. `milliseconds` are those of the best
1 000; the table in the details has the rest. Everything is asked by turns.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.corpora import Vectors, made_up, multiplied, read_features, sealed
from snoop_flow.benchmarks.engines import Rows, Search, engines
from snoop_flow.benchmarks.measuring import BenchReport, Timing, report_of, timing_of
from snoop_flow.errors import PluginError, UsageError
from snoop_flow.host import PluginHost
from snoop_flow.learning import trial_classes
from snoop_flow.plugin_types import IndexTypeSpec
from snoop_flow.vectors import VectorSet

DEPTHS = (50, 1_000)
SAMPLE = 6_000
OURS = "exact scan"


def bench_index(
    *,
    items: int = 200_000,
    dimension: int = 768,
    classes: int = 24,
    seed: int = 0,
    features: Path | None = None,
    only: Sequence[str] = (),
    peers: bool = True,
    store: str | None = None,
) -> BenchReport:
    """Measure every index type that is installed, and other engines.

    Args:
        classes: fitted weight vectors that are searched for; as many pictures are searched for as well.
        features: a `.npy` file from whose vectors the corpus is made: as they are, where it has enough of them.
        only: index types and engines to measure, instead of all.
        peers: measure other engines as well.
        store: an address such as `s3://bucket/bench` where LanceDB keeps one more table.
    """
    if items < max(DEPTHS) or classes < 1:
        raise UsageError(f"items {items}, classes {classes}: give at least {max(DEPTHS)} items and one class")
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder:
        kind, dimension, blocks = _corpus(items, dimension, features, rng)
        view = sealed(Path(folder) / "vectors", blocks, dimension)
        trial = _Trial.of(view, classes, rng)
        contenders, left_out = _contenders(view, Path(folder), only, peers, store)
        setting = {"items": items, "dimension": dimension, "vectors": kind, "classes": classes, "seed": seed}
        return _report(view, trial, contenders, setting, left_out)


def _corpus(
    items: int, dimension: int, features: Path | None, rng: np.random.Generator
) -> tuple[str, int, Iterator[Vectors]]:
    if features is None:
        return "made up", dimension, made_up(items, dimension, rng)
    given = read_features(features)
    if len(given) >= items:
        return "as given", given.shape[1], iter([given[np.sort(rng.choice(len(given), items, replace=False))]])
    return f"multiplied from {len(given)}", given.shape[1], multiplied(given, items, rng)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Queries, the classes first, then as many pictures, and the true answers to all."""

    queries: NDArray[np.float32]
    truth: tuple[Rows, ...]
    classes: int

    @classmethod
    def of(cls, view: VectorSet, count: int, rng: np.random.Generator) -> _Trial:
        sample = view.gather(np.sort(rng.choice(len(view), min(len(view), SAMPLE), replace=False)))
        pictures = sample[rng.choice(len(sample), count)]
        queries = np.concatenate([trial_classes(sample, count, rng), pictures])
        return cls(queries, tuple(view.scan(query).top(max(DEPTHS)).rows for query in queries), count)


@dataclass(slots=True)
class _Contender:
    """A way to search, and what was measured of it."""

    search: Search
    build_seconds: float = 0.0
    megabytes: float = 0.0
    taken: dict[int, list[float]] = field(default_factory=lambda: {depth: [] for depth in DEPTHS})
    shares: dict[str, list[float]] = field(default_factory=dict)

    def ask(self, query: NDArray[np.float32], depth: int, truth: Rows, sort: str) -> None:
        started = time.perf_counter()
        rows = self.search(query, depth)
        self.taken[depth].append(1000 * (time.perf_counter() - started))
        share = len(np.intersect1d(rows, truth[:depth])) / depth
        self.shares.setdefault(f"{sort} {depth}", []).append(share)

    def row(self) -> dict[str, float]:
        found = {f"recall_at_{depth}": round(float(np.mean(self.shares[f"class {depth}"])), 4) for depth in DEPTHS}
        return {
            "build_seconds": round(self.build_seconds, 1),
            "megabytes": round(self.megabytes, 1),
            **{f"milliseconds_{depth}": timing_of(self.taken[depth]).median for depth in DEPTHS},
            **found,
            "worst_recall_at_50": round(float(np.min(self.shares["class 50"])), 4),
            "recall_at_50_of_pictures": round(float(np.mean(self.shares["picture 50"])), 4),
        }


def _contenders(
    view: VectorSet, folder: Path, only: Sequence[str], peers: bool, store: str | None
) -> tuple[dict[str, _Contender], list[str]]:
    """(contenders by name, what was left out and why); each in a folder of its own."""
    types = PluginHost().index_types
    fills: dict[str, Callable[[Path], Search]] = {
        name: _of_type(view, spec) for name, spec in types.items() if name != "exact"
    }
    for name, (make, address) in engines(store).items() if peers else ():
        fills[name] = lambda place, make=make, address=address: make(view, address or str(place))  # type: ignore[misc]
    if unknown := sorted(set(only) - set(fills)):
        raise UsageError(f"{', '.join(unknown)}: nothing of this name can be measured; there are {', '.join(fills)}")
    found: dict[str, _Contender] = {}
    left_out = []
    for number, (name, fill) in enumerate(fills.items()):
        if only and name not in only:
            continue
        place = folder / str(number)
        place.mkdir()
        started = time.perf_counter()
        try:
            search = fill(place)
        except (ImportError, PluginError) as error:
            left_out.append(f"{name}: {str(error).splitlines()[0]}")
            continue
        seconds = time.perf_counter() - started
        bytes_ = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
        found[name] = _Contender(search, seconds, bytes_ / 1e6)
    return found, left_out


def _of_type(view: VectorSet, spec: IndexTypeSpec) -> Callable[[Path], Search]:
    def fill(place: Path) -> Search:
        spec.build(view, place, np.random.default_rng(0))
        index = spec.open(place, view)
        return lambda query, count: index.search(query, count).rows

    return fill


def _report(
    view: VectorSet, trial: _Trial, contenders: dict[str, _Contender], setting: dict[str, Any], left_out: list[str]
) -> BenchReport:
    ours = _Contender(lambda query, count: view.scan(query).top(count).rows)
    floor: list[float] = []
    everybody = {OURS: ours, **contenders}
    for contender in everybody.values():  # once to warm up
        contender.search(trial.queries[0], max(DEPTHS))
    for number, (query, truth) in enumerate(zip(trial.queries, trial.truth, strict=True)):
        started = time.perf_counter()
        view.read_codes()
        floor.append(1000 * (time.perf_counter() - started))
        for depth in DEPTHS:
            for contender in everybody.values():
                contender.ask(query, depth, truth, "class" if number < trial.classes else "picture")
    deepest = max(DEPTHS)
    timings: dict[str, Timing] = {"floor": timing_of(floor), "ours": timing_of(ours.taken[deepest])}
    timings |= {name: timing_of(contender.taken[deepest]) for name, contender in contenders.items()}
    details: dict[str, Any] = {"table": {name: contender.row() for name, contender in everybody.items()}}
    if left_out:
        details["left_out"] = left_out
    return report_of("index", setting, timings, exact=_is_exact(view, trial), details=details)


def _is_exact(view: VectorSet, trial: _Trial) -> bool:
    """The true answers are those of a plain float32 product over all originals, but for the order of equal scores."""
    scores = np.concatenate([block @ trial.queries.T for block in view.blocks()])
    for place, rows in enumerate(trial.truth):
        best = np.sort(scores[:, place])[::-1][: len(rows)]
        if not np.allclose(scores[rows, place], best, rtol=0, atol=1e-5):
            return False
    return True
