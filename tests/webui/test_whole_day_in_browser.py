"""A curator's whole day in a real browser, in both languages, with nothing but what the screens offer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from snoop_flow import Workspace

Visit = Callable[..., Page]


@dataclass(frozen=True)
class Words:
    """What the buttons are called."""

    locale: str
    search: str
    dialog: str
    name: str
    create: str
    refined: str
    audit: str
    enrich: str
    launch: str
    review: str
    publish_export: str
    publish: str
    take: str
    undo: str
    all_: str


ENGLISH = Words(
    "en-GB", "Search", "New class", "Name", "Create", "Version", "Audit", "Enrich…", "Launch",
    "Review", "Publish, export", "Publish", "Take the annotations away", "Undo", "all",
)  # fmt: skip
FRENCH = Words(
    "fr-FR", "Chercher", "Nouvelle classe visuelle", "Vedette", "Créer", "Version", "Audit", "Enrichir…",
    "Lancer", "Relire", "Publier, exporter", "Publier", "Récupérer les annotations", "Annuler", "toutes",
)  # fmt: skip


@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_a_curators_whole_day(visit: Visit, archive: Workspace, words: Words) -> None:
    page = visit("/", locale=words.locale)
    _search_and_begin(page, words)
    class_id = archive.classes()[0].visual_class.id
    for round_ in range(3):
        _mark_a_batch(page, 10)
        page.keyboard.press("r")
        expect(page.locator("#save")).to_have_text(f"{words.refined} {round_ + 2}")  # said when the next batch is there
        expect(page.locator("#version")).to_have_text(f"v{round_ + 2}")
    summary = archive.class_summary(class_id)
    assert summary.positives + summary.negatives == 2 + 30
    assert len(summary.models) == 4

    _audit(page, words, archive, class_id)
    page.goto(f"/classes/{class_id}")
    page.get_by_role("link", name=words.enrich).click()
    page.get_by_role("button", name=words.launch).click()
    page.get_by_role("link", name=re.compile(words.review)).last.click()
    _review(page, words)
    assert archive.class_summary(class_id).predictions["rejected"] == 1  # type: ignore[index]
    _publish(page, words, archive, class_id)

    page.goto(f"/?class={class_id}")
    before = len(archive.marks(class_id))
    page.get_by_role("button", name=words.undo).click()
    expect(page.get_by_role("button", name=words.undo)).to_be_enabled()
    deadline = time.monotonic() + 60  # marks wait up to a second before they are sent
    while len(archive.marks(class_id)) >= before:
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.goto("/home")
    expect(page.get_by_role("link", name="Discs", exact=True)).to_be_visible()


def _search_and_begin(page: Page, words: Words) -> None:
    page.get_by_role("searchbox").fill("discs")
    page.get_by_role("button", name=words.search, exact=True).click()
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name=words.dialog)
    dialog.get_by_label(words.name, exact=True).fill("Discs")
    dialog.get_by_role("button", name=words.create).click()
    expect(page.locator("#version")).to_have_text("v1")


def _mark_a_batch(page: Page, count: int) -> None:
    cells = page.locator("#grid [role=option]")
    cells.first.focus()
    kinds = [cell.get_attribute("data-record") for cell in cells.all()][:count]
    assert len(kinds) == count
    for kind in kinds:
        page.keyboard.press("p" if kind == "discs" else "x")


def _audit(page: Page, words: Words, archive: Workspace, class_id: str) -> None:
    page.goto(f"/classes/{class_id}")
    page.get_by_role("link", name=words.audit, exact=True).first.click()
    cards = page.locator(".blind > li")
    expect(page.locator(".blind > li:visible")).to_have_count(1)  # one at a time, once the script is there
    for answered in range(1, min(3, cards.count()) + 1):
        caption = page.locator(".blind > li:visible figcaption").inner_text()
        page.keyboard.press("y" if "discs" in caption else "n")
        page.wait_for_function("(count) => document.getElementById('progress').value >= count", arg=answered)
    assert sum(one.answered for one in archive.audits(class_id)) > 0


def _review(page: Page, words: Words) -> None:
    """Accept all but the last; what was marked as positive counts as accepted already."""
    page.get_by_role("link", name=words.all_, exact=True).click()
    cells = page.locator("#grid [role=option]")
    cells.first.focus()
    for _ in range(cells.count() - 1):
        page.keyboard.press("p")
    page.keyboard.press("End")
    page.keyboard.press("x")
    expect(page.locator('[data-status-count="rejected"]')).to_have_text("1")
    expect(page.locator('[data-status-count="proposed"]')).to_have_text("0")


def _publish(page: Page, words: Words, archive: Workspace, class_id: str) -> None:
    page.get_by_role("link", name=words.publish_export).first.click()
    accepted = archive.class_summary(class_id).predictions["accepted"]  # type: ignore[index]
    expect(page.locator(".plan")).to_contain_text(f"+ {accepted}")
    page.get_by_role("button", name=words.publish, exact=True).click()
    expect(page.get_by_role("link", name=words.take)).to_be_visible()
    assert archive.class_summary(class_id).annotations == accepted
