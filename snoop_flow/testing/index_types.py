"""What the engine relies on in an index type."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from snoop_flow.plugin_types import FloatArray, Hits, Index, IndexTypeSpec, Mask, VectorView
from snoop_flow.testing.claims import require, require_facts
from snoop_flow.testing.index_updates import check_updates
from snoop_flow.testing.views import ArrayView, class_vectors

FACTS = "facts.json"
TOLERANCE = 2e-5  # of a score, for an exact type; float32 sums differ in their last digits


def check_index_type(
    spec: IndexTypeSpec, *, rows: int = 3000, dimension: int = 48, recall: float = 0.8, seed: int = 0
) -> None:
    """Check an index type by building it over made-up vectors and comparing its answers with a full scan.

    Covered: what it writes, opening it after its folder was moved, opening it twice, order and truth of the scores,
    queries that are no unit vectors, masks from all to nothing, score bands, counts beyond the number of rows,
    tiny corpora, several threads, and bringing it up to date, if it says that it can.

    Args:
        spec: what to check.
        rows: N of the largest view that is built.
        dimension: D.
        recall: mean share of the best 20 that an approximate type must find for vectors of classes; an exact type
            must find them all.
        seed: of the made-up vectors.

    Raises:
        AssertionError: something does not hold; the message says what.
    """
    require_facts("index type", spec.name, spec.title)
    rng = np.random.default_rng(seed)
    view = ArrayView.of_clusters(rows, dimension, rng)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-") as folder:
        index = _built(spec, view, Path(folder) / "large")
        trial = _Trial(spec, index, view)
        queries = class_vectors(view.vectors, 12, rng)
        trial.check_queries(queries, recall)
        trial.check_masks(queries, rng)
        trial.check_bands(queries, rng)
        _check_threads(spec, index, queries)
        _check_reopening(spec, Path(folder) / "large", view, queries[0], index)
        for small in (1, 2, 7, 60):
            _check_small(spec, view.vectors[:small], Path(folder) / f"small-{small}")
        check = partial(_check_updated, spec, queries, recall)
        check_updates(spec, view, Path(folder) / "updates", check, rng)


def _built(spec: IndexTypeSpec, view: ArrayView, folder: Path) -> Index:
    """Build and open as the engine does it: beside the place, renamed when done."""
    building = folder.with_name(folder.name + ".building")
    building.mkdir()
    before = view.vectors.copy()
    spec.build(view, building, np.random.default_rng(0))
    require(np.array_equal(before, view.vectors), f"{spec.name}: building changed the vectors of the view")
    for path in building.iterdir():
        require(path.is_file(), f"{spec.name}: wrote {path.name}, which is no file; write plain files, no folders")
        if path.name == FACTS:
            facts = json.loads(path.read_text("utf-8"))
            require(isinstance(facts, dict), f"{spec.name}: {FACTS} must hold one JSON object")
    building.rename(folder)
    return spec.open(folder, view)


class _Trial:
    """One opened index beside the truth of a full scan."""

    def __init__(self, spec: IndexTypeSpec, index: Index, view: ArrayView) -> None:
        self._name, self._exact = spec.name, spec.exact
        self._index, self._view = index, view

    def search(self, query: FloatArray, count: int, allowed: Mask | None = None, below: float | None = None) -> Hits:
        """Search, and check everything that holds for each answer whatever the query."""
        given, mask = query.copy(), None if allowed is None else allowed.copy()
        hits = self._index.search(query, count, allowed=allowed, below=below)
        require(np.array_equal(given, query), f"{self._name}: search changed the query that it was given")
        require(
            mask is None or allowed is None or np.array_equal(mask, allowed),
            f"{self._name}: search changed the mask it was given",
        )
        self._check_form(hits)
        true = self._view.vectors[hits.rows] @ query
        slack = TOLERANCE * max(1.0, float(np.linalg.norm(query)))
        off = float(np.abs(true - hits.scores).max(initial=0.0))
        allowance = slack if self._exact else 500 * slack
        require(off <= allowance, f"{self._name}: a score is off by {off:.3g}; it must be the inner product")
        if allowed is not None:
            require(bool(allowed[hits.rows].all()), f"{self._name}: returned a row that the mask does not allow")
        if below is not None:
            above = float(hits.scores.max(initial=-np.inf)) - below
            require(above <= slack, f"{self._name}: returned a score {above:.3g} above `below`")
        possible = self._scores(query, allowed, below)
        self._check_count(len(hits.rows), count, possible, slack, below)
        return hits

    def _check_form(self, hits: Hits) -> None:
        name = self._name
        require(hits.rows.shape == hits.scores.shape == (len(hits.rows),), f"{name}: rows and scores differ in length")
        require(hits.rows.dtype == np.intp, f"{name}: rows are {hits.rows.dtype}; must be intp")
        require(hits.scores.dtype == np.float32, f"{name}: scores are {hits.scores.dtype}; must be float32")
        inside = (hits.rows >= 0) & (hits.rows < len(self._view.vectors))
        require(bool(inside.all()), f"{name}: returned a row that is not in the view")
        require(len(np.unique(hits.rows)) == len(hits.rows), f"{name}: returned a row twice")
        require(bool((np.diff(hits.scores) <= 0).all()), f"{name}: scores are not in falling order")

    def _check_count(self, found: int, count: int, possible: FloatArray, slack: float, below: float | None) -> None:
        # a score that equals `below` but for its last digits may be in or out
        doubtful = 0 if below is None else int((possible > below - slack).sum())
        least, most = min(count, len(possible) - doubtful), min(count, len(possible))
        require(
            least <= found <= most, f"{self._name}: returned {found} rows where {count} were wanted and {most} possible"
        )

    def _scores(self, query: FloatArray, allowed: Mask | None, below: float | None) -> FloatArray:
        scores = self._view.vectors @ query
        keep = np.ones(len(scores), bool) if allowed is None else allowed.copy()
        if below is not None:
            keep &= scores <= below + TOLERANCE * max(1.0, float(np.linalg.norm(query)))
        best: FloatArray = -np.sort(-scores[keep])
        return best

    def check_queries(self, queries: FloatArray, recall: float) -> None:
        """The best 20 are found, for classes, data points, and queries of any length."""
        shares = [self._share(query) for query in queries]
        mean = float(np.mean(shares))
        require(mean >= recall, f"{self._name}: found {mean:.0%} of the best 20 of classes, not {recall:.0%} or more")
        for query in (self._view.vectors[5], -queries[0], 7.5 * queries[1], 0.01 * queries[2], 0 * queries[0]):
            self._share(query)
        self.search(queries[0], 1)
        self.search(queries[0], len(self._view.vectors) + 10)

    def _share(self, query: FloatArray, allowed: Mask | None = None, below: float | None = None) -> float:
        """The share of the best 20 that is found; compared by score, so that ties are no matter."""
        found = self.search(query, 20, allowed, below).scores
        best = self._scores(query, allowed, below)[:20]
        slack = 2 * TOLERANCE * max(1.0, float(np.linalg.norm(query)))
        if self._exact:
            same = bool(np.allclose(found, best[: len(found)], atol=slack))
            require(same, f"{self._name}: says that it is exact, but the best 20 are not those of a full scan")
        return float((found >= best[-1] - slack).mean()) if len(best) else 1.0

    def check_masks(self, queries: FloatArray, rng: np.random.Generator) -> None:
        """Filters act inside the search: as many rows come back as are allowed."""
        total = len(self._view.vectors)
        for share in (1.0, 0.5, 0.1, 0.02):
            self._share(queries[3], rng.random(total) < share)
        # rows that the query would never meet on its way
        worst = np.zeros(total, bool)
        worst[np.argsort(self._view.vectors @ queries[4])[:30]] = True
        self._share(queries[4], worst)
        one = np.arange(total) == total // 2
        self._share(queries[5], one)
        self._share(queries[5], np.zeros(total, bool))

    def check_bands(self, queries: FloatArray, rng: np.random.Generator) -> None:
        """A band's upper end acts inside the search, near the top, deep below, and beyond the worst."""
        scores = self._scores(queries[6], None, None)
        half = rng.random(len(scores)) < 0.5
        for place in (3, len(scores) // 50, len(scores) // 2, len(scores) - 20):
            below = _gap(scores[place:])
            self._share(queries[6], None, below)
            self._share(queries[6], half, below)
        self._share(queries[6], None, float(scores[0]) + 1)
        nothing = self.search(queries[6], 20, below=float(scores[-1]) - 1)
        require(not len(nothing.rows), f"{self._name}: returned rows where every score is above `below`")


def _gap(scores: FloatArray) -> float:
    """A bound in the widest gap of the first 20 scores, so that no rounding moves a score across it."""
    near = scores[:20]
    widest = int(np.argmin(np.diff(near)))
    return float(near[widest] + near[widest + 1]) / 2


def _check_threads(spec: IndexTypeSpec, index: Index, queries: FloatArray) -> None:
    alone = [index.search(query, 20) for query in queries]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda query: index.search(query, 20), np.tile(queries, (4, 1))))
    for place, hits in enumerate(together):
        same = _same(hits, alone[place % len(alone)])
        require(same, f"{spec.name}: gave another answer while other threads searched")


