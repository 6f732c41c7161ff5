"""Segmenting: which regions are kept, once; what cannot be had is told; nothing grows without bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import NotFoundError, PluginError, UsageError
from snoop_flow.learning import overlaps
from snoop_flow.regions.drawing import boxes_of
from snoop_flow.regions.spaces import region_set

Page = Callable[[Workspace, str], Item]


def _regions(workspace: Workspace, item: Item) -> list[Item]:
    return [workspace.item(card.item) for card in workspace.item_regions(item.id)]


def test_regions_are_kept_beside_the_images_and_leave_them_alone(workspace: Workspace, page: Page) -> None:
    workspace.embed(backbone="colours")
    before = workspace.search(items=[page(workspace, "red-00.png").id], count=14)
    report = workspace.segment(backbone="colours")
    assert (report.segmented, report.regions, report.by, report.failed) == (14, 14 * 32, "patches", 0)
    assert report.bytes == 14 * 33 * (3 * 6 + 12)
    after = workspace.search(items=[page(workspace, "red-00.png").id], count=14)
    assert [card.item for card in after.cards] == [card.item for card in before.cards]
    assert after.coverage == 1.0
    assert workspace.status().items == 14
    assert workspace.collections()[0].items == 14
    assert len(workspace.record_items(workspace.records("pages")[0].id)) == 14
    assert workspace.embed(backbone="colours").embedded == 0
    assert workspace.abilities().segmented == 14


def test_a_region_is_an_item_with_a_parent_and_a_box(cut: Workspace, page: Page) -> None:
    parent = page(cut, "red-00.png")
    for region in _regions(cut, parent):
        assert (region.kind, region.parent, region.origin) == (ItemKind.REGION, parent.number, "windows")
        assert (region.uri, region.record_id, region.label) == (parent.uri, parent.record_id, parent.label)
        x, y, w, h = boxes_of([region])[0]
        assert region.selector == f"xywh={x:.0f},{y:.0f},{w:.0f},{h:.0f}"
        assert x >= 0
        assert y >= 0
        assert x + w <= parent.width
        assert y + h <= parent.height


def test_the_windows_that_are_kept_hold_what_is_unlike_the_rest(cut: Workspace, squares: Any, page: Page) -> None:
    for name, box in squares.boxes.items():
        kept = boxes_of(_regions(cut, page(cut, name)))
        assert overlaps(kept, np.array([box], np.float64)).max() > 0.25


def test_segmenting_again_does_only_what_is_new(cut: Workspace, page: Page) -> None:
    again = cut.segment(backbone="colours")
    assert (again.segmented, again.skipped, again.regions) == (0, 14, 0)
    fewer = cut.segment(backbone="colours", per_image=10)
    assert fewer.segmented == 0
    parent = page(cut, "blue-05.png")
    before = {region.id for region in _regions(cut, parent)}
    more = cut.segment(backbone="colours", per_image=40)
    assert (more.segmented, more.regions) == (14, 14 * 8)
    assert before < {region.id for region in _regions(cut, parent)}


def test_a_changed_image_is_cut_anew_and_a_lost_one_takes_its_regions_along(
    workspace: Workspace, squares: Any, tmp_path: Path, page: Page
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("red-00.png", "blue-05.png"):
        (folder / name).write_bytes((squares.folder / name).read_bytes())
    workspace.harvest([str(folder)], collection="others")
    workspace.segment(collection="others", backbone="colours", per_image=4)
    (record,) = workspace.records("others")
    first, second = workspace.record_items(record.id)
    Image.open(folder / "blue-05.png").rotate(180).save(folder / "blue-05.png")
    (folder / "red-00.png").unlink()
    workspace.harvest([str(folder)], collection="others")
    (left,) = workspace.record_items(record.id)
    assert {region.image_digest for region in _regions(workspace, left)} == {left.image_digest}
    gone = first if left.id == second.id else second
    assert workspace.item_regions(gone.id) == ()
    again = workspace.segment(collection="others", backbone="colours", per_image=4)
    assert again.segmented == 1
    assert again.regions >= 4  # outdated ones have new vectors as well
    assert len(workspace.vectors(region_set(workspace))) == 1 + len(workspace.item_regions(left.id))


def test_without_patches_crops_are_embedded_and_that_is_said(workspace: Workspace) -> None:
    report = workspace.segment(backbone="classical", per_image=2)
    assert (report.by, report.regions) == ("crops", 28)
    with pytest.raises(UsageError, match="sees no patches; use --by crops"):
        workspace.segment(backbone="classical", by="patches")
    assert workspace.segment(backbone="colours", by="crops", per_image=1).by == "crops"
    with pytest.raises(UsageError, match="is one of patches, crops"):
        workspace.segment(backbone="colours", by="magic")


def test_an_image_that_cannot_be_had_is_told_and_the_rest_is_done(
    workspace: Workspace, squares: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("red-00.png", "red-01.png"):
        (folder / name).write_bytes((squares.folder / name).read_bytes())
    workspace.harvest([str(folder)], collection="others")
    (folder / "red-00.png").write_bytes(b"no image")
    report = workspace.segment(collection="others", backbone="colours", per_image=2)
    assert (report.segmented, report.failed) == (1, 1)
    assert report.failures[0].kind == "invalid"
    assert workspace.failures("segment")[0].subject == report.failures[0].uri


def test_a_workspace_does_not_grow_without_bounds(workspace: Workspace) -> None:
    workspace.settings = replace(workspace.settings, region_limit=100)
    with pytest.raises(UsageError, match="up to 448 new regions, some 1 GB of vectors, beside 0 would be more"):
        workspace.segment(backbone="colours")
    assert workspace.segment(backbone="colours", per_image=7).regions == 98


def test_a_plugin_gives_regions_with_labels_of_their_own(workspace: Workspace, page: Page) -> None:
    report = workspace.segment(segmenter="corners", backbone="colours")
    assert report.regions == 28
    found = _regions(workspace, page(workspace, "plain-09.png"))
    assert {region.selector for region in found} == {"xywh=0,0,30,30", "xywh=210,0,30,30"}
    assert {region.label["en"] for region in found} == {("corner",)}
    assert workspace.segment(segmenter="corners", backbone="colours").segmented == 0
    assert workspace.segment(segmenter="windows", backbone="colours", per_image=1).regions == 14


def test_wrong_use_is_one_clear_line(workspace: Workspace) -> None:
    for options, error, says in (
        ({"segmenter": "faces"}, PluginError, "unknown segmenter 'faces'; known are corners, lost, moments, windows"),
        ({"segmenter": "moments"}, PluginError, "gives keyframe; only regions are taken"),
        ({"segmenter": "lost"}, PluginError, "something else than segments"),
        ({"per_image": 0}, UsageError, "must be between 1 and"),
        ({"collection": "posters"}, NotFoundError, "collections are: pages"),
    ):
        with pytest.raises(error, match=says):
            workspace.segment(backbone="colours", **options)
    with pytest.raises(NotFoundError, match="nothing is segmented yet; run: snoop-flow segment"):
        region_set(workspace)
