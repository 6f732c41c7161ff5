"""What is looked for: parts of a query, and the one vector that they are among the vectors of a set.

Images, items, regions, texts (where the backbone reads them) and classes are added, what the query is not is
subtracted. Among vectors of regions every part is described as the regions are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL.Image import Image

from snoop_flow.entities import EmbeddingSet, Item, ItemKind, SetKind
from snoop_flow.errors import IntegrityError, NotFoundError, UsageError
from snoop_flow.learning import Boxes
from snoop_flow.plugin_types import FloatArray, TextBackbone
from snoop_flow.regions.drawing import checked, shares
from snoop_flow.regions.spaces import describer, region_set
from snoop_flow.store import classes, embeddings, items
from snoop_flow.vectors import VectorSet, usable
from snoop_flow.workspace import Workspace

SMALLEST = 1e-9  # length from which on a vector has a direction
NEGATIVE_SHARE = 0.5  # Rocchio's usual weight of what the query is not
WHOLE: Boxes = np.array([[0.0, 0.0, 1.0, 1.0]])
Box = tuple[int, int, int, int]
Load = Callable[[int], Image]


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
        negative_text: words for what it is not.
    """

    text: str | None = None
    image: bytes | None = None
    url: str | None = None
    items: Sequence[str] = ()
    negatives: Sequence[str] = ()
    visual_class: str | None = None
    region: tuple[str, Box] | None = None
    negative_text: str | None = None

    @property
    def pictorial(self) -> bool:
        """Whether anything but words is asked."""
        return bool(self.image or self.url or self.items or self.negatives or self.visual_class or self.region)

    @property
    def words(self) -> str:
        """The text without space around it."""
        return (self.text or "").strip()

    @property
    def unwanted(self) -> str:
        """The negative text without space around it."""
        return (self.negative_text or "").strip()

    def check(self, nothing: str = "nothing to search for") -> None:
        """Raise `UsageError` where nothing is asked for, which is said as `nothing`, or only what it is not."""
        if self.words or self.image or self.url or self.items or self.visual_class or self.region:
            return
        if self.negatives or self.unwanted:
            raise UsageError("the query says only what it is not; add a text, an image, an item, a class or a region")
        raise UsageError(f"{nothing}; give a text, an image, an item, a class or a region")


def reads(workspace: Workspace, known: EmbeddingSet) -> bool:
    """Whether the backbone of a set places texts among its images."""
    return workspace.backbone_spec(known.backbone).reads_text


def set_of(workspace: Workspace, asked: Query, *, regions: bool = False) -> EmbeddingSet:
    """The vectors among which a query is looked for: those of its class, else those last embedded or segmented.

    Raises:
        NotFoundError: nothing is embedded, or segmented, or there is no such class.
        UsageError: the class knows whole images, whose vectors are not those of regions.
    """
    if asked.visual_class is None:
        return region_set(workspace) if regions else workspace.embedding_set()
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, asked.visual_class)
        known = embeddings.set_by_id(connection, found.set_id)
    if not regions or known.kind is SetKind.REGION:
        return known
    parts = region_set(workspace)
    # a crop is embedded as an image of its own, so that what a class knows of images holds for it
    if parts.facts["by"] == "crops" and parts.facts["base"] == known.fingerprint:
        return parts
    raise UsageError(
        f"class {found.name} knows whole images, whose vectors are not those of regions; "
        "create a class of regions with: snoop-flow class create NAME --regions"
    )


def query_vector(workspace: Workspace, asked: Query, known: EmbeddingSet) -> FloatArray:
    """What a query is among the vectors of a set, (D,) of unit length.

    Raises:
        UsageError: nothing is asked, the backbone does not read the text, or the parts take each other away.
        NotFoundError: an item or class does not exist or has no vector.
        SourceError: the image cannot be fetched or decoded.
    """
    asked.check("nothing is asked")
    if (asked.words or asked.unwanted) and not reads(workspace, known):
        raise UsageError(
            f"the backbone {known.backbone} reads no text; give an image, an item or a region, "
            "or embed with a backbone that reads texts"
        )
    vector, _ = vector_of(workspace, asked, known, workspace.vectors(known))
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < SMALLEST:
        raise UsageError("the parts of the query take each other away, and nothing is left; leave one out")
    return np.asarray(vector / np.float32(length), np.float32)