def _check_reopening(spec: IndexTypeSpec, folder: Path, view: VectorView, query: FloatArray, first: Index) -> None:
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = spec.open(folder, view)
    require(_same(again.search(query, 20), first.search(query, 20)), f"{spec.name}: opened again it answers otherwise")
    now = {path.name: path.read_bytes() for path in folder.iterdir()}
    require(kept == now, f"{spec.name}: opening or searching changed its files; their digests are checked")


def _check_updated(spec: IndexTypeSpec, queries: FloatArray, recall: float, index: Index, view: ArrayView) -> None:
    trial = _Trial(spec, index, view)
    trial.check_queries(queries, recall)
    trial.check_masks(queries, np.random.default_rng(0))
    trial.check_bands(queries, np.random.default_rng(0))


def _check_small(spec: IndexTypeSpec, vectors: FloatArray, folder: Path) -> None:
    view = ArrayView(vectors)
    hits = _Trial(spec, _built(spec, view, folder), view).search(vectors[0], 5)
    require(0 in hits.rows[:2], f"{spec.name}: over {len(vectors)} rows a vector does not find itself")


def _same(one: Hits, other: Hits) -> bool:
    return np.array_equal(one.rows, other.rows) and bool(np.allclose(one.scores, other.scores, atol=1e-6))
