"""What goes wrong in a day: logged out, class gone, server stopped, two at once, pictures that are none."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from snoop_flow import Workspace

Visit = Callable[..., Page]
Items = Callable[[str], list[str]]
PASSWORD = "correct horse battery"
REFUSED = r"status of (401|403|404)|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_FAILED"


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    made = archive.create_class("Discs", positives=items_of("discs")[:3], visibility="institution")
    archive.fit(made.id)
    return made.id


def _log_in(page: Page, login: str) -> None:
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_marks_survive_a_session_that_ended_and_go_on_after_the_login(
    visit: Visit, archive: Workspace, discs: str
) -> None:
    archive.set_password("curator", PASSWORD)
    page = visit(f"/?class={discs}", allow=REFUSED)
    _log_in(page, "curator")
    page.wait_for_url(f"**/?class={discs}")
    archive.set_password("curator", PASSWORD)  # which ends every session
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("p")
    expect(page.locator("#save")).to_contain_text("You are logged out. 1 marks are kept")
    assert archive.class_summary(discs).positives == 3
    with page.context.expect_page() as opened:
        page.locator("#save").get_by_role("link", name="log in again").click()
    _log_in(opened.value, "curator")
    opened.value.wait_for_url("**/")
    page.bring_to_front()
    expect(page.locator("#save")).to_have_text("Saved")
    assert archive.class_summary(discs).positives == 4


def test_what_one_person_marked_another_never_sends(visit: Visit, archive: Workspace, discs: str) -> None:
    archive.set_password("curator", PASSWORD)
    archive.add_user("ben", "Ben")
    archive.set_password("ben", PASSWORD)
    page = visit(f"/?class={discs}", allow=REFUSED)
    _log_in(page, "curator")
    page.wait_for_url(f"**/?class={discs}")
    other = page.context.new_page()
    other.goto("/preferences")
    other.get_by_role("button", name="Log out").click()
    _log_in(other, "ben")
    other.wait_for_url("**/")
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("p")
    expect(page.locator("#save")).to_contain_text("ben is logged in here now. 1 marks of yours are kept")
    assert archive.class_summary(discs).positives == 3


def test_a_class_deleted_by_another_leaves_the_marks_in_the_browser(
    visit: Visit, archive: Workspace, discs: str
) -> None:
    page = visit(f"/?class={discs}", allow=REFUSED)
    page.locator("#grid [role=option]").first.focus()
    archive.delete_class(discs)
    page.keyboard.press("p")
    expect(page.locator("#save")).to_contain_text("Somebody deleted this class. 1 marks are kept")
    page.get_by_role("button", name="new class of the positives").click()
    dialog = page.get_by_role("dialog", name="New class")
    dialog.get_by_label("Name", exact=True).fill("Discs again")
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url("**class=**")
    assert archive.class_summary("Discs again").positives == 1
    page.goto("/home")
    expect(page.locator("#unsent")).to_contain_text("1 marks on")
    page.get_by_role("button", name="throw away").click()
    expect(page.locator("#unsent")).to_be_hidden()


@contextmanager
def _serving(app: Flask, port: int = 0) -> Iterator[int]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_marks_wait_while_the_server_is_stopped(chromium: Browser, app: Flask, archive: Workspace, discs: str) -> None:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    with _serving(app) as port:
        page.goto(f"http://localhost:{port}/?class={discs}")
        page.wait_for_load_state("networkidle")  # all that the page loads, before nothing more can be had
    page.locator("#grid [role=option]").first.focus()
    for _ in range(3):
        page.keyboard.press("p")
    expect(page.locator("#save")).to_contain_text("3 not saved yet; trying again")
    assert archive.class_summary(discs).positives == 3
    with _serving(app, port):
        expect(page.locator("#save")).to_have_text("Saved")
        assert archive.class_summary(discs).positives == 6
        context.close()


def test_two_browsers_that_mark_at_once_lose_nothing(visit: Visit, archive: Workspace, items_of: Items) -> None:
    discs, frames = items_of("discs"), items_of("frames")
    made = archive.create_class("Discs", positives=discs[:1])
    archive.fit(made.id)
    pages = [visit(f"/?item={items[0]}&class={made.id}&count=15") for items in (discs, frames)]
    marked: dict[str, int] = {}
    for page in pages:
        page.locator("#grid [role=option]").first.focus()
    for _ in range(8):
        for page, key in zip(pages, ("p", "x"), strict=True):
            marked[str(page.locator("#grid [role=option]:focus").get_attribute("data-item"))] = 1 if key == "p" else -1
            page.keyboard.press(key)
    for page in pages:
        expect(page.locator("#save")).to_have_text("Saved")
    history = archive.mark_history(made.id, 100)
    kept = {item for entry in history for item in entry.values}
    assert set(marked) <= kept
    assert sum(len(entry.values) for entry in history) == 1 + 16 - _again(archive, made.id, discs[0], marked)


def _again(archive: Workspace, class_id: str, first: str, marked: dict[str, int]) -> int:
    """A mark that says what is said already is none: the first example was positive before."""
    return int(first in marked and archive.marks(class_id)[first] == 1)


def test_disagreement_names_the_other_person(visit: Visit, archive: Workspace, discs: str, items_of: Items) -> None:
    archive.add_user("ada", "Ada Lovelace")
    page = visit(f"/?item={items_of('frames')[0]}&class={discs}")
    cell = page.locator("#grid [role=option]").first
    item = str(cell.get_attribute("data-item"))
    archive.mark(discs, {item: -1}, op_id="ada", user="ada")
    cell.focus()
    page.keyboard.press("p")
    expect(page.locator("#save")).to_contain_text("Ada Lovelace says otherwise of 1")
    expect(cell).to_have_attribute("data-contested", "Ada Lovelace: negative")
    page.get_by_role("link", name="see where you disagree").click()
    expect(page.locator("#disagreements")).to_contain_text("Ada Lovelace")


def test_a_picture_of_200_megapixels_is_searched_with_and_one_of_500_refused(visit: Visit, tmp_path: Path) -> None:
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    for name, size in (("large", (20_000, 10_000)), ("too-large", (25_000, 20_000))):
        Image.new("1", size).save(tmp_path / f"{name}.png")
    Image.MAX_IMAGE_PIXELS = before
    page = visit("/", allow="status of (400|502)")
    page.set_default_timeout(120_000)
    page.locator("#image").set_input_files(tmp_path / "large.png")
    expect(page.locator(".asking")).to_contain_text("your image", timeout=120_000)
    page.goto("/")
    page.locator("#image").set_input_files(tmp_path / "too-large.png")
    expect(page.get_by_role("alert")).to_contain_text("more memory than an image may take", timeout=120_000)
    expect(page.get_by_role("link", name="Go back")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(visit: Visit, tmp_path: Path) -> None:
    page = visit("/")
    most = int(page.locator("#image").get_attribute("data-most") or 0)
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(most + 1)  # a hole, which takes no room on the disk
    page.locator("#image").set_input_files(tmp_path / "huge.jpg")
    expect(page.locator("#save")).to_contain_text(f"too large: {most // 10**6} MB")
    assert page.locator("#image").input_value() == ""


def test_a_body_that_is_too_large_is_said_to_be(app: Flask) -> None:
    client = app.test_client()
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/classes/new").text)
    assert token
    form = {"csrf_token": token[1], "name": "x" * app.config["MAX_CONTENT_LENGTH"]}
    answer = client.post("/classes", data=form, headers={"Accept-Language": "fr"})
    assert (answer.status_code, "trop" in answer.text) == (413, True)


def test_keys_of_ones_own_act_at_once(visit: Visit, archive: Workspace, discs: str) -> None:
    page = visit("/preferences")
    page.get_by_label("positive", exact=True).press("j")
    page.locator("#keys").get_by_role("button", name="Save").click()
    page.goto(f"/?class={discs}")
    first = page.locator("#grid [role=option]").first
    first.focus()
    page.keyboard.press("p")
    expect(first).to_have_attribute("data-mark", "")
    page.keyboard.press("j")
    expect(first).to_have_attribute("data-mark", "1")
    expect(page.locator('[data-mark="1"] kbd')).to_have_text("J")
    archive.enrich([discs], threshold=-100.0)
    page.goto(f"/classes/{discs}/review")  # where the same keys give verdicts
    first.focus()
    page.keyboard.press("p")
    expect(first).to_have_attribute("data-status", "proposed")
    page.keyboard.press("j")
    expect(first).to_have_attribute("data-status", "accepted")


def test_a_range_of_scores_is_dragged_and_marked(visit: Visit, archive: Workspace, discs: str) -> None:
    page = visit(f"/classes/{discs}")
    box = page.locator(".histogram svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(page.locator("#range-count")).to_contain_text("images")
    page.get_by_role("button", name="All negative").click()
    expect(page.locator("#history")).to_contain_text("negative")
    assert archive.class_summary(discs).negatives > 0


def test_a_link_with_a_content_state_opens_the_place_and_names_the_region(
    visit: Visit, archive: Workspace, items_of: Items
) -> None:
    item = archive.item(items_of("frames")[2])
    page = visit(f"/items/{item.id}")
    page.locator(".regions g[transform]").wait_for(state="attached")  # the viewer has opened the image
    page.get_by_label("width").fill("40")
    page.get_by_label("height").fill("30")
    page.get_by_role("link", name="Link to this place (IIIF Content State)").click()
    page.wait_for_url("**xywh=**")
    expect(page.locator("#document")).to_have_attribute("data-item", item.id)
    expect(page.get_by_label("width")).to_have_value("40")
    page.goto(f"/open?canvas={item.uri}")
    expect(page.locator("#document")).to_have_attribute("data-item", item.id)
