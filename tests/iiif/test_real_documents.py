"""The reader on all manifests and collections of the shared data, real ones and examples, valid and not."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from snoop_iiif import Collection, IIIFError, Image, Manifest, image_url, read_document, thumbnail_url


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "manifests"


def rows(folder: Path, *kinds: str) -> Iterator[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as table:
        yield from (row for row in csv.DictReader(table) if row["kind"] in kinds)


def read(folder: Path, row: dict[str, str]) -> Manifest | Collection | str:
    """The document, or the reason why it is unreadable."""
    try:
        return read_document((folder / row["file"]).read_bytes(), f"https://example.org/{row['file']}")
    except IIIFError as error:
        return error.reason


def test_real_manifests_are_readable(folder: Path) -> None:
    real = [(row["file"], read(folder, row)) for row in rows(folder, "manifests") if row["real"] == "1"]
    manifests = [document for _, document in real if isinstance(document, Manifest)]
    unreadable = {file: reason for file, reason in real if isinstance(reason, str)}
    canvases = sum(len(manifest.canvases) for manifest in manifests)
    sys.stdout.write(f"\n{len(manifests)} of {len(real)} real manifests read, {canvases} canvases; unreadable:\n")
    sys.stdout.writelines(f"  {file}: {reason}\n" for file, reason in unreadable.items())
    sys.stdout.write(f"quirks: {Counter(quirk for manifest in manifests for quirk in manifest.quirks)}\n")
    assert len(manifests) >= 100
    assert unreadable == {
        "manifests/v2/www.loc.gov__2718d7b7.json": "a manifest without canvases (it has no sequences or items)"
    }


def test_every_manifest_is_read_or_refused_for_a_reason(folder: Path) -> None:
    results = [read(folder, row) for row in rows(folder, "manifests")]
    refused = Counter(reason for reason in results if isinstance(reason, str))
    assert len(results) == 253
    assert refused == {
        "a manifest of 3D scenes only, without canvases": 5,
        "a manifest without canvases (its sequences hold none)": 4,
        "a manifest without canvases (it has no sequences or items)": 3,
    }


def test_every_collection_is_read(folder: Path) -> None:
    results = [read(folder, row) for row in rows(folder, "collections")]
    collections = [result for result in results if isinstance(result, Collection)]
    assert len(collections) == len(results) == 34
    assert sum(len(collection.members) for collection in collections) > 2000
    embedded = [
        read_document(member.document, member.uri)
        for collection in collections
        for member in collection.members
        if member.document is not None
    ]
    assert len(embedded) == 4


def test_other_documents_are_called_by_their_names(folder: Path) -> None:
    reasons = Counter(read(folder, row) for row in rows(folder, "annotations", "image_info"))
    assert reasons == {
        "an annotation list, not a manifest": 18,
        "an annotation page, not a manifest": 10,
        "an annotation, not a manifest": 32,
        "an Image API info.json, not a manifest": 15,
    }


def test_every_image_has_an_address_and_survives_storage(folder: Path) -> None:
    documents = (read(folder, row) for row in rows(folder, "manifests"))
    canvases = [canvas for document in documents if isinstance(document, Manifest) for canvas in document.canvases]
    for canvas in canvases:
        for image in canvas.images:
            assert image_url(image, 512).startswith(("http://", "https://"))
            assert Image.from_dict(json.loads(json.dumps(image.to_dict()))) == image
        assert thumbnail_url(canvas) is not None or not canvas.images
    assert len(canvases) > 8000


def test_canvas_ids_are_unique_and_absolute(folder: Path) -> None:
    for row in rows(folder, "manifests"):
        document = read(folder, row)
        if isinstance(document, Manifest):
            uris = [canvas.uri for canvas in document.canvases]
            assert len(set(uris)) == len(uris)
            assert all(":" in uri for uri in uris)


def test_gallica(folder: Path) -> None:
    """Image API 1.1 with canvases that have no id of their own: their images say what they are painted on."""
    row = {"file": "manifests/v2/gallica.bnf.fr__372b18e0.json"}
    document = read(folder, row)
    assert isinstance(document, Manifest)
    first = document.canvases[0]
    assert first.uri == "https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/canvas/f1"
    assert "canvas-without-id" in document.quirks
    assert (first.width, first.height) == (4768, 6044)
    service = "https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/f1"
    assert image_url(first.images[0], 448) == f"{service}/full/,448/0/native.jpg"
    assert thumbnail_url(first) == "https://gallica.bnf.fr/ark:/12148/btv1b8490076p/f1.thumbnail"
    assert document.rights is not None
    assert document.rights.startswith("https://gallica.bnf.fr/html/und/conditions")


def test_cropped_image_keeps_its_region(folder: Path) -> None:
    document = read(folder, {"file": "manifests/v3/heritage.tudelft.nl__d1738b83.json"})
    assert isinstance(document, Manifest)
    cropped = [image for canvas in document.canvases for image in canvas.images if image.region]
    service = "https://dlc.services/iiif-img/7/21/e16c7a6b-9672-d551-70d7-08c88609efb1"
    assert image_url(cropped[0], 500) == f"{service}/559,0,2666,2749/,500/0/default.jpg"
    assert (cropped[0].width, cropped[0].height) == (2666, 2749)
