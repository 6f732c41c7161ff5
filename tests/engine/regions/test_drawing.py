"""A drawn box becomes a region at once, and the same box is the same region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Item
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.regions.drawing import Address, address
from snoop_flow.regions.spaces import region_set

Page = Callable[[Workspace, str], Item]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5m2k", Address("5m2k")),
        ("5m2k#xywh=1,2,3,4", Address("5m2k", (1, 2, 3, 4))),
        ("5m2k#xywh=pixel:1,2,3,4", Address("5m2k", (1, 2, 3, 4))),
        ("5m2k#xywh=-1,2,3,4", Address("5m2k", (-1, 2, 3, 4))),
    ],
)
def test_an_address_names_an_item_or_a_box_on_it(text: str, expected: Address) -> None:
    assert address(text) == expected


@pytest.mark.parametrize("text", ["5m2k#xywh=1,2,3", "5m2k#xywh=1.5,2,3,4", "#xywh=1,2,3,4", "5m2k#xywh=a,b,c,d"])
def test_a_box_that_is_written_otherwise_is_one_clear_line(text: str) -> None:
    with pytest.raises(UsageError, match="write it as ID#xywh=X,Y,W,H in whole canvas pixels"):
        address(text)


def test_a_drawn_box_has_a_vector_at_once_and_stays_one_region(cut: Workspace, page: Page) -> None:
    item = page(cut, "red-00.png")
    rows = len(cut.vectors(region_set(cut)))
    drawn = cut.draw_region(item.id, (3, 4, 50, 60))
    assert (drawn.selector, drawn.origin, drawn.image) == ("xywh=3,4,50,60", "drawn", item.id)
    assert cut.draw_region(item.id, (3, 4, 50, 60)) == drawn
    assert len(cut.vectors(region_set(cut))) == rows + 1
    # on a region a box counts in the pixels of the same canvas
    assert cut.draw_region(drawn.item, (3, 4, 50, 60)) == drawn
    assert cut.draw_region(item.id, (0, 0, item.width, item.height)).item == item.id
    assert cut.image_of(drawn.item).id == item.id


def test_a_box_is_drawn_for_a_class_of_regions_only(cut: Workspace, squares: Any, page: Page) -> None:
    item = page(cut, "red-00.png")
    cut.create_class("Whole", positives=[item.id])
    with pytest.raises(UsageError, match="are of whole images; to look at parts of them, run: snoop-flow segment"):
        cut.draw_region(item.id, (3, 4, 50, 60), "Whole")
    with pytest.raises(NotFoundError, match="no class"):
        cut.draw_region(item.id, (3, 4, 50, 60), "Nothing")


def test_a_backbone_that_sees_otherwise_now_is_refused(cut: Workspace, page: Page) -> None:
    cut.host.backbones["colours"]  # a newer version of the plugin: other vectors, in the same place
    from dataclasses import replace

    spec = cut.backbone_spec("colours")
    cut.host.__dict__["backbones"] = {**cut.host.backbones, "colours": replace(spec, fingerprint=lambda: "colours/2")}
    with pytest.raises(UsageError, match="gives other vectors now; run: snoop-flow segment"):
        cut.draw_region(page(cut, "red-00.png").id, (3, 4, 50, 60))
