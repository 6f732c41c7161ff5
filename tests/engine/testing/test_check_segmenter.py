"""The contract suite for segmenters passes what keeps it, and names what does not in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from snoop_flow.builtin.windows import WINDOWS
from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.plugin_types import Segment, SegmenterContext, SegmenterSpec
from snoop_flow.testing import check_segmenter

Yield = Callable[[SegmenterContext, Sequence[Item]], Iterator[Any]]


def _spec(yields: Yield) -> SegmenterSpec:
    class Opened:
        def __init__(self, context: SegmenterContext) -> None:
            self._context = context

        def segment(self, record: Record, items: Sequence[Item]) -> Iterator[Segment]:
            yield from yields(self._context, items)

    return SegmenterSpec("trial", "On trial", (ItemKind.REGION,), Opened)


def _box(x: float, y: float, w: float, h: float) -> Yield:
    return lambda _, items: (Segment(item, (x, y, w, h)) for item in items)


def test_windows_keep_the_contract() -> None:
    check_segmenter(WINDOWS)
    check_segmenter(_spec(_box(-5, -5, 20, 20)))


_CALLS = iter(range(1000))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (_spec(lambda _, items: iter(["a box" for _ in items])), "gave 'a box'; must be a Segment"),
        (_spec(_box(0, 0, 0, 5)), r"box \(0, 0, 0, 5\) has no area"),
        (_spec(_box(0, 0, float("nan"), 5)), "has no area"),
        (_spec(_box(99_999, 0, 5, 5)), "lies outside of the canvas"),
        (_spec(lambda _, items: iter(())), "finds nothing on"),
        (
            _spec(lambda _, items: (Segment(replace(item, number=999), (0, 0, 5, 5)) for item in items)),
            "of another item",
        ),
        (_spec(lambda _, items: (Segment(item, (0, 0, 5, 1 + next(_CALLS))) for item in items)), "others on a second"),
        (replace(WINDOWS, kinds=(ItemKind.KEYFRAME,)), "must hold <ItemKind.REGION"),
        (replace(WINDOWS, title=" "), "name and title must say something"),
    ],
)
def test_what_does_not_is_told_in_one_line(spec: SegmenterSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says) as caught:
        check_segmenter(spec)
    assert "\n" not in str(caught.value)
