from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from snoop_iiif import (
    CanvasDraft,
    FilmDraft,
    FilmMoment,
    IIIFError,
    Manifest,
    ManifestDraft,
    ShotDraft,
    build_manifest,
    read_document,
)

Errors = Callable[[Mapping[str, Any]], list[str]]

HOST = "http://localhost:8710"
FILM = FilmDraft(
    f"{HOST}/iiif/canvases/f1",
    {"fr": ("Journal télévisé",)},
    640,
    360,
    93.48,
    f"{HOST}/iiif/media/f1",
    shots=(ShotDraft({"none": ("0:00",)}, 0.0, 12.5), ShotDraft({}, 12.5, 93.48)),
    poster_service=f"{HOST}/iiif/3/f1",
    thumbnail=f"{HOST}/thumbnails/f1.jpg",
    annotation_page=f"{HOST}/annotations/pages/f1",
    keyframes=f"{HOST}/iiif/manifests/r1/keyframes",
)
DRAFT = ManifestDraft(f"{HOST}/iiif/manifests/r1", {"fr": ("Journal télévisé",)}, (), films=(FILM,))
KEYFRAME = CanvasDraft(
    f"{HOST}/iiif/canvases/k1",
    {"none": ("0:00:03",)},
    640,
    360,
    service_3=f"{HOST}/iiif/3/k1",
    annotation_page=f"{HOST}/annotations/pages/k1",
    moment=FilmMoment(FILM.uri, DRAFT.uri, 3.04, f"{HOST}/videos/r1?item=k1"),
)


def test_a_film_is_a_canvas_with_a_duration_and_ranges(iiif_errors: Errors) -> None:
    built = build_manifest(DRAFT)
    assert iiif_errors(built) == []
    (canvas,) = built["items"]
    assert (canvas["id"], canvas["duration"], canvas["width"]) == (FILM.uri, 93.48, 640)
    body = canvas["items"][0]["items"][0]["body"]
    assert (body["id"], body["type"], body["format"]) == (FILM.media_url, "Video", "video/mp4")
    (shots,) = built["structures"]
    assert [one["items"][0]["id"] for one in shots["items"]] == [f"{FILM.uri}#t=0,12.5", f"{FILM.uri}#t=12.5,93.48"]
    assert shots["items"][1]["label"] == {"none": ["2"]}
    assert canvas["annotations"] == [{"id": FILM.annotation_page, "type": "AnnotationPage"}]
    assert canvas["seeAlso"][0]["id"] == FILM.keyframes


def test_our_own_reader_reads_it_back() -> None:
    read = read_document(json.dumps(build_manifest(DRAFT)).encode(), DRAFT.uri)
    assert isinstance(read, Manifest)
    (canvas,) = read.canvases
    assert canvas.duration == FILM.duration
    assert [(one.url, one.kind, one.duration) for one in canvas.media] == [(FILM.media_url, "video", FILM.duration)]


def test_a_keyframe_leads_back_to_its_moment(iiif_errors: Errors) -> None:
    built = build_manifest(replace(DRAFT, uri=f"{DRAFT.uri}/keyframes", canvases=(KEYFRAME,), films=()))
    assert iiif_errors(built) == []
    (canvas,) = built["items"]
    links, page = canvas["annotations"]
    target = links["items"][0]["body"]
    assert target["source"]["id"] == FILM.uri
    assert target["source"]["partOf"] == [{"id": DRAFT.uri, "type": "Manifest"}]
    assert target["selector"]["value"] == "t=3.04"
    assert page["id"] == KEYFRAME.annotation_page
    assert canvas["homepage"][0]["id"] == f"{HOST}/videos/r1?item=k1"


def test_films_and_pages_in_one_manifest(iiif_errors: Errors) -> None:
    built = build_manifest(replace(DRAFT, canvases=(replace(KEYFRAME, moment=None),)))
    assert iiif_errors(built) == []
    assert [one["id"] for one in built["items"]] == [KEYFRAME.uri, FILM.uri]


def test_the_smallest_film(iiif_errors: Errors) -> None:
    bare = FilmDraft(FILM.uri, {}, 1, 1, 0.04, FILM.media_url, "application/vnd.apple.mpegurl")
    built = build_manifest(replace(DRAFT, films=(bare,)))
    assert iiif_errors(built) == []
    assert "structures" not in built


@pytest.mark.parametrize("wrong", [{"duration": 0.0}, {"duration": float("nan")}, {"width": 0}])
def test_an_impossible_film_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(IIIFError, match="impossible size"):
        build_manifest(replace(DRAFT, films=(replace(FILM, **wrong),)))
