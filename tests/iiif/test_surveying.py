"""The report on many documents, and the readings that it counts: media, undeclared services, info.json."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from snoop_iiif import IIIFError, Manifest, Medium, Rendition, image_url, read_document, read_information, survey

P3 = "http://iiif.io/api/presentation/3/context.json"


def manifest(*bodies: Any, **canvas: Any) -> Manifest:
    uri = "https://e.org/canvas/1"
    items = [
        {"id": f"{uri}/{number}", "type": "Annotation", "motivation": "painting", "body": body, "target": uri}
        for number, body in enumerate(bodies)
    ]
    page = {"id": f"{uri}/page", "type": "AnnotationPage", "items": items}
    document = {"@context": P3, "id": "https://e.org/m", "type": "Manifest", "label": {"en": ["M"]}}
    found = read_document(
        {**document, "items": [{"id": uri, "type": "Canvas", "items": [page], **canvas}]}, "https://e.org/m"
    )
    assert isinstance(found, Manifest)
    return found


def test_sound_and_video_are_kept(shared: Path) -> None:
    video = {"id": "https://e.org/a.mp4", "type": "Video", "format": "video/mp4", "duration": 12.5, "width": 640}
    sound = {"id": "https://e.org/a.mp3", "format": "audio/mpeg"}
    canvas = manifest({"type": "Choice", "items": [video, sound]}, duration=12.5).canvases[0]
    assert canvas.media == (
        Medium("https://e.org/a.mp4", "video", "video/mp4", 12.5, 640),
        Medium("https://e.org/a.mp3", "sound", "audio/mpeg"),
    )
    found = [
        read_document(path.read_bytes(), "https://e.org/x")
        for path in sorted((shared / "data/manifests/manifests").rglob("*.json"))
        if '"Video"' in path.read_text("utf-8", "replace")
    ]
    canvases = [canvas for one in found if isinstance(one, Manifest) for canvas in one.canvases]
    assert sum(bool(canvas.media) for canvas in canvases) >= 10


def test_a_service_that_only_the_address_shows_is_used() -> None:
    body = {"id": "https://e.org/i/1/full/max/0/default.jpg", "type": "Image", "width": 4000, "height": 3000}
    found = manifest(body)
    assert "service-not-declared" in found.quirks
    assert image_url(found.canvases[0].images[0], 400) == "https://e.org/i/1/full/400,/0/default.jpg"
    cut = manifest({**body, "id": "https://e.org/i/1/full/600,/0/default.jpg"})
    assert cut.canvases[0].images[0].service is None


@pytest.mark.parametrize(("height", "kept"), [(150, True), (151, True), (200, False)])
def test_a_static_thumbnail_of_the_same_proportions_is_kept(height: int, kept: bool) -> None:
    body = {"id": "https://e.org/full.jpg", "type": "Image", "width": 4000, "height": 3000}
    thumbnail = [{"id": "https://e.org/t.jpg", "type": "Image", "width": 200, "height": height}]
    image = manifest(body, thumbnail=thumbnail).canvases[0].images[0]
    assert image.renditions == ((Rendition("https://e.org/t.jpg", 200, height),) if kept else ())


STANFORD = "http://library.stanford.edu/iiif/image-api"
IIIF = "http://iiif.io/api/image"
OF_1_0 = {"identifier": "i/1", "image_host": "https://e.org", "profile": f"{STANFORD}/compliance.html#level1"}
OF_1_1 = {"@context": f"{STANFORD}/1.1/context.json", "profile": f"{STANFORD}/1.1/compliance.html#level2"}
OF_2 = {"@context": f"{IIIF}/2/context.json", "protocol": IIIF, "profile": [f"{IIIF}/2/level0.json"]}
OF_3 = {"@context": f"{IIIF}/3/context.json", "type": "ImageService3", "protocol": IIIF, "profile": "level2"}


@pytest.mark.parametrize(
    ("document", "version", "level"),
    [
        (OF_1_0, 1, 1),
        ({**OF_1_1, "@id": "https://e.org/i/1"}, 1, 2),
        ({**OF_2, "@id": "https://e.org/i/1"}, 2, 0),
        ({**OF_3, "id": "https://e.org/i/1"}, 3, 2),
    ],
)
def test_info_json_of_all_versions(document: dict[str, Any], version: int, level: int) -> None:
    body = json.dumps({**document, "width": 300, "height": 200}).encode()
    service = read_information(body, "https://e.org/i/1/info.json")
    assert (service.id, service.version, service.level) == ("https://e.org/i/1", version, level)
    assert (service.width, service.height) == (300, 200)


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"protocol": "http://iiif.io/api/image"}', b"[1]", b""])
def test_no_info_json(body: bytes) -> None:
    with pytest.raises(IIIFError):
        read_information(body, "https://e.org/i/1/info.json")


def test_real_info_json(shared: Path) -> None:
    read, refused = [], []
    for path in sorted((shared / "data/manifests/image_info").rglob("*.json")):
        try:
            read.append(read_information(path.read_bytes(), "https://e.org/i/1/info.json"))
        except IIIFError as error:
            refused.append((path.name, error.reason))
    assert len(read) >= 10, refused
    assert {service.version for service in read} >= {2, 3}


def test_all_documents_are_counted_by_host(shared: Path) -> None:
    folder = shared / "data" / "manifests"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as table:
        files = [row["file"] for row in csv.DictReader(table) if row["kind"] in ("manifests", "collections")]
    hosts = survey((f"file:///{file}", (folder / file).read_bytes()) for file in files)
    assert sum(one.documents for one in hosts) == 287
    assert sum(one.manifests for one in hosts) == 241
    assert sum(one.collections for one in hosts) == 34
    assert sum(one.refused.total() for one in hosts) == 12
    assert sum(one.media for one in hosts) > 10
    gallica = next(one for one in hosts if one.host == "gallica.bnf.fr")
    assert gallica.quirks["canvas-without-id"] > 0
    assert all(name in one.examples for one in hosts for name in (*one.quirks, *one.refused))


def test_hosts_of_what_cannot_be_read() -> None:
    documents = [("https://a.org/1", b"<html>"), ("https://a.org/2", b'{"id": "https://b.org/x", "type": "Canvas"}')]
    first, second = survey([*documents, ("nothing", b"")])[:2]
    assert (first.host, second.host) == ("(no host)", "a.org")
    assert second.refused.total() == 1
