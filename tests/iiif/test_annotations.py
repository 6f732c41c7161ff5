from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snoop_iiif import (
    AnnotationDraft,
    IIIFError,
    Software,
    Verdict,
    annotation_id,
    build_annotation,
    build_assessment,
    build_page,
    context_document,
)
from snoop_iiif.annotations.building import Profile

Errors = Callable[[Mapping[str, Any]], list[str]]

CONTEXT = "https://snoop.example.org/ns/snoop-flow.json"
DRAFT = AnnotationDraft(
    id=annotation_id("https://snoop.example.org/annotations", "portrait", 3, "item-1"),
    label={"fr": ("Portrait gravé", "portrait"), "en": ("engraved portrait",), "none": ("Bildnis",)},
    concept_uri="http://vocab.getty.edu/aat/300015637",
    canvas_uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/canvas/f1",
    manifest_uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/manifest.json",
    creator=Software("portrait", "3", "https://snoop.example.org/classes/portrait"),
    generator=Software("snoop-flow", "0.1.0", "https://snoop.example.org/", id="https://snoop.example.org/"),
    created="2026-03-01T10:00:00Z",
    modified="2026-03-02T10:00:00+01:00",
    score=0.93123456789,
    rights="https://creativecommons.org/publicdomain/zero/1.0/",
    run_uri="https://snoop.example.org/jobs/17",
    verdict=Verdict("accepted", "2026-03-02T09:00:00Z", "A. Curator", comment="Vu sur l'original"),
)
VARIANTS = {
    "whole": DRAFT,
    "box": replace(DRAFT, box=(10, 0, 300, 200)),
    "time": replace(DRAFT, time=(12.5, 15.0)),
    "box-and-time": replace(DRAFT, box=(10, 0, 300, 200), time=(0, 1 / 3)),
    "bare": AnnotationDraft(
        DRAFT.id, {"none": ("x",)}, None, DRAFT.canvas_uri, DRAFT.manifest_uri, DRAFT.creator, DRAFT.created
    ),
}
PROFILES: tuple[Profile, ...] = ("iiif", "w3c")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("draft", VARIANTS.values(), ids=VARIANTS)
def test_satisfies_w3c_musts(draft: AnnotationDraft, profile: Profile, w3c_errors: Errors) -> None:
    assert w3c_errors(build_annotation(draft, profile, CONTEXT)) == []


@pytest.mark.parametrize("draft", VARIANTS.values(), ids=VARIANTS)
def test_satisfies_iiif_schema(draft: AnnotationDraft, iiif_errors: Errors, w3c_errors: Errors) -> None:
    annotation = build_annotation(draft, "iiif", CONTEXT)
    assert iiif_errors(annotation) == []
    page = build_page("https://snoop.example.org/pages/1", [annotation, annotation], "iiif", CONTEXT)
    assert iiif_errors(page) == []
    assert w3c_errors(page) == []


def test_assessment_is_its_own_annotation(iiif_errors: Errors, w3c_errors: Errors) -> None:
    assessment = build_assessment(DRAFT, "iiif", CONTEXT)
    assert assessment["target"] == DRAFT.id != assessment["id"]
    assert assessment["motivation"] == "assessing"
    assert [body["value"] for body in assessment["body"]] == ["accepted", "Vu sur l'original"]
    assert assessment["creator"] == {"type": "Person", "name": "A. Curator"}
    page = build_page(
        "https://snoop.example.org/pages/1", [assessment], collection_uri="https://snoop.example.org/annotations"
    )
    assert iiif_errors(page) == []
    assert w3c_errors(page) == []
    assert w3c_errors(build_assessment(DRAFT, "w3c")) == []
    with pytest.raises(IIIFError, match="nobody has judged"):
        build_assessment(replace(DRAFT, verdict=None))


def test_annotation_says_what_the_draft_says() -> None:
    annotation = build_annotation(VARIANTS["box-and-time"], "iiif", CONTEXT)
    assert annotation["@context"] == [
        "http://www.w3.org/ns/anno.jsonld",
        CONTEXT,
        "http://iiif.io/api/presentation/3/context.json",
    ]
    assert annotation["motivation"] == ["tagging", "classifying"]
    assert annotation["target"] == {
        "type": "SpecificResource",
        "source": {
            "id": DRAFT.canvas_uri,
            "type": "Canvas",
            "partOf": [{"id": DRAFT.manifest_uri, "type": "Manifest"}],
        },
        "selector": {
            "type": "FragmentSelector",
            "conformsTo": "http://www.w3.org/TR/media-frags/",
            "value": "xywh=10,0,300,200&t=0,0.333",
        },
    }
    assert annotation["body"][0]["source"] == DRAFT.concept_uri
    texts = [(body.get("language"), body["value"]) for body in annotation["body"][1:]]
    assert texts == [("fr", "Portrait gravé"), ("fr", "portrait"), ("en", "engraved portrait"), (None, "Bildnis")]
    assert annotation["dqv:hasQualityMeasurement"]["dqv:value"] == 0.931235
    assert annotation["prov:wasGeneratedBy"]["id"] == DRAFT.run_uri
    assert annotation["creator"]["name"] == "portrait 3"


def test_whole_canvas_has_no_selector() -> None:
    target = build_annotation(DRAFT)["target"]
    assert target["id"] == DRAFT.canvas_uri
    assert "selector" not in target


def test_page_for_w3c_has_object_and_index(w3c_errors: Errors) -> None:
    page = build_page("https://e.org/p", [build_annotation(DRAFT, "w3c")], "w3c", collection_uri="https://e.org/c")
    assert page["partOf"] == {"id": "https://e.org/c", "type": "AnnotationCollection"}
    assert page["startIndex"] == 0
    assert "@context" not in page["items"][0]
    assert w3c_errors(page) == []


def test_id_is_deterministic_and_safe() -> None:
    same = annotation_id("https://e.org/a/", "é/x", 2, "item")
    assert same == annotation_id("https://e.org/a", "é/x", 2, "item")
    assert same.startswith("https://e.org/a/%C3%A9%2Fx/2/")
    others = {annotation_id("https://e.org/a", "x", version, item) for version in (1, 2) for item in ("1", "11")}
    assert len(others) == 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"box": (0, 0, 0, 5)}, "impossible box"),
        ({"box": (-1, 0, 2, 5)}, "impossible box"),
        ({"time": (3.0, 3.0)}, "impossible time"),
        ({"score": 1.2}, "score"),
        ({"label": {"fr": ()}}, "no label"),
    ],
)
def test_impossible_drafts_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(IIIFError, match=reason):
        replace(DRAFT, **changes)


def test_context_document_is_plain_json() -> None:
    assert json.loads(json.dumps(context_document()))["@context"]["dqv"] == "http://www.w3.org/ns/dqv#"


def test_checkers_find_faults(iiif_errors: Errors, w3c_errors: Errors) -> None:
    broken = build_annotation(DRAFT) | {"target": {"type": "SpecificResource"}, "created": ["x", "y"]}
    assert iiif_errors({"id": "x", "type": "AnnotationPage"})
    assert {error.split(":", 1)[0] for error in w3c_errors(broken)} >= {"3.2-targetObjectsRecognized"}


def test_checkers_judge_the_official_examples(shared: Path, w3c_errors: Errors) -> None:
    """The examples of the specification itself pass, so that our passing means something."""
    folder = shared / "data" / "manifests" / "annotations" / "vanno"
    verdicts = [w3c_errors(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]
    assert sum(not errors for errors in verdicts) >= len(verdicts) // 2
    assert any(verdicts)
