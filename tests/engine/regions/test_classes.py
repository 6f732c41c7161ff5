"""A class learned from boxes: taught, applied, drawn tighter, reviewed, published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Item, Status
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.images import parse_box
from snoop_flow.learning import overlaps, repeats
from snoop_flow.regions.drawing import boxes_of

Page = Callable[[Workspace, str], Item]


def _address(workspace: Workspace, squares: Any, page: Page, name: str) -> str:
    return f"{page(workspace, name).id}#xywh={','.join(map(str, squares.boxes[name]))}"


@pytest.fixture
def taught(cut: Workspace, squares: Any, page: Page) -> Workspace:
    """The workspace with a class of red squares, learned from two boxes."""
    cut.create_class("Red", positives=[_address(cut, squares, page, name) for name in ("red-00.png", "red-01.png")])
    cut.fit("Red")
    return cut


def _overlap(card: Any, squares: Any) -> float:
    box = parse_box(card.selector, (card.width, card.height)) or (0, 0, card.width, card.height)
    return float(overlaps(np.array([box], np.float64), np.array([squares.boxes[card.label]], np.float64))[0, 0])


def test_a_class_of_boxes_knows_regions(taught: Workspace) -> None:
    summary = taught.class_summary("Red")
    assert (summary.regions, summary.positives) == (True, 2)
    ranked = taught.ranking("Red", count=14).cards
    assert len({card.image for card in ranked}) == 14
    assert all(card.label.startswith("red") for card in ranked[:5])
    assert taught.search(visual_class="Red", count=5).cards[0].image == ranked[0].image
    assert taught.create_class("Anything", regions=True).set_id == summary.visual_class.set_id
    assert not taught.class_summary(taught.create_class("Whole").id).regions


def test_marks_are_boxes_windows_or_whole_pages(taught: Workspace, squares: Any, page: Page) -> None:
    blue, plain = _address(taught, squares, page, "blue-05.png"), page(taught, "plain-09.png").id
    report = taught.mark("Red", {blue: -1, plain: -1}, op_id="one")
    assert (report.positives, report.negatives) == (2, 2)
    drawn = next(card for card in taught.item_regions(page(taught, "blue-05.png").id, "Red") if card.mark == -1)
    assert drawn.origin == "drawn"
    assert taught.undo("Red", "one", new_op_id="two").negatives == 0
    assert taught.fit("Red").version == 2


def test_a_box_is_no_mark_of_a_class_of_whole_images(taught: Workspace, squares: Any, page: Page) -> None:
    taught.create_class("Whole")
    with pytest.raises(UsageError, match="class Whole knows whole images; for parts of them create one with"):
        taught.mark("Whole", {_address(taught, squares, page, "red-00.png"): 1}, op_id="x")
    with pytest.raises(UsageError, match="not inside the canvas"):
        taught.mark("Red", {f"{page(taught, 'red-00.png').id}#xywh=0,0,999,9": 1}, op_id="x")
    with pytest.raises(NotFoundError, match="no item 'nowhere'"):
        taught.create_class("Other", positives=["nowhere#xywh=0,0,9,9"])
    assert taught.marks("Whole") == {}


@pytest.mark.parametrize("strategy", ["relevant", "most-useful", "ambiguous", "discovery", "random"])
def test_suggestions_repeat_neither_each_other_nor_what_is_marked(taught: Workspace, strategy: str) -> None:
    cards = taught.suggest("Red", strategy, count=20).cards
    marked = [taught.item(item) for item in taught.marks("Red")]
    assert len(cards) >= 15
    shown = [taught.item(card.item) for card in cards]
    for image in {card.image for card in cards}:
        there = boxes_of([item for item, card in zip(shown, cards, strict=True) if card.image == image])
        assert len(there) <= 3
        assert repeats(there, there).sum() == len(there)
        judged = boxes_of([item for item in marked if taught.image_of(item.id).id == image])
        assert not len(judged) or not repeats(there, judged).any()


def test_a_first_look_shows_few_regions_of_each_image(cut: Workspace) -> None:
    cut.create_class("Unknown", regions=True)
    cards = cut.suggest("Unknown", count=12).cards
    assert len(cards) >= 9
    assert max(sum(card.image == image for card in cards) for image in {card.image for card in cards}) <= 3


def test_enrichment_proposes_the_best_region_and_refining_draws_it_tighter(taught: Workspace, squares: Any) -> None:
    report = taught.enrich(["Red"])
    assert (report.scored, report.predicted) == (14 * 33 + 2, 5)
    assert taught.refinable(["Red"]) == [taught.class_summary("Red").visual_class.id]
    windows = taught.predictions("Red", status="proposed")
    assert sorted(card.label for card in windows) == ["red-02.png", "red-03.png", "red-04.png"]
    done = taught.refine(["Red"])
    assert (done.refined, done.failed) == (3, 0)
    boxes = taught.predictions("Red", status="proposed")
    assert sorted(card.label for card in boxes) == sorted(card.label for card in windows)
    assert {card.origin for card in boxes} == {"refined"}
    before, after = (np.mean([_overlap(card, squares) for card in cards]) for cards in (windows, boxes))
    assert after > before
    assert after > 0.7
    assert taught.refine(["Red"]).refined == 0
    taught.enrich(["Red"], everything=True)
    assert {card.item for card in taught.predictions("Red", status="proposed")} == {card.item for card in boxes}


def test_what_people_decided_stands(taught: Workspace, squares: Any, page: Page) -> None:
    taught.enrich(["Red"])
    first, second, third = taught.predictions("Red", status="proposed")
    taught.review("Red", accept=[first.item], reject=[second.item])
    taught.refine(["Red"])
    taught.enrich(["Red"], everything=True)
    by_status = {status: taught.predictions("Red", status=status) for status in Status}
    assert first.item in {card.item for card in by_status[Status.ACCEPTED]}
    assert [card.item for card in by_status[Status.REJECTED]] == [second.item]
    # what repeats a judged region is not proposed beside it
    assert {card.label for card in by_status[Status.PROPOSED]} == {third.label}


def test_regions_are_published_on_their_canvas(taught: Workspace, squares: Any, page: Page, tmp_path: Path) -> None:
    taught.enrich(["Red"])
    taught.refine(["Red"])
    assert taught.publish(["Red"], policy="all").annotations == 5
    item = page(taught, "red-03.png")
    document = taught.annotation_page(item.id)
    (annotation,) = document["items"]
    assert annotation["target"]["source"]["id"] == item.uri
    selector = annotation["target"]["selector"]["value"]
    assert selector.startswith("xywh=")
    assert all(number.isdigit() for number in selector.removeprefix("xywh=").split(","))
    report = taught.export("iiif", tmp_path / "out")
    assert report.records == 5
    written = json.loads((tmp_path / "out" / "annotations" / f"{item.id}.json").read_text("utf-8"))
    assert (written["id"], written["items"]) == (document["id"], document["items"])
    said = taught.image_predictions(item.id)
    assert [(one.visual_class.name, one.item.parent) for one in said] == [("Red", item.number)]


def test_classes_that_have_no_boxes_to_refine(cut: Workspace, page: Page) -> None:
    cut.create_class("Whole", positives=[page(cut, "red-00.png").id])
    with pytest.raises(UsageError, match="class Whole has no model yet"):
        cut.refine(["Whole"])
    cut.fit("Whole")
    assert cut.refinable(["Whole"]) == []
    with pytest.raises(UsageError, match="class Whole knows whole images"):
        cut.refine(["Whole"])
    with pytest.raises(UsageError, match="no class given"):
        cut.refine([])
    cut.segment(backbone="colours", by="crops", per_image=4)
    cut.create_class("Crops", positives=[f"{page(cut, 'red-00.png').id}#xywh=0,0,50,50"])
    cut.fit("Crops")
    cut.enrich(["Crops"], threshold=-9)
    with pytest.raises(UsageError, match="were described crop by crop; boxes are refined on a grid of patches"):
        cut.refine(["Crops"])
