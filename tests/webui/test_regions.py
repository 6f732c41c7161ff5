"""Parts of images in the web UI: searched, marked, taught; what words can do is said."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.entities import JobState

Items = Callable[[str], list[str]]
Visit = Callable[..., Page]
Post = Callable[..., TestResponse]
V1 = "/api/v1"


@pytest.fixture
def cut(archive: Workspace, pictures: Path, tmp_path: Path) -> Workspace:
    """The archive with a small collection that is cut into parts; the fastest backbone describes crops."""
    folder = tmp_path / "few"
    folder.mkdir()
    for number in range(3):
        shutil.copy(pictures / "discs" / f"discs-{number:02}.jpg", folder)
    archive.harvest([str(folder)], collection="few")
    archive.embed(backbone="classical")
    archive.segment(collection="few", per_image=6, backbone="classical")
    return archive


@pytest.fixture
def few(cut: Workspace) -> list[str]:
    """The items that are cut into parts."""
    return [item.id for item in cut.record_items(cut.records("few")[0].id)]


def test_a_program_draws_searches_and_teaches_regions(client: FlaskClient, few: list[str]) -> None:
    item, other, _ = few
    drawn = client.post(f"{V1}/items/{item}/regions", json={"xywh": [10, 20, 80, 90]})
    assert drawn.status_code == 201
    region = drawn.get_json()
    assert (region["selector"], region["image"], region["origin"]) == ("xywh=10,20,80,90", item, "drawn")
    listed = client.get(f"{V1}/items/{item}/regions").get_json()["regions"]
    assert len(listed) == 7
    wanted = {"region": {"item": item, "xywh": [10, 20, 80, 90]}, "regions": True, "count": 5}
    found = client.post(f"{V1}/search", json=wanted).get_json()["cards"]
    assert found[0]["item"] == region["item"]
    assert {card["image"] for card in found} == set(few)
    by_address = client.get(f"{V1}/search?item={region['item']}&regions=true&per_image=2&count=5").get_json()
    assert by_address["cards"][0]["item"] == region["item"]
    made = client.post(f"{V1}/classes", json={"name": "Discs", "positives": [f"{item}#xywh=10,20,80,90"]}).get_json()
    assert client.get(f"{V1}/classes/{made['id']}").get_json()["regions"] is True
    values = {f"{other}#xywh=0,0,50,50": -1, f"{other}#xywh=0,0,60,60": 0}
    counts = client.post(f"{V1}/classes/{made['id']}/marks", json={"operations": [{"values": values}]}).get_json()
    assert counts == {"positives": 1, "negatives": 1, "unsure": 1, "conflicts": []}
    marked = client.get(f"{V1}/items/{other}/regions?class_name={made['id']}").get_json()["regions"]
    assert sorted(one["mark"] for one in marked if one["mark"] is not None) == [-1, 0]
    empty = client.post(f"{V1}/classes", json={"name": "Parts", "regions": True})
    assert empty.status_code == 201


def test_wrong_boxes_are_answered_in_one_line(client: FlaskClient, few: list[str]) -> None:
    item = few[0]
    for path, body, status, says in (
        (f"items/{item}/regions", {"xywh": [0, 0, 0, 9]}, 400, "not inside the canvas"),
        (f"items/{item}/regions", {"xywh": [0, 0, 9]}, 400, "xywh"),
        ("items/nowhere/regions", {"xywh": [0, 0, 9, 9]}, 404, "no item 'nowhere'"),
        ("search", {"negatives": [item]}, 400, "says only what it is not"),
        ("search", {"text": "disc", "text_in": "pictures"}, 400, "reads no text"),
    ):
        answer = client.post(f"{V1}/{path}", json=body)
        assert answer.status_code == status, answer.get_json()
        assert says in answer.get_json()["error"]


def test_what_can_be_searched_by_what(client: FlaskClient, cut: Workspace) -> None:
    found = client.get(f"{V1}/search/abilities").get_json()
    assert found == {"backbone": "classical", "reads_text": False, "languages": "", "segmented": 3}


@pytest.mark.parametrize(
    ("language", "says", "narrows"),
    [
        ("en", "the model in use reads no text", "only images that have all the words"),
        ("fr", "le modèle utilisé ne lit pas de texte", "seules les images qui ont tous les mots"),
    ],
)
def test_the_page_says_what_words_can_do(
    client: FlaskClient, archive: Workspace, items_of: Items, language: str, says: str, narrows: str
) -> None:
    headers = {"Accept-Language": language}
    by_words = client.get("/?q=discs", headers=headers).get_data(as_text=True)
    assert by_words.count(says) == 2  # to be seen, and with the field for those who hear
    assert narrows not in by_words
    mixed = client.get(f"/?q=discs&item={items_of('frames')[0]}", headers=headers).get_data(as_text=True)
    assert narrows in mixed


def test_parts_are_offered_where_there_are_some(client: FlaskClient, archive: Workspace) -> None:
    for path in ("/", "/classes/new"):
        assert not re.search('name="(parts|regions)"', client.get(path).get_data(as_text=True))


def test_parts_are_searched_from_pages(client: FlaskClient, few: list[str]) -> None:
    assert 'name="parts"' in client.get("/").get_data(as_text=True)
    assert 'name="regions"' in client.get("/classes/new").get_data(as_text=True)
    page = client.get(f"/?region={few[0]}@10,10,60,60&parts=1").get_data(as_text=True)
    assert re.search(r'class="cell part" id="i-\w+"', page)
    assert 'data-box="xywh=' in page
    parts, wholes = page.count('class="cell part"'), page.count('class="cell"')
    assert f"<b>{parts} parts of images, {wholes} image" in page
    french = client.get(f"/?region={few[0]}@10,10,60,60&parts=1", headers={"Accept-Language": "fr"}).text
    assert f"<b>{parts} parties d’images, {wholes} image" in french
    without = client.get(f"/?item={few[0]}&without=discs").get_data(as_text=True)
    assert 'data-record="frames"' in without
    assert 'data-record="discs"' not in without


def test_a_region_is_shown_on_its_page(client: FlaskClient, cut: Workspace, few: list[str]) -> None:
    item = few[0]
    region = cut.draw_region(item, (10, 20, 80, 90)).item
    page = client.get(f"/items/{region}", follow_redirects=True).get_data(as_text=True)
    assert 'data-region="xywh=10,20,80,90"' in page
    assert f'data-item="{item}"' in page
    thumbnail = client.get(f"/thumbnails/{region}.jpg")
    assert thumbnail.content_type == "image/jpeg"


def test_images_are_cut_and_boxes_refined_from_pages(post: Post, client: FlaskClient, cut: Workspace) -> None:
    answer = post("/sources/segment", collection="few")
    job = cut.job(answer.location.rsplit("/", 1)[-1])
    end = time.monotonic() + 120
    while job.state not in (JobState.DONE, JobState.FAILED):
        assert time.monotonic() < end
        time.sleep(0.1)
        job = cut.job(job.id)
    # more parts are wanted by default than were cut
    assert (job.kind, job.state, job.report["segmented"]) == ("segment", JobState.DONE, 3)
    assert "parts" in client.get(f"/jobs/{job.id}").get_data(as_text=True)
    assert post("/enrichment/refine").status_code == 400


def test_a_box_is_drawn_marked_and_searched_in_a_browser(visit: Visit, cut: Workspace, few: list[str]) -> None:
    item = few[0]
    made = cut.create_class("Discs", regions=True)
    page = visit(f"/items/{item}?class={made.id}")
    page.wait_for_selector(".regions g[transform]", state="attached")
    for side, value in (("x", 10), ("y", 20), ("w", 80), ("h", 90)):
        page.fill(f"[data-side={side}]", str(value))
    with page.expect_navigation():
        page.click("#region-mark .positive")
    assert list(cut.marks("Discs").values()) == [1]
    page.wait_for_selector(".part.positive", state="attached")
    box: Any = page.evaluate(
        "(n => [n.x, n.y, n.width, n.height].map(v => v.baseVal.value))(document.querySelector('.part'))"
    )
    assert box == [10, 20, 80, 90]
    cut.fit("Discs")
    page.click("text=Back to teaching")
    page.locator("#grid [role=option].part").first.focus()
    page.keyboard.press("p")
    expect(page.locator("#save")).to_have_text("Saved")
    assert list(cut.marks("Discs").values()) == [1, 1]


def test_a_class_begins_with_a_drawn_box(visit: Visit, cut: Workspace, few: list[str]) -> None:
    item = few[0]
    page = visit(f"/items/{item}")
    page.wait_for_selector(".regions g[transform]", state="attached")
    for side, value in (("x", 5), ("y", 6), ("w", 70), ("h", 80)):
        page.fill(f"[data-side={side}]", str(value))
    page.click("#new-from-region")
    page.fill("[name=name]", "Parts of discs")
    page.click("button.primary >> text=Create")
    page.wait_for_selector(".cell")
    summary = cut.class_summary("Parts of discs")
    assert (summary.regions, summary.positives, summary.versions) == (True, 1, 1)
