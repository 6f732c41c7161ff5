"""No barrier that axe finds, on any screen, in both themes and languages, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

Visit = Callable[..., Page]
# what Mirador says of its own parts
MIRADOR = "MUI|element.ref"
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


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: run python -m snoop_webui.vendor tests/webui")
@pytest.mark.parametrize(
    ("theme", "locale", "width"), [("light", "en-GB", 1440), ("dark", "fr-FR", 1440), ("dark", "en-GB", 320)]
)
def test_axe_finds_no_barrier_on_any_screen(
    visit: Visit, screens: list[str], theme: str, locale: str, width: int
) -> None:
    # axe is run from outside of the page, whose policy would not load it
    page = visit(
        "/",
        locale=locale,
        color_scheme=theme,
        viewport={"width": width, "height": 900},
        bypass_csp=True,
        reduced_motion="reduce",
        allow=MIRADOR,
    )
    found: list[str] = []
    for screen in screens:
        page.goto(screen)
        page.wait_for_load_state("networkidle")
        found += [f"{screen}: {one}" for one in page.evaluate(RUN, AXE.read_text("utf-8"))]
    assert found == []