def vector_of(workspace: Workspace, asked: Query, known: EmbeddingSet, view: VectorSet) -> tuple[FloatArray, float]:
    """The vector of a query and what is added to each score; a class alone keeps its own scale."""
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
    if data := asked.image:
        parts.append(_seen(workspace, known, lambda _: workspace.decoder.decode(data, uri="the query image")))
    if url := asked.url:
        parts.append(_seen(workspace, known, lambda longest: workspace.loader().load({"url": url}, longest)))
    if asked.region:
        parts.append(_region(workspace, asked.region, known))
    if reads(workspace, known):
        if asked.words:
            parts.append(_text(workspace, asked.words, known))
        if asked.unwanted:
            parts.append(-NEGATIVE_SHARE * _text(workspace, asked.unwanted, known))
    return parts


def vectors_of(workspace: Workspace, ids: Sequence[str], known: EmbeddingSet, view: VectorSet) -> FloatArray:
    """Vectors of items, (n, D); a region, or an image that was not segmented, is looked at now where it has none.

    Raises:
        NotFoundError: an item does not exist, or is an image that was not embedded.
    """
    with workspace.catalogue.read() as connection:
        found = items.by_ids(connection, list(ids))
    rows = view.rows_of([item.number for item in found])
    vectors = view.gather(np.maximum(rows, 0)) if len(view) else np.zeros((len(rows), view.dimension), np.float32)
    for place, (item, row) in enumerate(zip(found, rows, strict=True)):
        if row < 0:
            vectors[place] = _looked_at(workspace, item, known)
    return vectors


def _looked_at(workspace: Workspace, item: Item, known: EmbeddingSet) -> FloatArray:
    if known.kind is not SetKind.REGION and item.kind is not ItemKind.REGION:
        raise NotFoundError(f"item {item.id} has no vector of {known.backbone} yet; run: snoop-flow embed")
    return _of_box(workspace, item, shares([item]), known)


def _region(workspace: Workspace, region: tuple[str, Box], known: EmbeddingSet) -> FloatArray:
    item_id, box = region
    with workspace.catalogue.read() as connection:
        item = items.by_ids(connection, [item_id])[0]
    sides = np.array([item.width, item.height, item.width, item.height], np.float64)
    return _of_box(workspace, item, np.array([checked(item, box)], np.float64) / sides, known)


def _of_box(workspace: Workspace, item: Item, box: Boxes, known: EmbeddingSet) -> FloatArray:
    """The vector of a (1, 4) box in shares of an item's canvas."""
    loader = workspace.loader()
    if known.kind is SetKind.REGION:
        return _seen(workspace, known, lambda longest: loader.load(item.image, longest), box)
    x, y, w, h = (box[0] * (item.width, item.height, item.width, item.height)).tolist()
    selector, canvas = f"xywh={x:.2f},{y:.2f},{w:.2f},{h:.2f}", (item.width, item.height)
    return _seen(
        workspace, known, lambda longest: loader.load(item.image, longest, selector=selector, canvas_size=canvas)
    )


def _seen(workspace: Workspace, known: EmbeddingSet, load: Load, box: Boxes = WHOLE) -> FloatArray:
    """The vector of a picture, or of a box on it in a set of regions; `load` is told the longer side wanted."""
    if known.kind is SetKind.REGION:
        space = describer(workspace, known)
        found: FloatArray = space.describe(load(space.longest)).vectors(box)[0]
        return found
    spec = workspace.backbone_spec(known.backbone)
    return _usable(workspace.open_backbone(spec).embed_images([load(spec.input_size)]), known, "the query image")


def _text(workspace: Workspace, text: str, known: EmbeddingSet) -> FloatArray:
    backbone = workspace.open_backbone(workspace.backbone_spec(known.backbone))
    if not isinstance(backbone, TextBackbone):
        raise UsageError(f"backbone {known.backbone} says that it reads text, but gives no text vectors")
    return _usable(backbone.embed_texts([text]), known, "the text")


def _usable(vectors: FloatArray, known: EmbeddingSet, what: str) -> FloatArray:
    """The one vector of a query, (D,); a vector of zeros would rank everything alike, and look like an answer."""
    if vectors.shape != (1, known.dimension):
        raise IntegrityError(f"backbone {known.backbone} gave vectors of shape {vectors.shape} for {what}")
    if not usable(vectors)[0]:
        raise UsageError(f"the backbone {known.backbone} makes nothing of {what}: its vector is zero or not finite")
    return np.asarray(vectors[0], np.float32)


def _class_vector(workspace: Workspace, name: str) -> tuple[FloatArray, float]:
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
    if model is None:
        raise UsageError(f"class {found.name} has no model yet; mark a positive, then run: snoop-flow class fit")
    return np.frombuffer(model.weights, "<f4"), model.bias
