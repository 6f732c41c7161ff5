"""Draw the pictures of the documentation: a demo workspace in the web UI, seen by the system's Chromium.

    snoop-flow demo --headless --workspace demo
    python scripts/screenshots.py demo            # those that the documentation shows
    python scripts/screenshots.py demo --all --out pictures

Writes PNG files, `SCENE-LANGUAGE-THEME.png`, by default to docs/pictures/; with `--all` every screen in English and
French, light and dark.
"""

from __future__ import annotations

import argparse
import logging
import re
import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from snoop_flow import Workspace
from snoop_flow.demonstration import SAMPLE_PORT
from snoop_flow.samples import SampleServer
from snoop_webui.application import create_app

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1440, "height": 900}
Act = Callable[[Page], None]


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path, help="a workspace with an enriched class, such as make demo leaves")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--all", action="store_true", help="every screen, in both languages and themes")
    parser.add_argument("--only", nargs="*", help="names of the pictures wanted, such as class review")
    parser.add_argument("--sample-port", type=int, default=SAMPLE_PORT, help="the one that the demo was made with")
    parsed = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine; install the system's package chromium")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    parsed.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace.open(parsed.workspace))
        if (parsed.workspace / "sample").is_dir():  # the archive of the demo is served by nobody else
            stack.enter_context(SampleServer(parsed.workspace / "sample", parsed.sample_port))
        address = stack.enter_context(_served(workspace))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        scenes = [(name, address + path, act) for name, path, act in _scenes(workspace)]
        scenes.append(("login", stack.enter_context(_locked()) + "/login", _nothing))
        wanted = None if parsed.all or parsed.only else shown()
        for name, place, act in scenes:
            if parsed.only and name not in parsed.only:
                continue
            for locale in ("en-GB", "fr-FR"):
                for theme in ("light", "dark"):
                    file = f"{name}-{locale[:2]}-{theme}.png"
                    if wanted is None or file in wanted:
                        _take(browser, place, act, locale, theme, parsed.out / file)
        browser.close()


def shown() -> set[str]:
    """The names of the pictures of screens that the documentation shows."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = (re.findall(r"pictures/([a-z-]+-(?:en|fr)-(?:light|dark)\.png)", one.read_text("utf-8")) for one in pages)
    return {name for names in found for name in names}


@contextmanager
def _served(workspace: Workspace) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(workspace), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def _locked() -> Iterator[str]:
    """Address of another workspace, in which people log in."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "locked") as workspace:
        workspace.set_password("curator", secrets.token_urlsafe())
        with _served(workspace) as address:
            yield address


def _scenes(workspace: Workspace) -> list[tuple[str, str, Act]]:
    taught = [one for one in workspace.classes() if one.model]
    if not taught:
        sys.exit("the workspace has no class that was refined; run: snoop-flow demo --headless")
    class_id = max(taught, key=lambda one: sum(one.predictions.values())).visual_class.id
    best = workspace.ranking(class_id, count=1).cards[0]
    return [
        ("search", f"/?item={best.item}", _nothing),
        ("curation", f"/?class={class_id}&show=ranking&count=60", _select),
        ("class", f"/classes/{class_id}", _nothing),
        ("classes", "/classes", _nothing),
        ("review", f"/classes/{class_id}/review?status=all", _nothing),
        ("publish", f"/classes/{class_id}/publish", _nothing),
        ("analysis", f"/classes/{class_id}/distribution", _nothing),
        ("document", f"/records/{best.record}?item={best.item}&class={class_id}", _draw),
        ("new-class", f"/classes/new?item={best.item}", _nothing),
        *_films(workspace, class_id),
        ("enrichment", f"/enrichment?class={class_id}&estimate=1", _nothing),
        ("jobs", "/jobs", _nothing),
        ("job", f"/jobs/{workspace.jobs(1)[0].id}", _nothing),
        ("missing", "/classes/none", _nothing),
        ("sources", "/sources", _nothing),
        ("audit", f"/classes/{class_id}/audit", _nothing),
        ("versions", f"/classes/{class_id}/versions", _nothing),
        ("preview", f"/classes/{class_id}/publish/preview/{best.record}?policy=all", _settle),
        ("home", "/home", _nothing),
        ("discover", "/discover", _nothing),
        ("preferences", "/preferences", _nothing),
        ("admin", "/admin", _nothing),
        ("help", f"/?class={class_id}", _help),
    ]


def _films(workspace: Workspace, class_id: str) -> list[tuple[str, str, Act]]:
    """A film at the moment that a class finds best, and one without shots, where the workspace has such."""
    slugs = [one.collection.slug for one in workspace.collections()]
    records = [record for slug in slugs for record in workspace.records(slug, limit=1000)]
    filmed = [one.id for one in records if any(str(medium.get("kind", "")).lower() == "video" for medium in one.media)]
    shown = {id_: workspace.film(id_, class_name=class_id) for id_ in filmed}
    frames = [(frame.score or 0.0, one.record, frame.item) for one in shown.values() for shot in one.shots
              for frame in shot.keyframes]  # fmt: skip
    bare = next((one for one in shown.values() if not one.shots), None)
    scenes: list[tuple[str, str, Act]] = []
    if frames:
        _, record, best = max(frames)
        address = f"/videos/{record}?item={best}&class={class_id}"
        scenes += [("film", address, _settle), ("film-table", f"/videos/{record}?class={class_id}", _table)]
    if bare:
        scenes.append(("film-without-shots", f"/videos/{bare.record}", _settle))
    return scenes


def _table(page: Page) -> None:
    page.locator("#table summary").click()
    page.locator("#table").scroll_into_view_if_needed()


def _nothing(page: Page) -> None:
    pass


def _settle(page: Page) -> None:
    page.wait_for_timeout(2500)  # Mirador fades its parts in


def _help(page: Page) -> None:
    page.locator("#grid [role=option]").first.focus()
    page.keyboard.press("?")


def _select(page: Page) -> None:
    page.locator("#grid [role=option]").nth(26).focus()  # about where the positives end
    for key in ("Space", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(400)  # what is known of the current image comes a moment after the focus


def _draw(page: Page) -> None:
    page.locator(".openseadragon-canvas").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # the viewer fades its tiles in
    box = page.locator("#viewer").bounding_box()
    if box is None:
        return
    page.locator("#main").focus()
    page.keyboard.press("t")
    page.mouse.move(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.35)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.58, box["y"] + box["height"] * 0.62, steps=5)
    page.mouse.up()


def _take(browser: Browser, address: str, act: Act, locale: str, theme: str, out: Path) -> None:
    context = browser.new_context(
        locale=locale, color_scheme="dark" if theme == "dark" else "light", viewport=SIZE, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    act(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=out)
    context.close()
    print(out)


if __name__ == "__main__":
    main()
