"""Viewers on another web site show what we publish: boxes drawn, labels listed, on manifests of both versions."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

import snoop_webui
from snoop_flow import Workspace
from snoop_webui.application import create_app

MIRADOR = Path(snoop_webui.__file__).parent / "static" / "vendor" / "mirador" / "mirador.min.js"
GALLICA = "v2/gallica.bnf.fr__372b18e0.json"
TIFY = Path(__file__).with_name("vendor") / "tify" / "tify.js"
LABEL = "carré rouge <b>&"
PAGE = """<!doctype html><meta charset="utf-8"><title>A reading room</title>
<style>html, body, #viewer {{ height: 100%; margin: 0; }}</style><div id="viewer"></div>
<script src="{script}"></script>{more}"""
START_MIRADOR = """<script>Mirador.viewer({{ id: "viewer", windows: [{{ manifestId: "{manifest}" }}],
  workspaceControlPanel: {{ enabled: false }},
  window: {{ defaultSideBarPanel: "annotations", sideBarOpen: true, highlightAllAnnotations: true }} }});</script>"""
START_TIFY = """<link rel="stylesheet" href="/viewer.css"><script type="module">import Tify from "/viewer.js";
  new Tify({{ container: "#viewer", manifestUrl: "{manifest}", view: "text" }});</script>"""
# the rectangle that is painted on the layers over the picture, in shares of the layer; null while nothing is
PAINTED = """() => {
  for (const layer of document.querySelectorAll('.openseadragon-canvas ~ * canvas, .openseadragon-canvas canvas')) {
    const { width, height } = layer;
    let data;
    try { data = layer.getContext('2d').getImageData(0, 0, width, height).data; } catch { continue; }
    let [left, top, right, bottom, count] = [width, height, -1, -1, 0];
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (data[4 * (y * width + x) + 3] > 100) {
      count++;
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
    if (count && count < (width * height) / 4) return [left, top, right + 1, bottom + 1];
  }
  return null;
}"""

# the viewer glides to the page: what is painted has the shape of the box once it stands still
AS_WIDE = "(([left, top, right, bottom], wanted) => Math.abs((right - left) / (bottom - top) / wanted - 1) < 0.08)"


@dataclass(frozen=True, slots=True)
class Published:
    """What is published about one document.

    Attributes:
        box: of the annotation on the first canvas, in its pixels.
        manifests: by what they are.
    """

    box: tuple[int, int, int, int]
    canvas: tuple[int, int]
    manifests: dict[str, str]
    institution: Any


@pytest.fixture
def published(seeing: Workspace, institution: Any, shared: Path) -> Iterator[Published]:
    """A red square that a class found on pages of a real manifest of version 2.

    The institution's own manifest, at `named`, names our annotation list as institutions do that take part.
    """
    document = json.loads((shared / "data/manifests/manifests" / GALLICA).read_bytes())
    document["sequences"][0]["canvases"] = document["sequences"][0]["canvases"][:3]
    institution.whole = True
    host = institution.url.removeprefix("http://")
    seeing.harvest([institution.serve(document)], collection="real", allow_hosts=[host])
    seeing.embed(backbone="words-and-colours")
    seeing.segment(backbone="words-and-colours")
    record = seeing.records("real")[0]
    found = seeing.record_items(record.id)
    scale = found[0].width / 300  # of what the pictures are drawn at
    square = (120 * scale, 95 * scale, 60 * scale, 60 * scale)
    seeing.create_class(
        "Red",
        labels={"fr": (LABEL,), "ar": ("مربع أحمر",)},
        positives=[f"{found[0].id}#xywh={','.join(str(round(side)) for side in square)}"],
    )
    seeing.fit("Red")
    seeing.enrich(["Red"])
    seeing.refine(["Red"])
    seeing.publish(["Red"], policy="all")
    (one, *_) = [one for one in seeing.annotation_page(found[0].id)["items"] if "selector" in one["target"]]
    box = tuple(int(side) for side in one["target"]["selector"]["value"].removeprefix("xywh=").split(","))
    public = seeing.settings.public_url
    for canvas, item in zip(document["sequences"][0]["canvases"], found, strict=True):
        canvas["@id"] = item.uri  # this manifest names its canvases only by what is painted on them
        canvas["otherContent"] = [{"@id": f"{public}/annotations/lists/{item.id}", "@type": "sc:AnnotationList"}]
    wrapper = f"{public}/iiif/annotated/{record.id}"
    manifests = {
        "our wrapper, version 3": wrapper,
        "our wrapper, version 2": f"{wrapper}/2",
        "the institution's, version 2": institution.put("/named", document),
    }
    server = make_server("127.0.0.1", urlsplit(public).port or 80, create_app(seeing), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Published((box[0], box[1], box[2], box[3]), (found[0].width, found[0].height), manifests, institution)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def read(chromium: Browser, published: Published) -> Iterator[Callable[..., Page]]:
    """Opens a manifest in a viewer that is on the institution's web site."""
    contexts = []

    def open_viewer(script: Path, start: str, manifest: str, locale: str = "fr-FR") -> Page:
        served = published.institution
        served.answers["/viewer.js"] = ("text/javascript", script.read_bytes())
        if (style := script.with_suffix(".css")).is_file():
            served.answers["/viewer.css"] = ("text/css", style.read_bytes())
        more = start.format(manifest=published.manifests[manifest])
        page_text = PAGE.format(script="/viewer.js", more=more).encode()
        served.answers["/reading-room"] = ("text/html; charset=utf-8", page_text)
        context = chromium.new_context(locale=locale, viewport={"width": 1400, "height": 850}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{served.url}/reading-room")
        return page

    yield open_viewer
    for context in contexts:
        context.close()


@pytest.mark.skipif(not MIRADOR.is_file(), reason="Mirador is not here: run python -m snoop_webui.vendor")
@pytest.mark.parametrize(
    "manifest", ["our wrapper, version 3", "our wrapper, version 2", "the institution's, version 2"]
)
def test_mirador_draws_the_boxes_and_lists_the_labels(
    read: Callable[..., Page], published: Published, manifest: str, tmp_path: Path
) -> None:
    page = read(MIRADOR, START_MIRADOR, manifest)
    page.get_by_text(LABEL).first.wait_for()
    page.get_by_text("مربع أحمر").first.wait_for()
    wanted = published.box[2] / published.box[3]
    page.wait_for_function(f"() => {{ const seen = ({PAINTED})(); return seen && {AS_WIDE}(seen, {wanted}); }}")
    page.screenshot(path=tmp_path / "mirador.png")
    assert "pwned" not in page.content()


@pytest.mark.skipif(not TIFY.is_file(), reason="TIFY is not here: run python -m snoop_webui.vendor tests/webui")
@pytest.mark.parametrize("manifest", ["our wrapper, version 2", "the institution's, version 2"])
def test_tify_draws_the_boxes_and_lists_the_labels(
    read: Callable[..., Page], published: Published, manifest: str, tmp_path: Path
) -> None:
    page = read(TIFY, START_TIFY, manifest)
    page.get_by_text("carré rouge &").first.wait_for()  # TIFY takes labels for HTML, and leaves markup out
    box = page.locator(".tify-media-overlay").first
    box.wait_for()
    page.screenshot(path=tmp_path / "tify.png")
    drawn = box.bounding_box()
    assert drawn is not None
    assert drawn["width"] / drawn["height"] == pytest.approx(published.box[2] / published.box[3], rel=0.08)
