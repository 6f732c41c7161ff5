"""Search among regions: a small object finds its like, an image answers by its best region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Item
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.images import parse_box
from snoop_flow.learning import overlaps
from snoop_flow.reports import SearchReport

Page = Callable[[Workspace, str], Item]


def _names(report: SearchReport) -> list[str]:
    return [card.label for card in report.cards]


def _red(workspace: Workspace, page: Page, squares: Any) -> tuple[str, tuple[int, int, int, int]]:
    return page(workspace, "red-00.png").id, squares.boxes["red-00.png"]


def test_a_small_object_is_found_where_whole_images_do_not_show_it(cut: Workspace, squares: Any, page: Page) -> None:
    report = cut.search(region=_red(cut, page, squares), regions=True, count=14)
    assert all(name.startswith("red") for name in _names(report)[:5])
    assert len(report.cards) == len({card.image for card in report.cards}) == 14
    assert (report.coverage, report.exact) == (1.0, True)
    for card in report.cards[:5]:
        box = parse_box(card.selector, (card.width, card.height))
        assert overlaps(np.array([box]), np.array([squares.boxes[card.label]], np.float64))[0, 0] > 0.2
    scores = [card.score for card in report.cards]
    assert scores == sorted(scores, key=lambda score: -(score or 0))


def test_several_regions_of_an_image_do_not_repeat_each_other(cut: Workspace, squares: Any, page: Page) -> None:
    region = _red(cut, page, squares)
    report = cut.search(region=region, regions=True, count=200, per_image=50)
    for image in {card.image for card in report.cards}:
        boxes = [
            parse_box(card.selector, (card.width, card.height)) or (0, 0, card.width, card.height)
            for card in report.cards
            if card.image == image
        ]
        found = overlaps(np.array(boxes), np.array(boxes))
        assert (found - np.eye(len(boxes))).max() <= 0.3


def test_items_regions_and_pictures_are_described_alike(cut: Workspace, squares: Any, page: Page) -> None:
    item, box = _red(cut, page, squares)
    drawn = cut.draw_region(item, box)
    by_box = cut.search(region=(item, box), regions=True, count=6)
    by_item = cut.search(items=[drawn.item], regions=True, count=6)
    assert by_item.cards[0].item == drawn.item
    assert _names(by_box)[:5] == _names(by_item)[:5]
    data = (squares.folder / "red-02.png").read_bytes()
    by_picture = cut.search(image=data, regions=True, count=14)
    by_page = cut.search(items=[page(cut, "red-02.png").id], regions=True, count=14)
    assert [card.item for card in by_picture.cards] == [card.item for card in by_page.cards]
    # among whole images a region is an image of its own
    assert cut.search(items=[drawn.item], count=3).cards[0].score == pytest.approx(
        cut.search(region=(item, box), count=3).cards[0].score or 0, abs=1e-3
    )


def test_what_it_is_not_is_taken_off(cut: Workspace, squares: Any, page: Page) -> None:
    blue = cut.draw_region(page(cut, "blue-05.png").id, squares.boxes["blue-05.png"])
    region = _red(cut, page, squares)
    report = cut.search(region=region, negatives=[blue.item], regions=True, count=14)
    assert all(name.startswith("red") for name in _names(report)[:5])
    assert _names(report)[0].startswith("red")
    plain = cut.search(region=region, regions=True, count=14)
    assert [card.score for card in report.cards] != [card.score for card in plain.cards]


def test_filters_act_inside(cut: Workspace, squares: Any, page: Page) -> None:
    region = _red(cut, page, squares)
    cut.harvest([str(squares.folder)], collection="others")
    cut.segment(collection="others", backbone="colours", per_image=8)
    others = {item.id for record in cut.records("others") for item in cut.record_items(record.id)}
    assert {card.image for card in cut.search(region=region, regions=True, collection="others").cards} == others
    narrow = cut.search(region=region, regions=True, text="plain", collection="pages")
    assert {name[:5] for name in _names(narrow)} == {"plain"}
    without = cut.search(region=region, regions=True, negative_text="red", collection="pages")
    assert not any(name.startswith("red") for name in _names(without))
    cut.harvest([str(squares.folder)], collection="third")
    assert cut.search(region=region, regions=True, collection="third").cards == ()
    assert cut.search(region=region, regions=True).coverage == pytest.approx(28 / 42, abs=1e-4)


def test_an_index_over_regions(cut: Workspace, squares: Any, page: Page) -> None:
    if "faiss-flat" not in cut.host.index_types:
        pytest.skip("snoop-faiss is not installed")
    report = cut.build_index(type="faiss-flat", regions=True)
    assert report.items == 14 * 33
    found = cut.search(region=_red(cut, page, squares), regions=True, count=5)
    assert found.index == "faiss-flat"
    assert all(name.startswith("red") for name in _names(found))


def test_a_class_of_whole_images_is_no_class_of_regions(cut: Workspace, page: Page) -> None:
    cut.create_class("Red pages", positives=[page(cut, "red-00.png").id])
    cut.fit("Red pages")
    with pytest.raises(UsageError, match="knows whole images, whose vectors are not those of regions"):
        cut.search(visual_class="Red pages", regions=True)
    cut.segment(backbone="colours", by="crops", per_image=12)
    # a crop is embedded as a whole image is
    assert len(cut.search(visual_class="Red pages", regions=True, count=5).cards) == 5


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ((0, 0, 0, 5), "not inside the canvas of 240 × 320"),
        ((-1, 0, 5, 5), "not inside"),
        ((230, 0, 20, 5), "not inside"),
        ((0, 319, 5, 2), "not inside"),
    ],
)
def test_a_box_must_lie_on_its_canvas(cut: Workspace, page: Page, box: Any, says: str) -> None:
    item = page(cut, "red-00.png").id
    for regions in (True, False):
        with pytest.raises(UsageError, match=says):
            cut.search(region=(item, box), regions=regions)
    with pytest.raises(UsageError, match=says):
        cut.draw_region(item, box)


def test_wrong_queries_are_one_clear_line(cut: Workspace, workspace: Workspace, page: Page) -> None:
    with pytest.raises(NotFoundError, match="no item 'x'"):
        cut.search(region=("x", (0, 0, 1, 1)), regions=True)
    with pytest.raises(UsageError, match="says only what it is not"):
        cut.search(negatives=[page(cut, "red-00.png").id], regions=True)
    with pytest.raises(UsageError, match="results of an image 0: must be at least 1"):
        cut.search(items=[page(cut, "red-00.png").id], regions=True, per_image=0)


def test_before_segmenting_it_is_said_what_to_do(workspace: Workspace, page: Page) -> None:
    workspace.embed(backbone="colours")
    with pytest.raises(NotFoundError, match="nothing is segmented yet; run: snoop-flow segment"):
        workspace.search(items=[page(workspace, "red-00.png").id], regions=True)
    # words need no regions
    assert workspace.search(text="red", regions=True).index == "words"
