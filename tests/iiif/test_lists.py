"""Annotations for old viewers, answers of search services, and texts that need care."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from snoop_iiif import (
    AnnotationDraft,
    Software,
    build_annotation,
    build_answer,
    build_old_annotation,
    build_old_list,
    build_terms,
    search_services,
)

Errors = Callable[[Mapping[str, Any]], list[str]]
DRAFT = AnnotationDraft(
    id="https://e.org/annotations/c/1/x",
    label={"fr": ("Ballon",), "en": ("balloon",), "none": ("B",)},
    concept_uri="http://www.wikidata.org/entity/Q183951",
    canvas_uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/canvas/f1",
    manifest_uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/manifest.json",
    creator=Software("visual class Balloons", "1"),
    created="2026-03-01T10:00:00Z",
)


def test_a_list_of_version_2() -> None:
    drafts = [DRAFT, replace(DRAFT, box=(1, 2, 3, 4), time=(5, 6.5))]
    document = build_old_list("https://e.org/l", [build_old_annotation(one) for one in drafts], DRAFT.manifest_uri)
    assert document["@type"] == "sc:AnnotationList"
    whole, part = document["resources"]
    assert "@context" not in whole
    assert whole["on"] == DRAFT.canvas_uri
    assert part["on"] == f"{DRAFT.canvas_uri}#xywh=1,2,3,4&t=5,6.5"
    tags = [(one["chars"], one.get("language")) for one in whole["resource"] if one["@type"] == "oa:Tag"]
    assert tags == [("Ballon", "fr"), ("balloon", "en"), ("B", None)]


def test_an_answer_names_its_pages(w3c_errors: Errors) -> None:
    found = [build_annotation(DRAFT, "search")]
    first = build_answer("https://e.org/s", {"q": "é x"}, found, total=250, ignored=["user"])
    assert first["id"] == "https://e.org/s?q=%C3%A9+x"
    assert first["partOf"]["total"] == 250
    assert first["partOf"]["last"]["id"].endswith("&page=2")
    assert (first["ignored"], first["startIndex"], "prev" in first) == (["user"], 0, False)
    assert w3c_errors(first) == []
    last = build_answer("https://e.org/s", {"q": "x"}, found, total=250, page=2)
    assert ("next" in last, last["prev"]["id"], last["startIndex"]) == (False, "https://e.org/s?q=x&page=1", 200)
    only = build_answer("https://e.org/s", {}, [], total=0)
    assert "partOf" not in only
    assert build_terms("https://e.org/t", {"Ballon": 3})["items"] == [{"type": "Term", "value": "Ballon", "total": 3}]
    assert search_services("https://e.org/s")[0]["service"][0]["id"] == "https://e.org/s/complete"


def test_labels_with_markup_control_characters_and_right_to_left(iiif_errors: Errors, w3c_errors: Errors) -> None:
    label = {"en": ("<script>x</script>\x07\x00",), "ar": ("منطاد",), "he-IL": ("כדור",)}
    annotation = build_annotation(replace(DRAFT, label=label))
    bodies = [body for body in annotation["body"] if body["type"] == "TextualBody"]
    assert bodies[0]["value"] == "<script>x</script>"
    assert {body["format"] for body in bodies} == {"text/plain"}
    assert [body.get("textDirection") for body in bodies] == [None, "rtl", "rtl"]
    assert iiif_errors(annotation) == w3c_errors(annotation) == []
