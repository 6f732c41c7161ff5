"""Queries of several images, like and unlike; the way back after refining; pages that are older than the class."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from snoop_flow import Workspace

Visit = Callable[..., Page]
Items = Callable[[str], list[str]]


def test_images_join_a_query_change_sides_and_leave_it(visit: Visit, items_of: Items) -> None:
    discs, frames = items_of("discs"), items_of("frames")
    page = visit(f"/?item={discs[0]}")
    cells = page.locator("#grid [role=option]")
    cells.first.wait_for()
    page.locator(f"#i-{discs[1]}").focus()
    page.get_by_role("button", name="like", exact=True).click()
    page.wait_for_url(f"**item={discs[0]}&item={discs[1]}")
    expect(page.locator(".asking img")).to_have_count(2)
    page.locator(f"#i-{frames[0]}").focus()
    page.get_by_role("button", name="unlike").click()
    page.wait_for_url(f"**&not={frames[0]}")
    expect(page.locator(".asking .unlike")).to_have_count(1)
    expect(cells.first).to_be_visible()
    page.get_by_role("link", name="turn into: not like this").last.click()
    page.wait_for_url(f"**not={discs[1]}")
    expect(page.locator(".asking .unlike")).to_have_count(2)
    page.get_by_role("link", name="leave this image out").last.click()
    expect(page.locator(".asking .unlike")).to_have_count(1)
    page.get_by_role("link", name="turn into: like this").click()
    expect(page.locator(".asking .unlike")).to_have_count(0)
    expect(page.locator(".asking img")).to_have_count(2)


def test_the_order_before_refining_is_one_click_away(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:1])
    archive.fit(made.id)
    page = visit(f"/?item={items_of('stripes')[0]}&class={made.id}&count=15")
    cells = page.locator("#grid [role=option]")
    before = [cell.get_attribute("data-item") for cell in cells.all()]
    original = page.get_by_role("link", name="Original order")
    expect(original).to_be_hidden()
    cells.first.focus()
    page.keyboard.press("x")
    page.keyboard.press("r")
    expect(page.locator("#save")).to_have_text("Version 2")
    expect(original).to_be_visible()
    original.click()
    page.wait_for_url("**item=**")
    expect(original).to_be_hidden()
    assert [cell.get_attribute("data-item") for cell in cells.all()] == before


def test_who_comes_back_is_told_of_a_version_made_elsewhere(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}")
    page.locator("#grid [role=option]").first.wait_for()
    archive.mark(made.id, {items_of("frames")[0]: -1}, op_id="elsewhere")
    archive.fit(made.id)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#save")).to_contain_text("Version 2 of the class was made elsewhere.")
    page.get_by_role("link", name="show what it finds").click()
    expect(page.locator("#version")).to_have_text("v2")


def test_what_could_not_be_shown_is_tried_again(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}", allow="net::ERR_FAILED")
    cells = page.locator("#grid [role=option]")
    cells.first.focus()
    shown = cells.count()

    def lose(route: Route) -> None:
        route.abort()

    page.route("**/?*show=random*", lose)
    page.keyboard.press("5")
    expect(page.locator("#save")).to_contain_text("the server does not answer")
    expect(cells).to_have_count(shown)  # what was there stays
    page.unroute("**/?*show=random*", lose)
    page.get_by_role("button", name="try again").click()
    page.wait_for_url("**show=random**")
    expect(page.locator("#found")).to_contain_text("random")


def test_on_a_narrow_screen_the_images_come_first(visit: Visit, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    page = visit(f"/?class={made.id}", viewport={"width": 320, "height": 800})
    ambiguous = page.get_by_role("radio", name="Ambiguous")
    expect(ambiguous).to_be_hidden()
    page.get_by_text("What next, filters").click()
    expect(ambiguous).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 800})
    expect(ambiguous).to_be_visible()


def test_an_image_is_marked_named_and_added_in_its_document(visit: Visit, archive: Workspace, items_of: Items) -> None:
    discs = items_of("discs")
    made = archive.create_class("Discs", positives=discs[:3])
    other = archive.create_class("Others")
    page = visit(f"/items/{discs[5]}?class={made.id}")
    ready = expect(page.locator("#main"))  # the script of the page gives it the focus when it is there
    for key, value in (("p", 1), ("x", -1), ("i", 0), ("u", None)):
        ready.to_be_focused()
        with page.expect_navigation():
            page.keyboard.press(key)
        assert archive.marks(made.id).get(discs[5]) == value
    ready.to_be_focused()
    page.keyboard.press("a")
    page.locator("#add-to-class select").select_option(other.id)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Added")).to_be_visible()
    assert archive.marks(other.id) == {discs[5]: 1}
    ready.to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    ready.to_be_focused()
    page.keyboard.press("c")
    page.wait_for_url("**/classes/new?item=**")
