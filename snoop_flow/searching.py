"""Searching: a query vector against the whole corpus, or words against titles and metadata.

Images, items, regions, texts (where the backbone reads them) and classes all become one vector; `+` adds and `−`
subtracts. Filters act inside the search. Where there is no usable index, the scan is exact.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL.Image import Image

from snoop_flow.cards import cards
from snoop_flow.entities import EmbeddingSet
from snoop_flow.errors import IntegrityError, NotFoundError, PluginError, UsageError
from snoop_flow.indexing import index_type, open_index, recall_of
from snoop_flow.plugin_types import FloatArray, Mask, TextBackbone
from snoop_flow.plugin_types import Index as OpenIndex
from snoop_flow.reports import SearchReport
from snoop_flow.store import classes, collections, embeddings, indexes, items, marks, records
from snoop_flow.vectors import VectorSet, usable
from snoop_flow.workspace import Scope, Workspace

EXACT = "exact"
SMALLEST = 1e-9  # length from which on a vector has a direction
NEGATIVE_SHARE = 0.5  # Rocchio's usual weight of what the query is not
Box = tuple[int, int, int, int]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; parts are combined.

    Attributes:
        text: words in any language.
        image: bytes of an image file.
        url: address of an image.
        items: ids of items to be like.
        negatives: ids of items to be unlike.
        visual_class: name of a class that has a model.
        region: an item and a box in its canvas pixels.
    """

    text: str | None = None
    image: bytes | None = None
    url: str | None = None
    items: Sequence[str] = ()
    negatives: Sequence[str] = ()
    visual_class: str | None = None
    region: tuple[str, Box] | None = None

    @property
    def pictorial(self) -> bool:
        """Whether anything but words is asked."""
        return bool(self.image or self.url or self.items or self.negatives or self.visual_class or self.region)


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
    count: int = 60,
    collection: str | None = None,
    index: str | None = None,
    class_name: str | None = None,
) -> SearchReport:
    """Rank the corpus by likeness to a query.

    Args:
        query: the query as one value, instead of its parts.
        count: how many results.
        collection: slug of the only collection to search.
        index: index type to use; by default the newest built one, else an exact scan.
        class_name: class whose marks are shown on the cards.

    Raises:
        UsageError: nothing is asked, or the backbone makes nothing of the query.
        NotFoundError: an item, class or collection does not exist, or nothing is embedded.
        SourceError: the query image cannot be fetched or decoded.
    """
    started = time.perf_counter()
    asked = query or Query(text, image, url, items, negatives, visual_class, region)
    if not asked.pictorial and not (asked.text or "").strip():
        raise UsageError("nothing to search for; give a text, an image, an item, a class or a region")
    if count < 1:
        raise UsageError(f"number of results {count}: must be at least 1")
    shown = _marks(workspace, class_name)
    if not asked.pictorial and (by_words := _by_words(workspace, asked, count, collection, started, shown)):
        return by_words
    known = _set_of(workspace, asked)
    view = workspace.vectors(known)
    allowed, coverage = _scope(workspace, view, collection, asked.text if not _reads(workspace, known) else None)
    vector, bias = _vector(workspace, asked, known, view)
    answering = _index(workspace, known, view, index)
    hits = answering.opened.search(vector, count, allowed=allowed)
    found = cards(workspace, view.numbers[hits.rows].tolist(), (hits.scores + bias).tolist(), marks=shown, why="search")
    how = (answering.name, answering.exact, known.backbone, answering.recall)
    return SearchReport(found, coverage, _milliseconds(started), *how)


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _marks(workspace: Workspace, class_name: str | None) -> dict[int, int]:
    if class_name is None:
        return {}
    with workspace.catalogue.read() as connection:
        return marks.current(connection, classes.find(connection, class_name).id)


# --- words -------------------------------------------------------------------------------------------------------


