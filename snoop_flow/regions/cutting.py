"""Cutting one image: what a segmenter finds on it becomes items, each with its vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.entities import EmbeddingSet, Item, Record
from snoop_flow.errors import FailureKind, PluginError, SourceError
from snoop_flow.plugin_types import FloatArray, Segment, Segmenter
from snoop_flow.regions.describing import Described, Describer
from snoop_flow.regions.drawing import region_row, shares
from snoop_flow.store import embeddings, items, records
from snoop_flow.vectors import usable
from snoop_flow.workspace import Workspace


@dataclass
class Context:
    """Implements `snoop_flow.plugin_types.SegmenterContext` for the picture at hand."""

    workspace: Workspace
    space: Describer
    most: int
    item: Item | None = None
    loaded: Image | None = None
    described: Described | None = field(default=None, repr=False)

    def hold(self, item: Item, picture: Image) -> None:
        """Go on to the next picture."""
        self.item, self.loaded, self.described = item, picture, None

    def picture(self, item: Item, longest: int) -> Image:
        """The picture of an item; that at hand is loaded already."""
        if self._holds(item) and self.loaded is not None and longest <= self.space.longest:
            return self.loaded
        return self.workspace.loader().load(item.image, longest)

    def describe(self, item: Item, boxes: NDArray[np.float64]) -> FloatArray:
        """Vectors of boxes on an item."""
        if self.described is None or not self._holds(item):
            self.hold(item, self.picture(item, self.space.longest))
            self.described = self.space.describe(self.picture(item, self.space.longest))
        sides = np.array([item.width, item.height, item.width, item.height], np.float64)
        return self.described.vectors(boxes / sides)

    def _holds(self, item: Item) -> bool:
        return self.item is not None and self.item.number == item.number


def cut(
    workspace: Workspace,
    known: EmbeddingSet,
    segmenter: str,
    cutter: Segmenter,
    context: Context,
    item: Item,
    picture: Image | SourceError,
) -> list[tuple[Item, FloatArray]]:
    """An item as a whole and its regions, new and outdated ones, each with its vector."""
    if isinstance(picture, SourceError):
        raise picture
    context.hold(item, picture)
    with workspace.catalogue.read() as connection:
        record = records.by_id(connection, item.record_id)
    rows = [_row(one, segmenter) for one in _segments(cutter, context, record, item)]
    with workspace.catalogue.write() as connection:
        items.add_regions(connection, list({row["id"]: row for row in rows}.values()))
        new = {row["id"] for row in rows}
        kept = embeddings.embedded(
            connection, known.id, numbers := _numbers(items.regions_of(connection, [item.number]))
        )
        regions = [one for one in items.by_numbers(connection, numbers).values() if one.id in new or one.number in kept]
    wanted = [item, *(one for one in regions if kept.get(one.number) != item.image_digest)]
    if context.described is None:
        context.described = context.space.describe(picture)
    vectors = context.described.vectors(shares(wanted))
    fit = usable(vectors)
    if not fit[0]:
        reason = f"the backbone {known.backbone} gave a vector that is zero or not finite"
        raise SourceError(FailureKind.INVALID, item.uri, reason)
    return [(one, vector) for one, vector, good in zip(wanted, vectors, fit, strict=True) if good]


def _segments(cutter: Segmenter, context: Context, record: Record, item: Item) -> list[Segment]:
    found = []
    for one in cutter.segment(record, [item]):
        if not isinstance(one, Segment) or one.item.number != item.number:
            raise PluginError("a segmenter gave something else than segments of the item; update its plugin")
        found.append(one)
        if len(found) == context.most:
            break
    return found


def _row(one: Segment, origin: str) -> dict[str, Any]:
    x, y, w, h = one.box
    left, top = max(0, round(x)), max(0, round(y))
    right, bottom = min(one.item.width, round(x + w)), min(one.item.height, round(y + h))
    if right <= left or bottom <= top:
        left, top = min(left, one.item.width - 1), min(top, one.item.height - 1)
        right, bottom = left + 1, top + 1
    label = {language: list(texts) for language, texts in one.label.items()}
    return region_row(one.item, (left, top, right - left, bottom - top), origin, label or None)


def _numbers(found: Sequence[Item]) -> list[int]:
    return [one.number for one in found]
