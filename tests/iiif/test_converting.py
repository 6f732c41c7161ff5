"""Presentation 2 becomes valid Presentation 3, canvas ids unchanged: all real documents, and made ones."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from snoop_iiif import Canvas, IIIFError, Manifest, convert_document, read_document

Errors = Callable[[Mapping[str, Any]], list[str]]
SAFE = "%/:?#[]@!$&'()*+,;=~"
P2 = "http://iiif.io/api/presentation/2/context.json"


def documents(shared: Path) -> list[tuple[str, dict[str, Any]]]:
    """Manifests and collections of version 2 that can be read."""
    folder = shared / "data" / "manifests"
    found = []
    with (folder / "index.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["kind"] not in ("manifests", "collections"):
                continue
            uri = f"https://example.org/{row['file']}"
            try:
                read = read_document((folder / row["file"]).read_bytes(), uri)
            except IIIFError:
                continue
            if read.version.startswith("2"):
                found.append((uri, json.loads((folder / row["file"]).read_bytes())))
    return found


def test_every_readable_document_of_version_2_becomes_valid_version_3(shared: Path, iiif_errors: Errors) -> None:
    invalid = {}
    found = documents(shared)
    for uri, document in found:
        converted = convert_document(document, uri)
        if errors := iiif_errors(converted):
            invalid[uri] = errors[:3]
    assert not invalid
    assert len(found) > 145


def test_canvases_and_images_stay_what_they_are(shared: Path) -> None:
    for uri, document in documents(shared):
        before, after = read_document(document, uri), read_document(convert_document(document, uri), uri)
        if not isinstance(before, Manifest):
            continue
        assert isinstance(after, Manifest)
        assert after.version == "3.0"
        kept = [canvas for canvas in before.canvases if canvas.uri.startswith("http") and " " not in canvas.uri]
        assert {canvas.uri for canvas in kept} <= {canvas.uri for canvas in after.canvases}
        for old, new in zip(before.canvases, after.canvases, strict=True):
            assert len(old.images) == len(new.images)
            assert [image.position for image in old.images] == [image.position for image in new.images]
            assert [image.region for image in old.images] == [image.region for image in new.images]
            assert _services(old) == _services(new)
            assert old.width is None or (old.width, old.height) == (new.width, new.height)
        assert len(before.metadata) <= len(after.metadata)


def _services(canvas: Canvas) -> list[tuple[str, int] | None]:
    """Id and version of each image's service; what is no ASCII is percent-encoded, as a converted id has it."""
    found = [image.service for image in canvas.images]
    return [(quote(one.id, safe=SAFE), one.version) if one else None for one in found]


BOOK = {
    "@context": P2,
    "@id": "https://e.org/m",
    "@type": "sc:Manifest",
    "label": [{"@value": "Livre", "@language": "fr"}, {"@value": "Book", "@language": "en"}],
    "description": "<p>A <b>book</b></p>",
    "attribution": "A library",
    "license": ["https://creativecommons.org/publicdomain/mark/1.0/", "https://e.org/terms.html"],
    "logo": "https://e.org/logo.png",
    "related": {"@id": "https://e.org/page", "format": "text/html"},
    "seeAlso": ["https://e.org/marc.xml"],
    "rendering": {"@id": "https://e.org/book.pdf", "format": "application/pdf", "label": "PDF"},
    "within": "https://e.org/collection",
    "viewingHint": "paged",
    "navDate": "1856-01-01T00:00:00Z",
    "service": {"@context": "http://iiif.io/api/search/1/context.json", "@id": "https://e.org/s", "profile": "http://iiif.io/api/search/1/search"},
    "sequences": [
        {
            "viewingDirection": "right-to-left",
            "startCanvas": "https://e.org/c/2",
            "canvases": [
                {
                    "@id": f"https://e.org/c/{number}",
                    "@type": "sc:Canvas",
                    "label": f"f. {number}",
                    "height": 100,
                    "width": 80,
                    "images": [
                        {
                            "@type": "oa:Annotation",
                            "on": f"https://e.org/c/{number}#xywh=1,2,30,40",
                            "resource": {
                                "@type": "oa:Choice",
                                "default": {"@id": f"https://e.org/i/{number}.jpg", "@type": "dctypes:Image"},
                                "item": [{"@id": f"https://e.org/i/{number}-uv.jpg", "@type": "dctypes:Image"}],
                            },
                        }
                    ],
                    "otherContent": [{"@id": f"https://e.org/list/{number}", "@type": "sc:AnnotationList"}],
                }
                for number in (1, 2)
            ],
        },
        {"@id": "https://e.org/other", "label": "Another order", "canvases": [{"@id": "https://e.org/c/2"}]},
    ],
    "structures": [
        {"@id": "https://e.org/r/0", "label": "Top", "viewingHint": "top", "ranges": ["https://e.org/r/1"]},
        {
            "@id": "https://e.org/r/1",
            "label": "I",
            "ranges": ["https://e.org/r/0"],
            "canvases": ["https://e.org/c/1", "https://e.org/c/2#xywh=0,0,10,10"],
        },
    ],
}  # fmt: skip


