"""Verdicts by keys: taken back, and waiting where the server does not answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from snoop_flow import Workspace
from snoop_flow.entities import Status

Visit = Callable[..., Page]
Items = Callable[[str], list[str]]


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    made = archive.create_class("Discs", positives=items_of("discs")[:1])
    archive.fit(made.id)
    archive.enrich([made.id], threshold=-100.0)
    return made.id


def _counted(archive: Workspace, class_id: str, status: Status) -> int:
    return archive.class_summary(class_id).predictions.get(status, 0)


def test_verdicts_are_taken_back_one_by_one(visit: Visit, archive: Workspace, discs: str) -> None:
    page = visit(f"/classes/{discs}/review")
    cells = page.locator("#grid [role=option]")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    before = _counted(archive, discs, Status.REJECTED)
    cells.first.focus()
    for key in ("x", "x", "p"):
        page.keyboard.press(key)
    expect(page.locator('[data-status-count="rejected"]')).to_have_text(str(before + 2))
    page.keyboard.press("Control+z")
    expect(cells.nth(2)).to_have_attribute("data-status", "proposed")
    undo.click()
    expect(cells.nth(1)).to_have_attribute("data-status", "proposed")
    expect(cells.first).to_have_attribute("data-status", "rejected")
    expect(page.locator('[data-status-count="rejected"]')).to_have_text(str(before + 1))
    assert _counted(archive, discs, Status.REJECTED) == before + 1


def test_verdicts_wait_while_the_server_does_not_answer(visit: Visit, archive: Workspace, discs: str) -> None:
    page = visit(f"/classes/{discs}/review", allow="net::ERR_FAILED")
    before = _counted(archive, discs, Status.REJECTED)

    def lose(route: Route) -> None:
        route.abort()

    page.route("**/api/v1/classes/*/review", lose)
    cells = page.locator("#grid [role=option]")
    cells.first.focus()
    for _ in range(3):
        page.keyboard.press("x")
    expect(page.locator("#save")).to_have_text("3 verdicts not saved yet; trying again")
    expect(cells.nth(2)).to_have_attribute("data-status", "rejected")  # what was decided stays on the screen
    assert _counted(archive, discs, Status.REJECTED) == before
    page.unroute("**/api/v1/classes/*/review", lose)
    expect(page.locator("#save")).to_have_text("Saved")
    expect(page.locator('[data-status-count="rejected"]')).to_have_text(str(before + 3))
    assert _counted(archive, discs, Status.REJECTED) == before + 3
