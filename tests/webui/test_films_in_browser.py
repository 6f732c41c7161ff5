"""The Video screen in a real browser: the film plays, the timelines follow, marks are made in place."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

Visit = Callable[..., Page]
# a film of two seconds, drawn and recorded by the browser itself
RECORD = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 320; canvas.height = 180;
  const pen = canvas.getContext("2d");
  let step = 0;
  const draw = () => { pen.fillStyle = `hsl(${(step += 7)} 60% 50%)`; pen.fillRect(0, 0, 320, 180); };
  const timer = setInterval(draw, 40);
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.start(200);
  await new Promise((done) => setTimeout(done, 2000));
  recorder.stop();
  await new Promise((done) => { recorder.onstop = done; });
  clearInterval(timer);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}"""
# a pointer on a slider that is no film: the browser says that it cannot decode it
NO_FILM = "no supported source|decode|Failed to load"


@pytest.fixture
def opened(visit: Visit, cinema: Any) -> Page:
    """The screen of a film with a class, whose file no browser plays."""
    page = visit(
        f"/videos/{cinema.record}?class={cinema.class_id}", allow=NO_FILM, viewport={"width": 1440, "height": 1000}
    )
    page.wait_for_load_state("networkidle")
    return page


def until(page: Page, expression: str) -> None:
    """Wait for what the page says of itself; its policy lets nothing be evaluated from within."""
    for _ in range(300):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


def moment(page: Page) -> float:
    return float(page.locator("#whole").get_attribute("aria-valuenow") or -1)


def record(page: Page, cinema: Any) -> None:
    """Put a film that plays where the catalogue has one that does not."""
    if not page.evaluate("window.MediaRecorder && MediaRecorder.isTypeSupported('video/webm;codecs=vp8')"):
        pytest.skip("this Chromium records no film")
    file = Path(cinema.workspace.film_file(cinema.workspace.film(cinema.record).canvas)[0])
    file.write_bytes(base64.b64decode(page.evaluate(RECORD)))


def test_a_film_plays_by_ranges_and_the_timelines_follow(visit: Visit, cinema: Any) -> None:
    page = visit("/classes", allow=NO_FILM)
    record(page, cinema)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.headers.get("range", "")) if "/iiif/media/" in one.url else None)
    page.goto(f"/videos/{cinema.record}?class={cinema.class_id}")
    until(page, "document.getElementById('video').readyState >= 2")
    assert any(one.startswith("bytes=") for one in asked)
    assert page.locator("#unplayable").is_hidden()
    page.locator("#main").focus()
    page.keyboard.press(" ")
    until(page, "document.getElementById('video').currentTime > 0.6")
    # the timeline follows a few times a second
    until(page, "document.getElementById('whole').getAttribute('aria-valuenow') > 0.3")
    page.keyboard.press(" ")
    until(page, "document.getElementById('video').paused")


def test_who_cannot_play_it_is_told_and_sees_the_keyframes(opened: Page) -> None:
    opened.locator("#unplayable").wait_for()
    assert opened.locator("#shots img").count() == 7


def test_the_timeline_is_a_slider(opened: Page) -> None:
    whole = opened.locator("#whole")
    whole.focus()
    for key, at in (
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 11),
        ("PageDown", 20),
        ("PageUp", 8),
        ("End", 40),
        ("Home", 0),
    ):
        opened.keyboard.press(key)
        assert moment(opened) == at, key
    assert whole.get_attribute("aria-valuetext") == "0:00:00"
    box = whole.bounding_box()
    assert box
    opened.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    assert moment(opened) == pytest.approx(20, abs=0.2)
    assert opened.locator("#shots li[aria-current]").get_attribute("data-start") == "20.0"


def test_keyframes_follow_one_another_and_the_strip_shows_what_is_near(opened: Page) -> None:
    opened.locator("#main").focus()
    opened.keyboard.press(".")
    opened.keyboard.press(".")
    assert moment(opened) == 9
    assert opened.locator("#near li").count() == 4
    opened.locator("#range").select_option("5")
    assert opened.locator("#near li").count() == 2
    opened.locator("#main").focus()
    opened.keyboard.press(",")
    assert moment(opened) == 5
    opened.locator("#shots a").nth(4).click()
    assert moment(opened) == 21
    assert "item=" in opened.url


def test_searching_names_the_nearest_keyframe(opened: Page, cinema: Any) -> None:
    opened.locator("#whole").focus()
    for _ in range(2):
        opened.keyboard.press("Shift+ArrowRight")
    assert opened.locator("#nearest").inner_text() == "(keyframe at 0:00:21)"
    opened.locator("#main").focus()
    opened.keyboard.press("s")
    opened.wait_for_url("**/?*item=*")
    assert cinema.frame(21.0) in opened.url
    opened.locator("#grid [role=option]").first.wait_for()