def test_nothing_that_a_reader_sees_is_lost(iiif_errors: Errors) -> None:
    converted = convert_document(BOOK, "https://e.org/m")
    assert iiif_errors(converted) == []
    assert converted["label"] == {"fr": ["Livre"], "en": ["Book"]}
    assert converted["summary"] == {"none": ["A book"]}
    assert converted["rights"] == "http://creativecommons.org/publicdomain/mark/1.0/"
    assert converted["metadata"][-1]["value"] == {"none": ["https://e.org/terms.html"]}
    assert converted["provider"][0]["logo"][0]["id"] == "https://e.org/logo.png"
    assert (converted["behavior"], converted["viewingDirection"]) == (["paged"], "right-to-left")
    assert converted["start"] == {"id": "https://e.org/c/2", "type": "Canvas"}
    assert [converted[key][0]["id"] for key in ("homepage", "seeAlso", "rendering", "partOf")] == [
        "https://e.org/page",
        "https://e.org/marc.xml",
        "https://e.org/book.pdf",
        "https://e.org/collection",
    ]
    canvas = converted["items"][0]
    painting = canvas["items"][0]["items"][0]
    assert painting["target"] == "https://e.org/c/1#xywh=1,2,30,40"
    assert [body["id"] for body in painting["body"]["items"]] == ["https://e.org/i/1.jpg", "https://e.org/i/1-uv.jpg"]
    assert canvas["annotations"] == [{"id": "https://e.org/list/1", "type": "AnnotationPage"}]


def test_ranges_become_a_tree_even_from_a_circle() -> None:
    top, other = convert_document(BOOK, "https://e.org/m")["structures"]
    assert top["id"] == "https://e.org/r/0"
    inner = top["items"][0]
    assert inner["id"] == "https://e.org/r/1"
    assert inner["items"][0] == {"id": "https://e.org/c/1", "type": "Canvas"}
    assert inner["items"][1]["selector"]["value"] == "xywh=0,0,10,10"
    assert (other["behavior"], other["items"]) == (["sequence"], [{"id": "https://e.org/c/2", "type": "Canvas"}])


def test_a_document_of_version_3_is_left_alone(shared: Path) -> None:
    path = shared / "data/manifests/manifests/v3/heritage.tudelft.nl__d1738b83.json"
    document = json.loads(path.read_bytes())
    assert convert_document(document, "https://e.org/m") == document


def test_what_cannot_be_read_is_not_converted() -> None:
    with pytest.raises(IIIFError, match="without canvases"):
        convert_document({"@context": P2, "@id": "https://e.org/m", "@type": "sc:Manifest"}, "https://e.org/m")
