"""Searching: a query vector against the whole corpus, or words against titles and metadata, or both.

Filters act inside the search. Where there is no usable index, the scan is exact.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from snoop_flow.cards import cards
from snoop_flow.entities import EmbeddingSet
from snoop_flow.errors import IntegrityError, NotFoundError, PluginError, UsageError
from snoop_flow.indexing import index_type, open_index, recall_of
from snoop_flow.plugin_types import FloatArray, Hits, Mask
from snoop_flow.plugin_types import Index as OpenIndex
from snoop_flow.regions.merging import PER_IMAGE, best_regions
from snoop_flow.reports import SearchReport
from snoop_flow.searching.neighbours import check_range, one_of_each, seen_before, with_neighbours
from snoop_flow.searching.querying import Box, Query, query_vector, reads, set_of, vector_of
from snoop_flow.searching.wording import DEEP, by_words, check_way, fused, having_words
from snoop_flow.store import classes, collections, indexes, items, marks
from snoop_flow.vectors import VectorSet
from snoop_flow.workspace import Scope, Workspace

EXACT = "exact"
log = logging.getLogger(__name__)

__all__ = ["Box", "Query", "query_vector", "scope_mask", "search"]


def search(
    workspace: Workspace,
    query: Query | None = None,
    *,
    text: str | None = None,
    image: bytes | None = None,
    url: str | None = None,
    items: Sequence[str] = (),
    negatives: Sequence[str] = (),
    visual_class: str | None = None,
    region: tuple[str, Box] | None = None,
    negative_text: str | None = None,
    count: int = 60,
    collection: str | None = None,
    index: str | None = None,
    class_name: str | None = None,
    text_in: str | None = None,
    regions: bool = False,
    per_image: int = PER_IMAGE,
    temporal_range: float = 0.0,
    neighbours: bool = False,
) -> SearchReport:
    """Rank the corpus by likeness to a query.

    Args:
        query: the query as one value, instead of its parts.
        count: how many results.
        collection: slug of the only collection to search.
        index: index type to use; by default the newest built one, else an exact scan.
        class_name: class whose marks are shown on the cards.
        text_in: where a text is looked for: in `words` of titles and metadata, in `pictures`, or in `both`, whose
            rankings are fused; by default in both where the backbone reads texts, else in words.
        regions: rank parts of the images that were segmented; the answer for an image is its best region.
        per_image: how many regions of one image may be among the results.
        temporal_range: of keyframes of one film that lie no more seconds apart one is shown; those that are nearly the
            same are shown once in any case.
        neighbours: bring in the keyframes within the range around each one shown, beyond `count`.

    Raises:
        UsageError: nothing is asked, only what it is not, or the backbone makes nothing of the query.
        NotFoundError: an item, class or collection does not exist, or nothing is embedded or segmented.
        SourceError: the query image cannot be fetched or decoded.
    """
    started = time.perf_counter()
    asked = query or Query(text, image, url, items, negatives, visual_class, region, negative_text)
    asked.check()
    _refuse_none("results", count)
    _refuse_none("results of an image", per_image)
    check_range(temporal_range)
    shown = _marks(workspace, class_name)
    known = _set_or_none(workspace, asked, regions)
    way = _way(workspace, asked, known, check_way(text_in))
    if known is None or (way == "words" and not asked.pictorial):
        merged = by_words(workspace, asked.words, asked.unwanted, collection, count)
        found = cards(workspace, list(merged), marks=shown, why="words", merged=merged)
        if neighbours:
            found = with_neighbours(workspace, found, temporal_range, shown)
        return SearchReport(found, 1.0, _milliseconds(started), "words", True, "")
    view = workspace.vectors(known)
    words = asked if way == "words" else None
    allowed, coverage = _scope(workspace, view, collection, words)
    vector, bias = vector_of(workspace, asked, known, view)
    answering = _index(workspace, known, view, index)
    wanted = max(count, DEEP) if way == "both" and not view.regional else count
    ways = (temporal_range, per_image)
    hits, stands_for = _hits(workspace, view, answering.opened, vector, wanted, allowed, ways)
    numbers, scores = view.numbers[hits.rows].tolist(), (hits.scores + bias).tolist()
    merged = dict(zip(numbers, stands_for, strict=True))
    name = answering.name
    if way == "both" and not view.regional:
        titles = by_words(workspace, asked.words, asked.unwanted, collection, wanted)
        by_likeness = dict(zip(numbers, scores, strict=True))
        merged = titles | merged
        numbers = fused([numbers, seen_before(workspace, numbers, list(titles))], count)
        scores, name = [by_likeness.get(number) for number in numbers], f"{name} and words"
    found = cards(workspace, numbers, scores, marks=shown, why="search", merged=merged)
    if neighbours:
        found = with_neighbours(workspace, found, temporal_range, shown)
    how = (name, answering.exact, known.backbone, answering.recall)
    return SearchReport(found, coverage, _milliseconds(started), *how)


def _refuse_none(what: str, count: int) -> None:
    if count < 1:
        raise UsageError(f"number of {what} {count}: must be at least 1")


def _set_or_none(workspace: Workspace, asked: Query, regions: bool) -> EmbeddingSet | None:
    """The vectors to search; None where there are none yet and the query is nothing but words."""
    try:
        return set_of(workspace, asked, regions=regions)
    except NotFoundError:
        if asked.pictorial:
            raise
        return None


def _way(workspace: Workspace, asked: Query, known: EmbeddingSet | None, wanted: str | None) -> str:
    """Where the text of a query is looked for."""
    if not (asked.words or asked.unwanted):
        return "pictures"
    able = known is not None and reads(workspace, known)
    if wanted in ("pictures", "both") and not able:
        by = f"the backbone {known.backbone} reads no text" if known else "nothing is embedded yet"
        raise UsageError(f"{by}; look for it in words, or embed with a backbone that reads texts")
    return wanted or ("both" if able else "words")


def _hits(
    workspace: Workspace,
    view: VectorSet,
    opened: OpenIndex,
    vector: FloatArray,
    count: int,
    allowed: Mask | None,
    ways: tuple[float, int],
) -> tuple[Hits, list[int]]:
    """The best, and how many others each stands for.

    Args:
        ways: the temporal range, and how many regions of one image.
    """

    def find(wanted: int) -> Hits:
        return opened.search(vector, wanted, allowed=allowed)

    if not view.regional:
        return one_of_each(workspace, view, find, count, ways[0])
    hits = best_regions(workspace, view, find, count, ways[1])
    return hits, [0] * len(hits.rows)


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _marks(workspace: Workspace, class_name: str | None) -> dict[int, int]:
    if class_name is None:
        return {}
    with workspace.catalogue.read() as connection:
        return marks.current(connection, classes.find(connection, class_name).id)


# --- scope and index ---------------------------------------------------------------------------------------------


def _scope(
    workspace: Workspace, view: VectorSet, collection: str | None, asked: Query | None
) -> tuple[Mask | None, float]:
    """Which rows may answer, None for all; and which share of the images in scope has a vector.

    Args:
        asked: a query whose words narrow the answer.
    """
    allowed: Mask | None = None
    if collection is None and not view.regional:
        with workspace.catalogue.read() as connection:
            live = items.count(connection)
        coverage = round(len(view) / live, 4) if live else 1.0
    else:
        scope = _kept_scope(workspace, view, collection)
        coverage = round(scope.covered / scope.items, 4) if scope.items else 1.0
        allowed = None if collection is None else scope.rows.copy()
    if asked is None:
        return allowed, coverage
    allowed = np.ones(len(view), bool) if allowed is None else allowed
    if asked.words:
        allowed &= _rows_of(workspace, view, having_words(workspace, asked.words, collection))
    if asked.unwanted:
        allowed &= ~_rows_of(workspace, view, having_words(workspace, asked.unwanted, collection))
    return allowed, coverage


def _rows_of(workspace: Workspace, view: VectorSet, numbers: list[int]) -> Mask:
    """(N,) mask of the rows of some images, their regions included."""
    if view.regional:
        with workspace.catalogue.read() as connection:
            numbers = numbers + [region.number for region in items.regions_of(connection, numbers)]
    return np.isin(view.numbers, numbers)


def scope_mask(workspace: Workspace, view: VectorSet, collection: str | None) -> Mask:
    """(N,) mask of the rows of a collection, or of all, which the caller may change; raises `NotFoundError`."""
    if collection is None:
        return np.ones(len(view), bool)
    return _kept_scope(workspace, view, collection).rows.copy()


def _kept_scope(workspace: Workspace, view: VectorSet, collection: str | None) -> Scope:
    with workspace.catalogue.read() as connection:
        wanted = collections.by_slug(connection, collection).id if collection else None
        revision = items.revision(connection)

    def find() -> Scope:
        with workspace.catalogue.read() as connection:
            whole = np.array(items.numbers_in(connection, wanted), np.int64)
            every = items.numbers_in(connection, wanted, regions=True) if view.regional and collection else whole
        rows = np.isin(view.numbers, every) if collection else np.ones(0, bool)
        return Scope(rows, len(whole), int(np.isin(whole, view.numbers).sum()))

    return workspace.scope((view.state, wanted, *revision), find)


@dataclass(frozen=True, slots=True)
class _Answering:
    """The index that answers."""

    opened: OpenIndex
    name: str
    exact: bool
    recall: Mapping[str, float]


def _index(workspace: Workspace, known: EmbeddingSet, view: VectorSet, wanted: str | None) -> _Answering:
    with workspace.catalogue.read() as connection:
        built = None if wanted == EXACT else indexes.newest(connection, known.id, wanted)
    if built is None and wanted not in (None, EXACT):
        index_type(workspace, wanted)  # an unknown type is named as such
        raise NotFoundError(f"there is no {wanted} index yet; build it with: snoop-flow index --type {wanted}")
    if built is not None and built.type != EXACT and built.state == view.state:
        try:
            opened = workspace.opened_index(built, view, open_index)
            exact = index_type(workspace, built.type).exact
            return _Answering(opened, built.type, exact, {} if exact else recall_of(built.facts))
        except (IntegrityError, PluginError) as error:
            if wanted is not None:
                raise
            log.warning("the exact scan answers: %s", error)
    # no index, or one that does not cover the present vectors: the exact scan is always right
    return _Answering(index_type(workspace, EXACT).open(workspace.folder, view), EXACT, True, {})
