"""What selectors of items become in annotations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from snoop_flow.entities import Item, ItemKind
from snoop_flow.publishing.running import _box, _time


def _item(selector: str) -> Item:
    values = {"kind": ItemKind.REGION, "uri": "http://e.org/c", "selector": selector, "label": {}, "position": 0}
    size = {"width": 1000, "height": 500, "image": {}, "image_digest": "", "gone_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return Item(number=1, id="i", record_id="r", parent=None, **values, **size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("selector", "box"),
    [
        ("", None),
        ("t=1,2", None),
        ("xywh=10,20,30,40", [10, 20, 30, 40]),
        ("xywh=10.4,20.6,30.2,40", [10, 20, 31, 41]),
        ("xywh=990.5,0,20,500", [990, 0, 10, 500]),
        ("xywh=percent:50,50,50,50", [500, 250, 500, 250]),
        ("t=3&xywh=0,0,10,10", [0, 0, 10, 10]),
    ],
)
def test_boxes_are_whole_pixels_inside_the_canvas(selector: str, box: list[int] | None) -> None:
    assert _box(_item(selector)) == box


@pytest.mark.parametrize(
    ("selector", "time"),
    [
        ("", None),
        ("xywh=1,2,3,4", None),
        ("t=12.5,20", [12.5, 20.0]),
        ("t=12.5", [12.5, 12.54]),
        ("t=,20", [0.0, 20.0]),
        ("t=npt:0:01:05,0:01:06.5", [65.0, 66.5]),
        ("t=3,4&xywh=0,0,10,10", [3.0, 4.0]),
        ("xywh=0,0,10,10&t=3,4", [3.0, 4.0]),
        ("t=5,5", [5.0, 5.04]),
    ],
)
def test_times_are_stretches(selector: str, time: list[float] | None) -> None:
    assert _time(_item(selector)) == time
