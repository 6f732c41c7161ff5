"""The audit page: images are judged one by one with three keys, blindly; figures come afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from snoop_flow import Workspace

Visit = Callable[..., Page]
Post = Callable[..., TestResponse]
Items = Callable[[str], list[str]]


@pytest.fixture
def stripes(archive: Workspace, items_of: Items) -> str:
    """The id of a fitted class of stripes."""
    made = archive.create_class("Stripes", positives=items_of("stripes")[:2])
    archive.fit(made.id)
    return made.id


def test_images_are_judged_with_keys_and_taken_back(
    visit: Visit, stripes: str, archive: Workspace, items_of: Items
) -> None:
    members = set(items_of("stripes"))
    page = visit(f"/classes/{stripes}/audit")
    shown = page.locator(".blind > li:visible")
    expect(shown).to_have_count(1)
    for step in range(10):
        item = shown.get_attribute("data-item")
        page.keyboard.press("y" if item in members else "n" if step else "u")
        if step < 9:
            expect(page.locator(f"[data-item='{item}']")).to_be_hidden()
        if step == 3:
            page.keyboard.press("Backspace")
            expect(page.locator(f"[data-item='{item}'] [aria-pressed=true]")).to_be_visible()
            page.keyboard.press("y" if item in members else "n")
            expect(page.locator(f"[data-item='{item}']")).to_be_hidden()
    expect(page.locator("#answered")).to_have_text("10 answers")  # the page was loaded anew
    (audit,) = archive.audits(stripes)
    assert audit.answered == 10
    asked = [card.item for card in archive.audit_next(stripes, 100).cards]
    archive.audit_answers(stripes, {item: 1 if item in members else -1 for item in asked})
    page.goto(f"/classes/{stripes}/audit?precision=90")
    expect(page.get_by_text("members in the corpus")).to_be_visible()
    page.get_by_role("button", name="Use this threshold").first.click()
    page.wait_for_url(f"**/classes/{stripes}")  # the audit's own heading has the name, too
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stripes")
    wanted = archive.audit_report(stripes, precision=0.9).wanted
    model = archive.class_summary(stripes).model
    assert wanted is not None
    assert wanted.estimated is not None
    assert model is not None
    assert model.threshold == pytest.approx(wanted.estimated.threshold)


def test_without_scripts_each_image_has_its_buttons(
    client: FlaskClient, post: Post, stripes: str, archive: Workspace
) -> None:
    text = client.get(f"/classes/{stripes}/audit").text
    assert "Nothing is estimated yet: 30 more answers are needed." in text
    first = re.findall(r'value="yes:([^"]+)"', text)
    assert len(first) == 10
    assert post(f"/classes/{stripes}/audit", answer=f"unsure:{first[0]}").status_code == 303
    assert archive.audits(stripes)[0].unsure == 1
    assert post(f"/classes/{stripes}/audit", answer=f"maybe:{first[1]}").status_code == 400
    assert post(f"/classes/{stripes}/audit/new").status_code == 303
    assert len(archive.audits(stripes)) == 2
    assert post(f"/classes/{stripes}/audit/learn").status_code == 303
    assert archive.marks(stripes)[first[0]] == 0


def test_a_class_that_is_not_fitted_says_what_to_do(client: FlaskClient, archive: Workspace) -> None:
    made = archive.create_class("Nothing yet")
    assert "The class is not ready for an audit" in client.get(f"/classes/{made.id}/audit").text
