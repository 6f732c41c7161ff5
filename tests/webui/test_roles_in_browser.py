"""What is offered to whom: who may only look is told so, and finds nothing that would be refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from snoop_flow import Workspace

Visit = Callable[..., Page]
Items = Callable[[str], list[str]]
PASSWORD = "correct horse battery"


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    """The id of a class that was taught, applied and shared, in a workspace in which people log in."""
    made = archive.create_class("Discs", positives=items_of("discs")[:3], visibility="institution")
    archive.fit(made.id)
    archive.enrich([made.id], threshold=-100.0)
    archive.set_password("curator", PASSWORD)
    for login, role in (("vera", "viewer"), ("cora", "curator")):
        archive.add_user(login, login.title(), role=role)
        archive.set_password(login, PASSWORD)
    return made.id


def test_a_viewer_reads_every_screen_and_is_told_what_changing_takes(
    visit: Visit, archive: Workspace, discs: str, items_of: Items
) -> None:
    page = visit("/login", locale="fr-FR", allow=r"status of 403")
    page.locator("[name=login]").fill("vera")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button.primary").click()
    expect(page.locator(".me")).to_contain_text("Vera")
    expect(page.locator(".me")).to_contain_text(archive.settings.institution)
    here = f"/classes/{discs}"
    told = "Vous pouvez tout regarder ici."
    for screen in (f"/?class={discs}", here, f"{here}/review?status=all", f"{here}/audit", "/enrichment", "/sources"):
        page.goto(screen)
        expect(page.get_by_text(told)).to_be_visible()
        for name in ("Affiner", "Positif", "Accepter", "Lancer", "Moissonner", "Archiver", "Nouvelle classe…"):
            expect(page.get_by_role("button", name=name).locator("visible=true")).to_have_count(0)
    assert archive.audits(discs) == []  # looking draws no sample
    page.goto(f"/?class={discs}")
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("p")
    expect(page.locator("#save")).to_have_text("Pour juger il faut le rôle de conservateur.")
    page.goto(f"/items/{items_of('discs')[0]}?class={discs}")
    expect(page.locator(".mark-form")).to_have_count(0)
    page.goto("/admin")
    expect(page.get_by_role("alert")).to_contain_text("Il faut ici le rôle « administrateur »")
    assert len(archive.marks(discs)) == 3
