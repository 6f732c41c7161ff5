"""Real manifests → class → annotations that point at the institution's own canvases, in versions 3 and 2."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from snoop_flow import Workspace
from snoop_iiif import IIIFError, Manifest, WrappedCanvas, WrappedManifest, build_wrapper, read_document
from snoop_webui.application import create_app

Errors = Callable[[Mapping[str, Any]], list[str]]
CANVASES = 6
GALLICA = "v2/gallica.bnf.fr__372b18e0.json"
WELLCOME = "v2/wellcomelibrary.org__098f997e.json"  # canvases of 2666 × 3284, images of 649 × 800
DELFT = "v3/heritage.tudelft.nl__c2f3f9b1.json"


def _read(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data/manifests/manifests" / name).read_bytes())
    return found


def _harvested(seeing: Workspace, institution: Any, document: dict[str, Any]) -> Manifest:
    original = read_document(document, "http://e.org/manifest")
    assert isinstance(original, Manifest)
    host = institution.url.removeprefix("http://")
    report = seeing.harvest([institution.serve(document)], collection="real", allow_hosts=[host])
    assert not report.failed
    seeing.embed(backbone="words-and-colours")
    return original


@pytest.mark.parametrize("name", [GALLICA, DELFT])
def test_annotations_point_at_the_source_s_canvases(
    seeing: Workspace,
    institution: Any,
    shared: Path,
    name: str,
    iiif_errors: Errors,
    w3c_errors: Errors,
) -> None:
    original = _harvested(seeing, institution, _read(shared, name))
    record = seeing.records("real")[0]
    assert record.uri == original.uri
    found = seeing.record_items(record.id)
    assert [item.uri for item in found] == [canvas.uri for canvas in original.canvases[:CANVASES]]
    seeing.create_class("Red", positives=[item.id for item in found[::2]])
    seeing.mark("Red", {item.id: -1 for item in found[1::2]}, op_id="no")
    seeing.fit("Red")
    seeing.enrich(["Red"])
    seeing.review("Red", accept=[item.id for item in found[::2]])
    seeing.publish(["Red"])
    client = create_app(seeing).test_client()
    wrapper = client.get(f"/iiif/annotated/{record.id}").get_json()
    assert iiif_errors(wrapper) == []
    assert [one["id"] for one in wrapper["items"]] == [item.uri for item in found]
    assert wrapper["seeAlso"][0]["id"] == original.uri
    assert [("annotations" in one) for one in wrapper["items"]] == [True, False] * (CANVASES // 2)
    for canvas, item in zip(wrapper["items"], found, strict=True):
        for reference in canvas.get("annotations", ()):
            page = client.get(urlsplit(reference["id"]).path).get_json()
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


def test_boxes_are_in_canvas_pixels(seeing: Workspace, institution: Any, shared: Path) -> None:
    _harvested(seeing, institution, _read(shared, WELLCOME))
    found = seeing.record_items(seeing.records("real")[0].id)
    assert (found[0].width, found[0].height) == (2666, 3284)
    seeing.segment(backbone="words-and-colours")
    scale = found[0].width / 300  # of what the pictures are drawn at
    top = (round(300 * 800 / 649) // 4) * scale
    square = (120 * scale, top, 60 * scale, 60 * scale)
    seeing.create_class("Red", positives=[f"{found[0].id}#xywh={','.join(str(round(side)) for side in square)}"])
    seeing.fit("Red")
    seeing.enrich(["Red"])
    seeing.refine(["Red"])
    seeing.publish(["Red"], policy="all")
    boxes = {}
    for item in found:
        for one in seeing.annotation_page(item.id)["items"]:
            if "selector" in one["target"]:
                assert one["target"]["source"]["id"] == item.uri
                boxes[item.id] = [int(side) for side in one["target"]["selector"]["value"][5:].split(",")]
                old = seeing.annotation_list(item.id)["resources"][0]["on"]
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
