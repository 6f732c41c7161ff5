"""Real manifests → class → annotations that point at the institution's own canvases, in versions 3 and 2."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.host import PluginHost
from snoop_flow.settings import load_settings
from snoop_iiif import IIIFError, Manifest, WrappedCanvas, WrappedManifest, build_wrapper, read_document
from snoop_webui.application import create_app

Errors = Callable[[Mapping[str, Any]], list[str]]
COLOURS = Path(__file__).parent.parent / "engine" / "regions"
CANVASES = 6
GALLICA = "v2/gallica.bnf.fr__372b18e0.json"
WELLCOME = "v2/wellcomelibrary.org__098f997e.json"  # canvases of 2666 × 3284, images of 649 × 800
DELFT = "v3/heritage.tudelft.nl__c2f3f9b1.json"


@dataclass
class Institution:
    """Serves real manifests whose images, which cannot be had here, are drawn: every second one with a red square."""

    url: str = ""
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def serve(self, document: dict[str, Any]) -> str:
        """Serve a manifest with its first canvases; nothing is changed but where its images are."""
        if "sequences" in document:
            sequence = document["sequences"][0]
            sequence["canvases"] = sequence["canvases"][:CANVASES]
            for number, canvas in enumerate(sequence["canvases"]):
                resource = canvas["images"][0]["resource"]
                address, size = self.draw(number, resource.get("width") or canvas["width"], resource, canvas)
                canvas["images"] = [canvas["images"][0]]
                canvas["images"][0]["resource"] = {"@id": address, "@type": "dctypes:Image", **size}
        else:
            document["items"] = document["items"][:CANVASES]
            for number, canvas in enumerate(document["items"]):
                painting = canvas["items"][0]["items"][0]
                stated = painting["body"]
                body = stated[0] if isinstance(stated, list) else stated
                address, size = self.draw(number, body.get("width") or canvas["width"], body, canvas)
                painting["body"] = {"id": address, "type": "Image", "format": "image/jpeg", **size}
        self.answers["/manifest"] = ("application/json", json.dumps(document).encode())
        return f"{self.url}/manifest"

    def draw(
        self, number: int, width: int, stated: Mapping[str, Any], canvas: Mapping[str, Any]
    ) -> tuple[str, dict[str, int]]:
        height = stated.get("height") or canvas["height"]
        shown = (300, max(round(300 * height / width), 1))
        rng = np.random.default_rng(number)
        paper = rng.normal(190, 6, (shown[1], shown[0], 3)).clip(0, 255).astype(np.uint8)
        if number % 2 == 0:
            paper[shown[1] // 4 : shown[1] // 4 + 60, 120:180] = (200, 30, 30)
        file = io.BytesIO()
        Image.fromarray(paper).save(file, "JPEG", quality=95)
        self.answers[f"/{number}.jpg"] = ("image/jpeg", file.getvalue())
        return f"{self.url}/{number}.jpg", {"width": width, "height": height}


@pytest.fixture
def institution() -> Iterator[Institution]:
    served = Institution()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = served.answers[self.path]
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        served.url = f"http://127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield served
        http.shutdown()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.syspath_prepend(COLOURS)
    Workspace.create(tmp_path / "workspace").close()
    host = PluginHost([*entry_points(group="snoop_flow"), EntryPoint("colours", "seeing_colours", "snoop_flow")])
    with Workspace(tmp_path / "workspace", load_settings(tmp_path / "workspace"), host) as opened:
        yield opened


def _read(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data/manifests/manifests" / name).read_bytes())
    return found


def _harvested(workspace: Workspace, institution: Institution, document: dict[str, Any]) -> Manifest:
    original = read_document(document, "http://e.org/manifest")
    assert isinstance(original, Manifest)
    host = institution.url.removeprefix("http://")
    report = workspace.harvest([institution.serve(document)], collection="real", allow_hosts=[host])
    assert not report.failed
    workspace.embed(backbone="words-and-colours")
    return original


@pytest.mark.parametrize("name", [GALLICA, DELFT])
def test_annotations_point_at_the_source_s_canvases(
    workspace: Workspace,
    institution: Institution,
    shared: Path,
    name: str,
    iiif_errors: Errors,
    w3c_errors: Errors,
) -> None:
    original = _harvested(workspace, institution, _read(shared, name))
    record = workspace.records("real")[0]
    assert record.uri == original.uri
    found = workspace.record_items(record.id)
    assert [item.uri for item in found] == [canvas.uri for canvas in original.canvases[:CANVASES]]
    workspace.create_class("Red", positives=[item.id for item in found[::2]])
    workspace.mark("Red", {item.id: -1 for item in found[1::2]}, op_id="no")
    workspace.fit("Red")
    workspace.enrich(["Red"])
    workspace.review("Red", accept=[item.id for item in found[::2]])
    workspace.publish(["Red"])
    client = create_app(workspace).test_client()
    wrapper = client.get(f"/iiif/annotated/{record.id}").get_json()
    assert iiif_errors(wrapper) == []
    assert [one["id"] for one in wrapper["items"]] == [item.uri for item in found]
    assert wrapper["seeAlso"][0]["id"] == original.uri
    assert [("annotations" in one) for one in wrapper["items"]] == [True, False] * (CANVASES // 2)
    for canvas, item in zip(wrapper["items"], found, strict=True):
        for reference in canvas.get("annotations", ()):
            page = client.get(reference["id"].removeprefix("http://localhost:8710")).get_json()
            assert iiif_errors(page) == w3c_errors(page) == []
            target = page["items"][0]["target"]
            assert (target["id"], target["partOf"][0]["id"]) == (item.uri, original.uri)
            old = client.get(f"/annotations/lists/{item.id}").get_json()
            assert old["@type"] == "sc:AnnotationList"
            assert old["resources"][0]["on"] == item.uri
            assert old["within"] == original.uri
            assert old["resources"][0]["@id"] == page["items"][0]["id"]
    members = client.get("/iiif/collections/real").get_json()
    assert iiif_errors(members) == []
    assert [one["id"] for one in members["items"]] == [wrapper["id"]]


def test_boxes_are_in_canvas_pixels(workspace: Workspace, institution: Institution, shared: Path) -> None:
    _harvested(workspace, institution, _read(shared, WELLCOME))
    found = workspace.record_items(workspace.records("real")[0].id)
    assert (found[0].width, found[0].height) == (2666, 3284)
    workspace.segment(backbone="words-and-colours")
    scale = found[0].width / 300  # of what the pictures are drawn at
    top = (round(300 * 800 / 649) // 4) * scale
    square = (120 * scale, top, 60 * scale, 60 * scale)
    workspace.create_class("Red", positives=[f"{found[0].id}#xywh={','.join(str(round(side)) for side in square)}"])
    workspace.fit("Red")
    workspace.enrich(["Red"])
    workspace.refine(["Red"])
    workspace.publish(["Red"], policy="all")
    boxes = {}
    for item in found:
        for one in workspace.annotation_page(item.id)["items"]:
            if "selector" in one["target"]:
                assert one["target"]["source"]["id"] == item.uri
                boxes[item.id] = [int(side) for side in one["target"]["selector"]["value"][5:].split(",")]
                old = workspace.annotation_list(item.id)["resources"][0]["on"]
                assert old == f"{item.uri}#{one['target']['selector']['value']}"
    assert found[0].id in boxes
    left, up, width, height = boxes[found[0].id]
    assert abs(left + width / 2 - (square[0] + square[2] / 2)) < 12 * scale
    assert abs(up + height / 2 - (square[1] + square[3] / 2)) < 12 * scale
    assert 0.5 < width * height / (square[2] * square[3]) < 2.5


def test_every_real_manifest_can_be_wrapped(shared: Path, iiif_errors: Errors) -> None:
    wrapped, wrong = 0, []
    for path in sorted((shared / "data/manifests/manifests").glob("v[23]/*.json")):
        try:
            read = read_document(json.loads(path.read_bytes()), "https://example.org/manifest")
        except (IIIFError, ValueError):
            continue
        if not isinstance(read, Manifest):
            continue
        canvases = [
            WrappedCanvas(canvas.uri, canvas.label, canvas.width, canvas.height, canvas.images[0], "https://e.org/p")
            for canvas in read.canvases
            if canvas.images and canvas.width and canvas.height
        ]
        if not canvases:
            continue
        draft = WrappedManifest(
            "https://e.org/m",
            read.uri,
            read.label,
            canvases,
            read.version,
            read.metadata,
            read.rights or "",
            read.attribution,
            read.homepage or "",
        )
        document = build_wrapper(draft)
        wrapped += 1
        assert [one["id"] for one in document["items"]] == [one.uri for one in canvases]
        if errors := iiif_errors(document):
            wrong.append((path.name, errors[:1]))
    print(f"{wrapped - len(wrong)} of {wrapped} wrapper manifests are valid")  # noqa: T201
    assert wrapped > 150
    assert not wrong