def _by_words(
    workspace: Workspace, asked: Query, count: int, collection: str | None, started: float, shown: dict[int, int]
) -> SearchReport | None:
    """Titles and metadata, when the backbone cannot read the text; None when it can."""
    try:
        known = workspace.embedding_set()
        if _reads(workspace, known):
            return None
    except NotFoundError:  # words can be searched before anything is embedded
        pass
    numbers = _matching(workspace, asked.text or "", collection, count)
    found = cards(workspace, numbers, marks=shown, why="words")
    return SearchReport(found, 1.0, _milliseconds(started), "words", True, "")


def _matching(workspace: Workspace, text: str, collection: str | None, limit: int) -> list[int]:
    words = records.fold(text).split()
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, collection).id if collection else None
        return items.with_words(connection, words, scope, limit)


def _reads(workspace: Workspace, known: EmbeddingSet) -> bool:
    return workspace.backbone_spec(known.backbone).reads_text


# --- the query vector --------------------------------------------------------------------------------------------


def _set_of(workspace: Workspace, asked: Query) -> EmbeddingSet:
    if asked.visual_class is None:
        return workspace.embedding_set()
    with workspace.catalogue.read() as connection:
        return embeddings.set_by_id(connection, classes.find(connection, asked.visual_class).set_id)


def query_vector(workspace: Workspace, asked: Query, known: EmbeddingSet) -> FloatArray:
    """What a query is among the vectors of a set, (D,) of unit length.

    Raises:
        UsageError: nothing is asked, the backbone does not read the text, or the parts take each other away.
        NotFoundError: an item or class does not exist or has no vector.
        SourceError: the image cannot be fetched or decoded.
    """
    if not asked.pictorial and not (asked.text or "").strip():
        raise UsageError("nothing is asked; give a text, an image, an item, a class or a region")
    if asked.text and not _reads(workspace, known):
        raise UsageError(
            f"the backbone {known.backbone} reads no text; give an image, an item or a region, "
            "or embed with a backbone that reads texts"
        )
    vector, _ = _vector(workspace, asked, known, workspace.vectors(known))
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < SMALLEST:
        raise UsageError("the parts of the query take each other away, and nothing is left; leave one out")
    return np.asarray(vector / np.float32(length), np.float32)


def _vector(workspace: Workspace, asked: Query, known: EmbeddingSet, view: VectorSet) -> tuple[FloatArray, float]:
    parts = [*_examples(workspace, asked, known, view)]
    if asked.visual_class and not parts:
        return _class_vector(workspace, asked.visual_class)
    if asked.visual_class:
        weights, _ = _class_vector(workspace, asked.visual_class)
        parts.append(weights / max(float(np.linalg.norm(weights)), 1e-12))
    total: FloatArray = np.sum(parts, axis=0, dtype=np.float32)
    return total / np.float32(max(float(np.linalg.norm(total)), 1e-12)), 0.0


def _examples(workspace: Workspace, asked: Query, known: EmbeddingSet, view: VectorSet) -> list[FloatArray]:
    parts: list[FloatArray] = []
    if asked.items:
        parts.append(vectors_of(workspace, asked.items, known, view).mean(axis=0))
    if asked.negatives:
        parts.append(-NEGATIVE_SHARE * vectors_of(workspace, asked.negatives, known, view).mean(axis=0))
    if asked.image:
        parts.append(_embed(workspace, known, workspace.decoder.decode(asked.image, uri="the query image")))
    if asked.url:
        size = workspace.backbone_spec(known.backbone).input_size
        parts.append(_embed(workspace, known, workspace.loader().load({"url": asked.url}, size)))
    if asked.region:
        parts.append(_region(workspace, asked.region, known))
    if asked.text and _reads(workspace, known):
        parts.append(_text(workspace, asked.text, known))
    return parts


def vectors_of(workspace: Workspace, ids: Sequence[str], known: EmbeddingSet, view: VectorSet) -> FloatArray:
    """Vectors of items, (n, D).

    Raises:
        NotFoundError: an item does not exist or has no vector.
    """
    with workspace.catalogue.read() as connection:
        found = items.by_ids(connection, list(ids))
    rows = view.rows_of([item.number for item in found])
    for item, row in zip(found, rows, strict=True):
        if row < 0:
            raise NotFoundError(f"item {item.id} has no vector of {known.backbone} yet; run: snoop-flow embed")
    return view.gather(rows)


