"""Segmenter `windows`: looks through windows of several sizes and keeps those that differ most from each other.

Most windows of a page look alike: text, or blank paper. Those that stand for all, found by farthest-first traversal,
hold its unlike parts, which is where objects are. Measured on printed pages: see `docs/explanation/regions.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.images import parse_box
from snoop_flow.learning import most_different, windows
from snoop_flow.plugin_types import Segment, Segmenter, SegmenterContext, SegmenterSpec

SCALES = (1.0, 0.5, 0.25, 0.125)  # of the longer side; the whole image comes first


class _Windows:
    def __init__(self, context: SegmenterContext) -> None:
        self._context = context

    def segment(self, record: Record, items: Sequence[Item]) -> Iterator[Segment]:
        for item in items:
            x, y, width, height = parse_box(item.selector, (item.width, item.height)) or (0, 0, item.width, item.height)
            found = windows(width, height, SCALES) + (x, y, 0, 0)
            vectors = self._context.describe(item, found)
            largest = int(np.argmax(found[:, 2] * found[:, 3]))
            # the engine keeps the whole image anyway, so that it counts as one more than is wanted
            for row in most_different(vectors, self._context.most + 1, first=largest)[1:]:
                left, top, across, down = (float(value) for value in found[row])
                yield Segment(item, (left, top, across, down))


def _open(context: SegmenterContext) -> Segmenter:
    return _Windows(context)


WINDOWS = SegmenterSpec(
    "windows", "Windows of several sizes that differ most from each other", (ItemKind.REGION,), _open
)
