from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from snoop_iiif import (
    CanvasDraft,
    Collection,
    CollectionDraft,
    IIIFError,
    Manifest,
    ManifestDraft,
    Member,
    MetadataEntry,
    build_collection,
    build_manifest,
    image_url,
    read_document,
)

Errors = Callable[[Mapping[str, Any]], list[str]]

HOST = "http://localhost:8710"
CANVAS = CanvasDraft(
    f"{HOST}/iiif/canvas/a1",
    {"none": ("a1.jpg",)},
    1200,
    800,
    service_3=f"{HOST}/iiif/image/3/a1",
    service_2=f"{HOST}/iiif/image/2/a1",
    thumbnail=f"{HOST}/thumbnails/a1.jpg",
    annotation_page=f"{HOST}/annotations/canvas/a1",
    metadata=(MetadataEntry({"fr": ("Fichier",)}, {"none": ("a1.jpg",)}),),
)
DRAFT = ManifestDraft(
    f"{HOST}/iiif/manifest/r1",
    {"fr": ("Affiches",), "en": ("Posters",)},
    (CANVAS, replace(CANVAS, uri=f"{HOST}/iiif/canvas/a2", annotation_page=None)),
    summary={"fr": ("Un dossier",)},
    metadata=(MetadataEntry({"en": ("Date",)}, {"none": ("1918", "1919")}),),
    rights="http://creativecommons.org/publicdomain/mark/1.0/",
    attribution={"fr": ("Bibliothèque",)},
    homepage=f"{HOST}/records/r1",
    thumbnail=f"{HOST}/thumbnails/a1.jpg",
    nav_date="1918-11-11T00:00:00Z",
    part_of=(f"{HOST}/iiif/collection/c1",),
)


def test_manifest_is_valid_and_reads_back(iiif_errors: Errors) -> None:
    built = build_manifest(DRAFT)
    assert iiif_errors(built) == []
    read = read_document(json.dumps(built).encode(), DRAFT.uri)
    assert isinstance(read, Manifest)
    assert read.quirks == ("image-api-2-service",)
    assert (read.uri, read.label, read.summary, read.metadata) == (
        DRAFT.uri,
        DRAFT.label,
        DRAFT.summary,
        DRAFT.metadata,
    )
    assert (read.rights, read.attribution, read.homepage) == (DRAFT.rights, DRAFT.attribution, DRAFT.homepage)
    assert [canvas.uri for canvas in read.canvases] == [canvas.uri for canvas in DRAFT.canvases]
    image = read.canvases[0].images[0]
    assert image.service is not None
    assert image.service.version == 3
    assert image_url(image, 300) == f"{CANVAS.service_3}/full/300,/0/default.jpg"


def test_annotation_page_is_a_reference() -> None:
    first, second = build_manifest(DRAFT)["items"]
    assert first["annotations"] == [{"id": CANVAS.annotation_page, "type": "AnnotationPage"}]
    assert "annotations" not in second


def test_smallest_manifest(iiif_errors: Errors) -> None:
    canvas = CanvasDraft(CANVAS.uri, {}, 10, 10, image_url=f"{HOST}/a.png", image_format="image/png")
    built = build_manifest(ManifestDraft(DRAFT.uri, {}, (canvas,)))
    assert iiif_errors(built) == []
    assert built["label"] == {"none": [DRAFT.uri]}


def test_impossible_drafts_name_the_place() -> None:
    with pytest.raises(IIIFError, match="impossible size 0 x 800"):
        build_manifest(replace(DRAFT, canvases=(replace(CANVAS, width=0),)))
    with pytest.raises(IIIFError, match="rights"):
        build_manifest(replace(DRAFT, rights="all mine"))
    with pytest.raises(IIIFError, match="neither an image"):
        build_manifest(replace(DRAFT, canvases=(replace(CANVAS, service_3=None),)))


def test_uris_are_never_rewritten() -> None:
    with pytest.raises(IIIFError, match="normal form"):
        build_manifest(replace(DRAFT, uri="http://LOCALHOST:8710/iiif/manifest/r1"))


def test_collection_is_valid_and_reads_back(iiif_errors: Errors) -> None:
    members = (
        Member(DRAFT.uri, "manifest", DRAFT.label),
        Member(f"{HOST}/iiif/collection/c2", "collection", {"en": ("Inner",)}),
    )
    built = build_collection(CollectionDraft(f"{HOST}/iiif/collection/c1", {"fr": ("Tout",)}, members))
    assert iiif_errors(built) == []
    assert all("items" not in item for item in built["items"])
    read = read_document(built, "")
    assert isinstance(read, Collection)
    assert read.members == members
    assert build_collection(CollectionDraft(f"{HOST}/c", {}, ()))["items"] == []
