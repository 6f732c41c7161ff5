"""Every screen in a real browser: no policy violated, nothing wider than the window, headings and names in place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from snoop_flow import Workspace

Visit = Callable[..., Page]
UNNAMED = """() => [...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea, img')]
  .filter(node => node.checkVisibility() && !(node.ariaLabel || node.alt !== undefined && node.hasAttribute('alt')
    || node.labels?.length || node.textContent.trim() || node.querySelector('img[alt]')))
  .map(node => node.outerHTML.slice(0, 120))"""


@pytest.fixture
def screens(archive: Workspace, items_of: Callable[[str], list[str]]) -> list[str]:
    """The addresses of all screens of a workspace in which a class was taught and applied."""
    discs, frames = items_of("discs"), items_of("frames")
    made = archive.create_class("Discs", positives=discs[:4])
    archive.mark(made.id, dict.fromkeys(frames[:4], -1), op_id="first")
    archive.fit(made.id)
    report = archive.enrich([made.id])
    archive.review(made.id, accept=[archive.predictions(made.id)[0].item])
    archive.publish([made.id])
    here = f"/classes/{made.id}"
    screens = ["/", f"/?class={made.id}", f"/?class={made.id}&show=ranking", f"/?item={discs[0]}", "/?q=nothing+of+it"]
    screens += ["/classes", "/classes/new", here, f"{here}/audit", f"{here}/review?status=all", f"{here}/publish"]
    return [*screens, "/enrichment", "/jobs", f"/jobs/{report.job}", "/sources", f"/items/{discs[0]}?class={made.id}"]


@pytest.mark.parametrize(
    ("width", "theme", "locale"), [(1440, "light", "en-GB"), (1024, "dark", "fr-FR"), (320, "light", "fr-FR")]
)
def test_every_screen_fits_and_is_named(visit: Visit, screens: list[str], width: int, theme: str, locale: str) -> None:
    page = visit("/", locale=locale, color_scheme=theme, viewport={"width": width, "height": 800})
    for screen in screens:
        page.goto(screen)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, screen
        assert page.locator("h1").count() == 1, screen
        assert page.locator("main#main").count() == 1, screen
        assert page.evaluate(UNNAMED) == [], screen
        assert page.evaluate("() => [...document.images].filter(i => i.complete && !i.naturalWidth).length") == 0, (
            screen
        )


def test_cells_are_told_apart_where_colours_are_forced(visit: Visit, screens: list[str]) -> None:
    page = visit(screens[2], forced_colors="active")
    seen = page.evaluate(
        """() => [...document.querySelectorAll('#grid [role=option]')]
        .map(node => [node.dataset.mark, getComputedStyle(node).borderStyle])"""
    )
    assert {style for mark, style in seen if mark == "1"} == {"solid"}
    assert {style for mark, style in seen if mark == "-1"} == {"dashed"}


def test_the_theme_is_switched_and_kept(visit: Visit) -> None:
    page = visit("/classes")
    page.get_by_role("button", name="Dark theme").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 23, 25)"
