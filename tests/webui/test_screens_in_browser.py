"""Every screen in a real browser: no policy violated, nothing too wide, headings and names in place, no dead link."""

from __future__ import annotations

import html
import re
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from snoop_flow import Workspace

Visit = Callable[..., Page]
# what Mirador says of its own parts
MIRADOR = "MUI|element.ref"
LINK = re.compile(r'<(?:a|link|script|img|source)\b[^>]*?\s(?:href|src)="(/[^"]*)"')
ALIKE = 2  # addresses of one shape that are followed
FAILED = r"status of (400|404)"
UNNAMED = """() => [...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea, img')]
  .filter(node => !node.closest('.mirador') && node.checkVisibility())
  .filter(node => !(node.ariaLabel || node.alt !== undefined && node.hasAttribute('alt')
    || node.labels?.length || node.textContent.trim() || node.querySelector('img[alt]')))
  .map(node => node.outerHTML.slice(0, 120))"""


@pytest.fixture
def archive(screened: tuple[Path, list[str]], tmp_path: Path) -> Iterator[Workspace]:
    """The workspace that has all the screens."""
    shutil.copytree(screened[0], tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace") as workspace:
        yield workspace


@pytest.mark.parametrize(
    ("width", "theme", "locale"), [(1440, "light", "en-GB"), (1024, "dark", "fr-FR"), (320, "light", "fr-FR")]
)
def test_every_screen_fits_and_is_named(visit: Visit, screens: list[str], width: int, theme: str, locale: str) -> None:
    page = visit(
        "/", locale=locale, color_scheme=theme, viewport={"width": width, "height": 800}, allow=f"{MIRADOR}|{FAILED}"
    )
    for screen in screens:
        page.goto(screen)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, screen
        assert page.locator("h1:not(.mirador h1)").count() == 1, screen
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
    with page.expect_navigation():
        page.get_by_role("button", name="Dark theme").click()
    page.wait_for_load_state("networkidle")  # the answer leads back to the page
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 23, 25)"


def test_whatever_a_screen_links_to_is_there(client: FlaskClient, archive: Workspace, screens: list[str]) -> None:
    archive.embed()  # what is not searchable yet cannot be searched with
    waiting = deque((screen, "") for screen in screens if screen not in ("/classes/none", "/?item=none"))
    seen: set[str] = set()
    shapes: Counter[str] = Counter()
    dead: list[str] = []
    while waiting:
        address, origin = waiting.popleft()
        if address in seen or "low=much" in address:
            continue
        seen.add(address)
        answer = client.get(address, buffered=True)
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {address} from {origin}")
        if "html" not in answer.content_type:
            continue
        for found in map(html.unescape, LINK.findall(answer.text)):
            shape = re.sub(r"=[^&]*|[a-z0-9]{18,}", "", found.partition("#")[0])
            shapes[shape] += 1
            if shapes[shape] <= ALIKE:
                waiting.append((found.partition("#")[0], address))
    assert dead == []
    assert len(seen) > 100