def test_marks_in_place_are_kept_and_undone(opened: Page, cinema: Any) -> None:
    opened.locator("#main").focus()
    opened.keyboard.press(".")
    opened.keyboard.press("p")
    opened.get_by_text("Saved", exact=True).wait_for()
    assert cinema.marks() == {5.0: 1}
    assert opened.locator(f'#shots [data-item="{cinema.frame(5.0)}"]').get_attribute("data-mark") == "1"
    assert opened.locator('#marks [data-what="frame"] .positive').get_attribute("aria-pressed") == "true"
    opened.get_by_role("button", name="Negative: this shot").click()
    opened.locator("#live").get_by_text("2 keyframes: negative").wait_for(state="attached")
    opened.get_by_text("Saved", exact=True).wait_for()
    assert cinema.marks() == {1.0: -1, 5.0: -1}
    opened.locator("#main").focus()
    opened.keyboard.press("Control+z")
    opened.locator(f'#shots [data-item="{cinema.frame(5.0)}"][data-mark="1"]').wait_for()
    assert cinema.marks() == {5.0: 1}


def test_a_stretch_is_chosen_by_keys_and_marked(opened: Page, cinema: Any) -> None:
    opened.locator("#whole").focus()
    for key in ("Shift+ArrowRight", "b", "Shift+ArrowRight", "ArrowRight", "ArrowRight", "e"):
        opened.keyboard.press(key)
    assert (opened.locator("#start").input_value(), opened.locator("#end").input_value()) == ("0:00:10", "0:00:22")
    opened.get_by_role("button", name="Positive: this stretch").click()
    opened.get_by_text("Saved", exact=True).wait_for()
    assert cinema.marks() == {15.0: 1, 21.0: 1}
    opened.reload()
    assert opened.locator('#shots [data-mark="1"]').count() == 2


def test_a_stretch_is_the_shot_until_one_is_chosen(opened: Page) -> None:
    def span() -> tuple[str, str]:
        return opened.locator("#start").input_value(), opened.locator("#end").input_value()

    assert span() == ("0:00:00", "0:00:08")
    opened.locator("#shots a").nth(4).click()
    assert span() == ("0:00:20", "0:00:26.5")
    opened.locator("#whole").focus()
    opened.keyboard.press("b")
    opened.keyboard.press("Home")
    assert span() == ("0:00:21", "0:00:26.5")


def test_the_table_marks_shots(opened: Page, cinema: Any) -> None:
    opened.locator("#table summary").click()
    opened.get_by_role("button", name="Unsure: shot 2").click()
    opened.get_by_text("Saved", exact=True).wait_for()
    assert cinema.marks() == {9.0: 0, 15.0: 0}
    assert "unsure" in opened.locator("#table tbody tr").nth(1).inner_text()


def test_segments_are_judged_in_place(opened: Page, cinema: Any) -> None:
    with opened.expect_navigation():
        opened.get_by_role("button", name="Accept: Rounds, 0:00:03").click()
    found = cinema.workspace.film(cinema.record).segments
    assert (found[0].start, found[0].end, found[0].status) == (0.0, 8.0, "accepted")


def test_marks_without_scripts(visit: Visit, cinema: Any) -> None:
    page = visit(f"/videos/{cinema.record}?class={cinema.class_id}", java_script_enabled=False, allow=NO_FILM)
    page.locator("#table summary").click()
    page.get_by_role("button", name="Positive: shot 4").click()
    page.locator("#shots").wait_for()
    assert cinema.marks() == {30.0: 1, 36.0: 1}
    page.get_by_role("link", name="keyframe at 0:00:21").first.click()
    assert page.locator("#moment").inner_text() == "0:00:21"
    assert page.locator("#near li").count() == 3


def test_mirador_plays_the_film_and_lists_its_segments(visit: Visit, cinema: Any) -> None:
    page = visit("/classes", allow="MUI|element.ref|unique .key. prop|" + NO_FILM)
    record(page, cinema)
    page.goto(f"/classes/{cinema.class_id}/publish/preview/{cinema.record}")
    if not page.locator(".mirador").count():
        pytest.skip("Mirador is not here: run python -m snoop_webui.vendor")
    page.locator(".mirador video").wait_for(state="attached")
    page.get_by_text("Rounds").first.wait_for()
    until(page, "document.querySelector('.mirador video').readyState >= 2")
    page.evaluate("void document.querySelector('.mirador video').play()")
    until(page, "document.querySelector('.mirador video').currentTime > 0.6")


def test_marks_in_a_film_are_kept_where_the_class_was_deleted(visit: Visit, cinema: Any) -> None:
    page = visit(f"/videos/{cinema.record}?class={cinema.class_id}", allow=f"{NO_FILM}|status of 404")
    page.locator("#main").focus()
    cinema.workspace.delete_class(cinema.class_id)
    page.keyboard.press("p")
    page.get_by_text("Somebody deleted this class. 1 marks are kept in this browser:").wait_for()
    page.goto("/home")
    page.get_by_text("1 marks on").wait_for()
