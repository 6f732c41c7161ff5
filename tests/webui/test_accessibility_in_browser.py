"""No barrier that axe finds, on any screen, in both themes and languages, wide and narrow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from snoop_flow import Workspace

Visit = Callable[..., Page]
# what Mirador says of its own parts
MIRADOR = "MUI|element.ref"
FAILED = r"status of (400|403|404|500)"
PASSWORD = "correct horse battery"
AXE = Path(__file__).with_name("vendor") / "axe" / "axe.min.js"
RUN = """async (source) => {
  if (!window.axe) { new Function(source)(); }
  // Mirador brings a main landmark of its own into the page
  const own = { enabled: !document.querySelector('.mirador') };
  const { violations } = await axe.run({ exclude: [['.mirador']] }, {
    resultTypes: ['violations'],
    rules: { 'landmark-no-duplicate-main': own, 'landmark-unique': own },
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} ${node.target.join(' ')} ${node.failureSummary}`)
  );
}"""


@pytest.fixture
def archive(screened: tuple[Path, list[str]], tmp_path: Path) -> Iterator[Workspace]:
    """The workspace that has all the screens."""
    shutil.copytree(screened[0], tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace") as workspace:
        yield workspace


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: run python -m snoop_webui.vendor tests/webui")
@pytest.mark.parametrize(
    ("theme", "locale", "width"), [("light", "en-GB", 1440), ("dark", "fr-FR", 1440), ("dark", "en-GB", 320)]
)
def test_axe_finds_no_barrier_on_any_screen(
    visit: Visit, screens: list[str], theme: str, locale: str, width: int
) -> None:
    page = visit("/", **_looks(theme, locale, width))
    found: list[str] = []
    for screen in screens:
        page.goto(screen)
        page.wait_for_load_state("networkidle")
        found += [f"{screen}: {one}" for one in page.evaluate(RUN, AXE.read_text("utf-8"))]
    assert found == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: run python -m snoop_webui.vendor tests/webui")
@pytest.mark.parametrize(
    ("theme", "locale", "width"), [("light", "fr-FR", 1440), ("dark", "en-GB", 1440), ("light", "en-GB", 320)]
)
def test_axe_finds_no_barrier_where_somebody_is_not_let_in(
    visit: Visit, archive: Workspace, broken: str, theme: str, locale: str, width: int
) -> None:
    page = visit("/classes/new", **_looks(theme, locale, width))
    seen: dict[str, str] = {}

    def look(name: str) -> None:
        page.wait_for_load_state("networkidle")
        seen[name] = page.locator("h1").inner_text()
        assert page.evaluate(RUN, AXE.read_text("utf-8")) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name

    page.get_by_role("textbox").first.fill("Too late")
    page.context.clear_cookies()  # the session is over before the form is sent
    with page.expect_navigation():
        page.locator("main button.primary").click()
    look("a form of a session that is over")
    page.goto(broken)
    look("a failure of the server")
    archive.set_password("curator", PASSWORD)
    page.goto("/classes")
    look("login")
    page.locator("[name=login]").fill("curator")
    page.locator("[name=password]").fill("not that one")
    with page.expect_navigation():
        page.locator("main button.primary").click()
    look("a wrong password")
    assert len(set(seen.values())) == 3  # to log in, what may not be done, and what failed


def _looks(theme: str, locale: str, width: int) -> dict[str, Any]:
    """How the browser is set; the page's policy would not load axe, which is run from outside of it."""
    return {
        "locale": locale,
        "color_scheme": theme,
        "viewport": {"width": width, "height": 900},
        "bypass_csp": True,
        "reduced_motion": "reduce",
        "allow": f"{MIRADOR}|{FAILED}",
    }