def _embed(workspace: Workspace, known: EmbeddingSet, picture: Image) -> FloatArray:
    spec = workspace.backbone_spec(known.backbone)
    return _usable(workspace.open_backbone(spec).embed_images([picture]), known, "the query image")


def _usable(vectors: FloatArray, known: EmbeddingSet, what: str) -> FloatArray:
    """The one vector of a query, (D,); a vector of zeros would rank everything alike, and look like an answer."""
    if vectors.shape != (1, known.dimension):
        raise IntegrityError(f"backbone {known.backbone} gave vectors of shape {vectors.shape} for {what}")
    if not usable(vectors)[0]:
        raise UsageError(f"the backbone {known.backbone} makes nothing of {what}: its vector is zero or not finite")
    return np.asarray(vectors[0], np.float32)


def _region(workspace: Workspace, region: tuple[str, Box], known: EmbeddingSet) -> FloatArray:
    item_id, box = region
    with workspace.catalogue.read() as connection:
        item = items.by_ids(connection, [item_id])[0]
    x, y, w, h = box
    if w < 1 or h < 1 or x < 0 or y < 0 or x + w > item.width or y + h > item.height:
        raise UsageError(
            f"region {x},{y},{w},{h}: is not inside the canvas of {item.width} × {item.height}; "
            "give x,y,width,height in canvas pixels"
        )
    size = workspace.backbone_spec(known.backbone).input_size
    selector, canvas = f"xywh={x},{y},{w},{h}", (item.width, item.height)
    return _embed(workspace, known, workspace.loader().load(item.image, size, selector=selector, canvas_size=canvas))


def _text(workspace: Workspace, text: str, known: EmbeddingSet) -> FloatArray:
    backbone = workspace.open_backbone(workspace.backbone_spec(known.backbone))
    if not isinstance(backbone, TextBackbone):
        raise UsageError(f"backbone {known.backbone} says that it reads text, but gives no text vectors")
    return _usable(backbone.embed_texts([text]), known, "the text")


def _class_vector(workspace: Workspace, name: str) -> tuple[FloatArray, float]:
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
    if model is None:
        raise UsageError(f"class {found.name} has no model yet; mark a positive, then run: snoop-flow class fit")
    return np.frombuffer(model.weights, "<f4"), model.bias


# --- scope and index ---------------------------------------------------------------------------------------------


def _scope(
    workspace: Workspace, view: VectorSet, collection: str | None, words: str | None
) -> tuple[Mask | None, float]:
    if collection is None:
        with workspace.catalogue.read() as connection:
            live = items.count(connection)
        coverage = round(len(view) / live, 4) if live else 1.0
        if not words:
            return None, coverage
        allowed = np.ones(len(view), bool)
    else:
        scope = _collection_scope(workspace, view, collection)
        allowed = scope.rows.copy()
        coverage = round(float(np.count_nonzero(allowed)) / scope.items, 4) if scope.items else 1.0
    if words:
        matching = _matching(workspace, words, collection, len(view))
        allowed &= np.isin(view.numbers, matching)
    return allowed, coverage


def scope_mask(workspace: Workspace, view: VectorSet, collection: str | None) -> Mask:
    """(N,) mask of the rows of a collection, or of all, which the caller may change; raises `NotFoundError`."""
    if collection is None:
        return np.ones(len(view), bool)
    return _collection_scope(workspace, view, collection).rows.copy()


def _collection_scope(workspace: Workspace, view: VectorSet, collection: str) -> Scope:
    with workspace.catalogue.read() as connection:
        wanted = collections.by_slug(connection, collection).id
        revision = items.revision(connection)

    def find() -> Scope:
        with workspace.catalogue.read() as connection:
            numbers = np.array(items.numbers_in(connection, wanted), np.int64)
        return Scope(np.isin(view.numbers, numbers), len(numbers))

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
