"""A processor of JSON-LD understands what we publish: all arrives as triples, our own terms by our context."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from snoop_iiif import (
    AnnotationDraft,
    Software,
    Verdict,
    build_annotation,
    build_answer,
    build_assessment,
    build_page,
    context_document,
)
from snoop_iiif.annotations.building import Profile

CONTEXT = "https://snoop.example.org/ns/snoop-flow.json"
DRAFT = AnnotationDraft(
    id="https://snoop.example.org/annotations/portrait/3/1",
    label={"fr": ("Portrait gravé",), "en": ("engraved portrait",), "ar": ("صورة محفورة",)},
    concept_uri="http://vocab.getty.edu/aat/300015637",
    canvas_uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/canvas/f1",
    manifest_uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/manifest.json",
    creator=Software("visual class portrait", "3", "https://snoop.example.org/classes/portrait"),
    generator=Software("snoop-flow", "0.1.0", "https://snoop.example.org/"),
    created="2026-03-01T10:00:00Z",
    modified="2026-03-02T10:00:00Z",
    box=(10, 20, 300, 400),
    score=0.75,
    calibrated=True,
    rights="https://creativecommons.org/publicdomain/zero/1.0/",
    run_uri="https://snoop.example.org/jobs/17",
    verdict=Verdict("accepted", "2026-03-02T09:00:00Z", "A. Curator"),
)
OA, DQV, PROV = "http://www.w3.org/ns/oa#", "http://www.w3.org/ns/dqv#", "http://www.w3.org/ns/prov#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
VALUE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"
PROFILES: tuple[Profile, ...] = ("iiif", "w3c", "search")
Triples = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def triples(shared: Path) -> Callable[[dict[str, Any]], Triples]:
    """What a document says; its contexts come from files, ours from the code that serves it."""
    files = {
        "www.w3.org/ns/anno.jsonld": "anno.jsonld",
        "iiif.io/api/presentation/3/context.json": "presentation-3.json",
        "iiif.io/api/search/2/context.json": "search-2.json",
        **{f"iiif.io/api/image/{number}/context.json": f"image-{number}.json" for number in (1, 2, 3)},
    }
    known: dict[str, Any] = {
        address: json.loads((shared / "schemas" / "contexts" / name).read_bytes()) for address, name in files.items()
    }
    known[CONTEXT.partition("://")[2]] = context_document()

    # of services that annotations do not have, and that the context of Presentation 3 names beside those that they do
    nothing: dict[str, Any] = {"@context": {}}

    def load(url: str, _: object) -> dict[str, Any]:
        return {
            "contextUrl": None,
            "documentUrl": url,
            "document": known.get(url.partition("://")[2], nothing),
            "contentType": "application/ld+json",
        }

    def read(document: dict[str, Any]) -> Triples:
        graph = jsonld.to_rdf(document, {"documentLoader": load})["@default"]
        return {tuple(one[part]["value"] for part in ("subject", "predicate", "object")) for one in graph}

    return read


@pytest.mark.parametrize("profile", PROFILES)
def test_an_annotation_says_everything_in_triples(triples: Callable[..., Triples], profile: Profile) -> None:
    found = triples(build_annotation(DRAFT, profile, CONTEXT))
    said = {(subject, predicate): object_ for subject, predicate, object_ in found}
    assert (DRAFT.id, TYPE, f"{OA}Annotation") in found
    assert {(DRAFT.id, f"{OA}motivatedBy", f"{OA}{one}") for one in ("tagging", "classifying")} <= found
    values = {object_ for _, predicate, object_ in found if predicate == VALUE}
    assert {text for texts in DRAFT.label.values() for text in texts} <= values
    assert DRAFT.concept_uri in {object_ for _, predicate, object_ in found if predicate == f"{OA}hasSource"}
    measurement = said[DRAFT.id, f"{DQV}hasQualityMeasurement"]
    assert said[measurement, TYPE] == f"{DQV}QualityMeasurement"
    assert said[measurement, f"{DQV}isMeasurementOf"] == f"{CONTEXT}#probability"
    assert float(said[measurement, f"{DQV}value"]) == 0.75
    assert said[DRAFT.id, f"{PROV}wasGeneratedBy"] == DRAFT.run_uri
    assert (DRAFT.run_uri, TYPE, f"{PROV}Activity") in found
    assert (DRAFT.canvas_uri, TYPE, "http://iiif.io/api/presentation/3#Canvas") in found
    assert (DRAFT.manifest_uri, TYPE, "http://iiif.io/api/presentation/3#Manifest") in found
    part_of = "http://www.w3.org/ns/activitystreams#partOf" if profile == "w3c" else "http://purl.org/dc/terms/isPartOf"
    assert said[DRAFT.canvas_uri, part_of] == DRAFT.manifest_uri
    target = said[DRAFT.id, f"{OA}hasTarget"]
    assert said[target, f"{OA}hasSource"] == DRAFT.canvas_uri
    assert "xywh=10,20,300,400" in values
    assert said[DRAFT.id, "http://purl.org/dc/terms/rights"] == DRAFT.rights
    versions = {object_ for _, predicate, object_ in found if predicate == "https://schema.org/softwareVersion"}
    assert versions == {"3", "0.1.0"}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_property_is_lost_on_the_way(triples: Callable[..., Triples], profile: Profile) -> None:
    """A key that no context knows is dropped in silence: every value of the document is found in the triples."""
    document = build_annotation(DRAFT, profile, CONTEXT)
    objects = {object_ for _, _, object_ in triples(document)} | {subject for subject, _, _ in triples(document)}
    lost = [
        value
        for value in _strings({key: value for key, value in document.items() if key != "@context"})
        if not any(value == one or one.endswith(f"#{value}") or one.endswith(f"/{value}") for one in objects)
    ]
    # kinds, motivations and purposes are written short, and come back as addresses of vocabularies
    known = {"Software", "TextualBody", "dqv:QualityMeasurement", "prov:Activity", "fr", "en", "ar", "rtl"}
    assert set(lost) - known == set()


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in _strings(one)]
    return [value] if isinstance(value, str) else []


def test_a_verdict_is_on_the_annotation(triples: Callable[..., Triples]) -> None:
    found = triples(build_assessment(DRAFT, "iiif", CONTEXT))
    verdict = f"{DRAFT.id}/assessment"
    assert (verdict, f"{OA}hasTarget", DRAFT.id) in found
    assert (verdict, f"{OA}motivatedBy", f"{OA}assessing") in found
    assert (verdict, "http://purl.org/dc/terms/created", "2026-03-02T09:00:00Z") in found


@pytest.mark.parametrize("profile", ["iiif", "w3c"])
def test_a_page_holds_its_annotations(triples: Callable[..., Triples], profile: Profile) -> None:
    documents = [build_annotation(one, profile, CONTEXT) for one in (DRAFT, replace(DRAFT, id=f"{DRAFT.id}b"))]
    found = triples(build_page("https://snoop.example.org/pages/1", documents, profile, CONTEXT))
    assert {DRAFT.id, f"{DRAFT.id}b"} <= {subject for subject, predicate, _ in found if predicate == f"{OA}hasTarget"}
    assert "https://snoop.example.org/pages/1" in {subject for subject, _, _ in found}


def test_an_answer_of_the_search_holds_them_too(triples: Callable[..., Triples]) -> None:
    document = build_answer(
        "https://snoop.example.org/iiif/search",
        {"q": "portrait"},
        [build_annotation(DRAFT, "search", CONTEXT)],
        total=1,
        page=0,
        size=100,
        ignored=["date"],
        extension_context=CONTEXT,
    )
    found = triples(document)
    assert (DRAFT.id, f"{OA}motivatedBy", f"{OA}tagging") in found
