"""A curator's work in a real browser: search → mark → refine → enrich → accept → exported annotation."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from snoop_flow import Workspace

Visit = Callable[..., Page]
Items = Callable[[str], list[str]]


# the address and the images say what the fields of the score window do
WITHIN = """() => {
  const read = (text) => (text ? Number(text.replace("−", "-")) : NaN);
  const [low, high] = ["low", "high"].map((name) => read(document.querySelector(`input[name=${name}]`).value));
  const asked = new URLSearchParams(location.search), busy = document.querySelector("#grid[aria-busy]");
  const scores = [...document.querySelectorAll("#grid [role=option]")].map(({ dataset }) => read(dataset.score));
  if (busy || !scores.length || read(asked.get("low")) !== low || read(asked.get("high")) !== high) return false;
  return scores.every((score) => low - 0.01 <= score && score <= high + 0.01);
}"""


def _mark_first(page: Page, kind: str, count: int) -> int:
    """Mark the first images shown by the keyboard; returns how many are of the kind."""
    cells = page.locator("#grid [role=option]")
    cells.first.focus()
    records = [cell.get_attribute("data-record") for cell in cells.all()][:count]
    for record in records:
        page.keyboard.press("p" if record == kind else "x")
    return records.count(kind)


def test_a_class_is_taught_applied_reviewed_and_exported(
    visit: Visit, archive: Workspace, items_of: Items, tmp_path: Path
) -> None:
    page = visit("/")
    page.get_by_role("searchbox").fill("discs")
    page.get_by_role("button", name="Search", exact=True).click()
    grid = page.get_by_role("listbox", name="Images")
    expect(grid.get_by_role("option")).to_have_count(12)

    grid.get_by_role("option").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#selected")).to_have_text("2")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New class")
    dialog.get_by_label("Name", exact=True).fill("Balloons")
    dialog.get_by_label("Label in French").fill("Ballons")
    dialog.get_by_role("button", name="Create").click()

    expect(page.locator("#version")).to_have_text("v1")
    expect(page.get_by_role("radio", name="Relevant")).to_be_checked()
    right = _mark_first(page, "discs", 6)
    expect(page.locator('[data-count="1"]')).to_have_text(str(2 + right))
    page.keyboard.press("r")
    expect(page.locator("#version")).to_have_text("v2")
    class_id = archive.classes()[0].visual_class.id
    marks = archive.marks(class_id)
    assert len(marks) == 2 + 6
    assert {item for item, value in marks.items() if value == 1} <= set(items_of("discs"))

    page.get_by_role("link", name="Balloons").click()
    expect(page.get_by_role("heading", name="Balloons")).to_be_visible()
    page.get_by_role("link", name="Enrich…").click()
    page.get_by_role("button", name="Launch").click()
    page.get_by_role("link", name="Review Balloons").click()

    proposed = archive.predictions(class_id, status="proposed")
    assert proposed
    first = page.get_by_role("listbox", name="Images").get_by_role("option").first
    first.focus()
    page.keyboard.press("p")
    expect(first).to_have_attribute("data-status", "accepted")
    expect(page.locator("#save")).to_have_text("Saved")
    if len(proposed) > 1:
        page.keyboard.press("x")
        expect(page.locator('[data-status-count="rejected"]')).to_have_text("1")
    accepted = {card.item for card in archive.predictions(class_id, status="accepted", limit=100)}
    assert proposed[0].item in accepted

    page.get_by_role("link", name="Publish, export").first.click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="Take the annotations away").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="W3C").click()
    waiting.value.save_as(tmp_path / "annotations.jsonl")
    annotations = [json.loads(line) for line in (tmp_path / "annotations.jsonl").read_text("utf-8").splitlines()]
    about = {one["target"]["id"] for one in annotations if one["motivation"] != "assessing"}
    assert {archive.item(item).uri for item in accepted} == about
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV", exact=True).click()
    waiting.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == 1 + len(accepted)


def test_undo_and_redo_survive_a_reload(visit: Visit, archive: Workspace, items_of: Items) -> None:
    discs = items_of("discs")
    made = archive.create_class("Discs", positives=discs[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}")
    cell = page.locator("#grid [role=option]").first
    item = str(cell.get_attribute("data-item"))
    cell.focus()
    page.keyboard.press("x")
    expect(cell).to_have_attribute("data-mark", "-1")
    expect(page.locator("#save")).to_have_text("Saved")
    page.reload()
    assert archive.marks(made.id)[item] == -1

    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#save")).to_have_text("Saved")
    assert item not in archive.marks(made.id)
    page.reload()
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator('[data-count="-1"]')).to_have_text("1")
    assert archive.marks(made.id)[item] == -1
    page.get_by_role("button", name="Undo").click()
    expect(page.locator('[data-count="-1"]')).to_have_text("0")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator('[data-count="1"]')).to_have_text("0")
    expect(page.get_by_role("button", name="Refine")).to_be_disabled()


def test_marks_wait_for_the_server_and_are_sent_again_under_the_same_id(
    visit: Visit, archive: Workspace, items_of: Items
) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}", allow="net::ERR_FAILED")
    sent: list[str] = []
    losing = [True]

    def lose(route: Route) -> None:
        operations = json.loads(route.request.post_data or "{}")["operations"]
        sent.extend(one["op_id"] for one in operations)
        if losing:
            route.fetch()  # the server has it, but the answer is lost on its way
            route.abort()
        else:
            route.continue_()

    page.route("**/marks", lose)
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("p")
    expect(page.locator("#save")).to_contain_text("1 not saved yet")
    losing.clear()
    expect(page.locator("#save")).to_have_text("Saved")
    assert len(sent) >= 2
    assert len(set(sent)) == 1
    history = archive.mark_history(made.id)
    assert [entry.op_id for entry in history].count(sent[0]) == 1
    assert archive.class_summary(made.id).positives == 4


def test_one_target_rule_ranges_and_the_strategies_by_number(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}")
    cells = page.locator("#grid [role=option]")
    cells.nth(1).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    cells.nth(5).focus()
    page.keyboard.press("x")  # outside the selection: only this one
    expect(page.locator('[data-mark="-1"][role=option]')).to_have_count(1)
    cells.nth(2).focus()
    page.keyboard.press("i")  # inside: all of it
    expect(page.locator('[data-mark="0"][role=option]')).to_have_count(2)
    expect(page.locator("#save")).to_have_text("Saved")
    page.keyboard.press("Digit3")
    expect(page.get_by_role("radio", name="Ambiguous")).to_be_checked()
    page.wait_for_url("**show=ambiguous**")
    expect(page.locator("#found")).to_contain_text("ambiguous")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_the_score_window_is_set_with_two_thumbs(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:3], -1), op_id="no")
    archive.fit(made.id)
    page = visit(f"/?class={made.id}&show=ranking")
    cells = page.locator("#grid [role=option]")
    everything = cells.count()
    page.locator("summary", has_text="Advanced").click()
    low, high = page.get_by_role("slider", name="lowest score"), page.get_by_role("slider", name="highest score")
    box = high.bounding_box()
    assert box
    middle, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 6, y)  # the right thumb, by the mouse
    page.mouse.down()
    page.mouse.move(middle, y, steps=5)
    page.mouse.up()
    page.wait_for_url("**high=**")
    expect(cells.first).to_be_visible()
    below = cells.count()
    assert 0 < below < everything
    assert "low=" not in page.url
    low.focus()  # the left one, by keys
    low.press("PageUp")  # further on there is a gap between what is of the class and what is not
    low.press("ArrowRight")
    page.wait_for_function(WITHIN)  # the answer to the last key, not to the first
    assert 0 < cells.count() < below
    bounds = [float(page.locator(f"input[name={name}]").input_value().replace("−", "-")) for name in ("low", "high")]
    scores = [float(str(cell.get_attribute("data-score")).replace("−", "-")) for cell in cells.all()]
    assert all(bounds[0] - 0.01 <= score <= bounds[1] + 0.01 for score in scores)
    for _ in range(40):  # a thumb never passes the other
        low.press("PageUp")
    assert float(low.input_value()) <= float(high.input_value())
    page.reload()  # the address holds the window, and the thumbs stand where it says
    assert float(high.input_value()) < float(str(high.get_attribute("max")))


def test_an_uploaded_image_and_a_selection_are_searched_with(visit: Visit, pictures: Path) -> None:
    page = visit("/")
    page.locator("#image").set_input_files(pictures / "stripes" / "stripes-03.jpg")
    expect(page.locator(".asking")).to_contain_text("your image")
    best = page.locator("#grid [role=option]").first
    expect(best).to_have_attribute("data-record", "stripes")
    best.focus()
    page.keyboard.press("s")
    page.wait_for_url("**item=**")
    expect(page.locator("#grid [role=option]").first).to_have_attribute("data-score", "1.00")


def test_an_upload_that_is_no_image_is_refused_in_one_line(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "false.jpg").write_bytes(b"not an image")
    page = visit("/", allow="status of (400|502)")
    page.locator("#image").set_input_files(tmp_path / "false.jpg")
    expect(page.get_by_role("alert")).to_contain_text("not an image")


def test_the_context_of_an_image_and_back_to_the_same_focus(visit: Visit, archive: Workspace) -> None:
    page = visit("/?q=frames")
    cells = page.locator("#grid [role=option]")
    cells.nth(3).focus()
    item = cells.nth(3).get_attribute("data-item")
    page.keyboard.press("Enter")
    expect(page.locator("#document")).to_have_attribute("data-item", str(item))
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Escape")
    page.wait_for_url("**q=frames**")
    expect(page.locator(f"#i-{item}")).to_be_focused()


def test_a_region_is_drawn_moved_by_keys_and_searched_with(visit: Visit, archive: Workspace, items_of: Items) -> None:
    item = archive.item(items_of("frames")[0])
    page = visit(f"/items/{item.id}")
    page.locator(".regions g[transform]").wait_for(state="attached")  # the viewer has opened the image
    page.locator("#main").focus()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Region", exact=True)).to_have_attribute("aria-pressed", "true")
    box = page.locator("#viewer").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    page.mouse.move(x + 60, y + 50, steps=4)
    page.mouse.up()
    region = page.locator("rect.region")
    expect(region).to_be_focused()
    left = int(page.get_by_label("left").input_value())
    page.keyboard.press("ArrowRight")
    assert int(page.get_by_label("left").input_value()) > left
    width = page.get_by_label("width").input_value()
    page.locator("#main").focus()
    page.keyboard.press("t")
    page.mouse.click(x - 20, y - 20)  # one corner, then the other, for who cannot drag
    page.mouse.click(x + 30, y + 40)
    expect(region).to_be_focused()
    assert int(page.get_by_label("width").input_value()) < int(width)
    page.get_by_role("button", name="Search with this region").click()
    page.wait_for_url("**region=**")
    expect(page.locator("#grid [role=option]").first).to_be_visible()


def test_french_speaks_and_counts_french(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Disques", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}", locale="fr-FR")
    expect(page.get_by_role("button", name="Affiner")).to_be_visible()
    expect(page.get_by_role("heading", name="Que montrer ensuite ?")).to_be_visible()
    assert "," in str(page.locator("#grid [role=option]").first.get_attribute("data-score"))
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Refine")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Refine")).to_be_visible()


def test_search_reading_and_single_marks_work_without_scripts(
    visit: Visit, archive: Workspace, items_of: Items
) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}", java_script_enabled=False)
    page.locator("li.cell").first.get_by_role("button", name="positive").click()
    assert archive.class_summary(made.id).positives == 4
    page.get_by_role("button", name="Undo").click()
    assert archive.class_summary(made.id).positives == 3
    page.get_by_role("radio", name="Ambiguous").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#found")).to_contain_text("ambiguous")
    page.get_by_role("button", name="Refine").click()
    expect(page.locator("#version")).to_have_text("v2")
    page.get_by_role("searchbox").fill("stripes")
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator("li.cell a").first.click()
    expect(page.locator("#still")).to_be_visible()
