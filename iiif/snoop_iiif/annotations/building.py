"""Annotations, assessments and pages as JSON-LD, in the profiles that readers expect.

`iiif` validates as Presentation 3: its context is listed and `partOf` is an array. `w3c` is for plain Web Annotation
clients and servers. `search` is for answers of Content Search 2 (see `build_answer`): annotations as in `iiif`,
under the context of that API. All satisfy all MUST assertions of the Web Annotation model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from snoop_iiif.annotations.draft import AnnotationDraft, Software, Verdict
from snoop_iiif.annotations.extension import EXTENSION_CONTEXT, confidence, provenance
from snoop_iiif.errors import IIIFError

Profile = Literal["iiif", "w3c", "search"]

_ANNO = "http://www.w3.org/ns/anno.jsonld"
_PRESENTATION = "http://iiif.io/api/presentation/3/context.json"
_SEARCH = "http://iiif.io/api/search/2/context.json"
_LAST: dict[Profile, list[str]] = {"iiif": [_PRESENTATION], "search": [_SEARCH], "w3c": []}
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/"


def build_annotation(
    draft: AnnotationDraft, profile: Profile = "iiif", extension_context: str = EXTENSION_CONTEXT
) -> dict[str, Any]:
    """The annotation that says: this class is seen here. The verdict of a person is not part of it.

    Args:
        extension_context: URL at which `context_document` is served.
    """
    measured = None if draft.score is None else confidence(draft.score, extension_context, draft.calibrated)
    annotation = {
        "@context": _contexts(profile, extension_context),
        "id": draft.id,
        "type": "Annotation",
        # Mirador 4 hides what is only "classifying"
        "motivation": ["tagging", "classifying"],
        "body": _bodies(draft),
        "target": _target(draft, profile),
        "creator": _software(draft.creator),
        "generator": _software(draft.generator) if draft.generator else None,
        "created": draft.created,
        "modified": draft.modified,
        "rights": draft.rights,
        "dqv:hasQualityMeasurement": measured,
        "prov:wasGeneratedBy": provenance(draft.run_uri) if draft.run_uri else None,
    }
    return _present(annotation)


def build_assessment(
    draft: AnnotationDraft, profile: Profile = "iiif", extension_context: str = EXTENSION_CONTEXT
) -> dict[str, Any]:
    """The verdict of a person, an annotation of its own on the annotation of the machine.

    Raises:
        IIIFError: the draft has no verdict.
    """
    verdict = draft.verdict
    if verdict is None:
        raise IIIFError(f"nobody has judged the annotation {draft.id}")
    assessment = {
        "@context": _contexts(profile, extension_context),
        "id": f"{draft.id}/assessment",
        "type": "Annotation",
        "motivation": "assessing",
        "body": _judgement(verdict),
        "target": draft.id,
        "creator": _person(verdict),
        "generator": _software(draft.generator) if draft.generator else None,
        "created": verdict.decided,
        "rights": draft.rights,
    }
    return _present(assessment)


def build_page(
    page_uri: str,
    annotations: Sequence[Mapping[str, Any]],
    profile: Profile = "iiif",
    extension_context: str = EXTENSION_CONTEXT,
    collection_uri: str | None = None,
) -> dict[str, Any]:
    """All annotations of one canvas in one page; viewers do not follow `next`.

    Args:
        annotations: from `build_annotation` or `build_assessment`; the page's context holds for all of them.
        collection_uri: of the annotation collection that the page is a part of.
    """
    collection = {"id": collection_uri, "type": "AnnotationCollection"} if collection_uri else None
    page = {
        "@context": _contexts(profile, extension_context),
        "id": page_uri,
        "type": "AnnotationPage",
        "partOf": [collection] if collection and profile == "iiif" else collection,
        "startIndex": 0 if collection and profile == "w3c" else None,
        "items": [{key: value for key, value in annotation.items() if key != "@context"} for annotation in annotations],
    }
    return _present(page)


def _contexts(profile: Profile, extension_context: str) -> list[str]:
    """The context of IIIF has to come last (Presentation 3, section 4.6; Content Search 2, section 2.3)."""
    return [_ANNO, extension_context, *_LAST[profile]]


def _bodies(draft: AnnotationDraft) -> list[dict[str, Any]]:
    bodies: list[dict[str, Any]] = []
    if draft.concept_uri:
        bodies.append({"type": "SpecificResource", "source": draft.concept_uri, "purpose": "classifying"})
    for language, names in draft.label.items():
        spoken = {} if language == "none" else {"language": language}
        if language.split("-")[0].lower() in _RIGHT_TO_LEFT:
            spoken["textDirection"] = "rtl"
        bodies += [
            {"type": "TextualBody", "value": plain_text(name), **spoken, "format": "text/plain", "purpose": "tagging"}
            for name in names
        ]
    return bodies


def plain_text(text: str) -> str:
    """A text without control characters, which viewers show as boxes and XML refuses; markup stays, as plain text."""
    return _CONTROL.sub(" ", text).strip()


def _target(draft: AnnotationDraft, profile: Profile) -> dict[str, Any]:
    """The canvas itself where all of it is meant: a specific resource has to be specific about something."""
    manifest = {"id": draft.manifest_uri, "type": "Manifest"}
    part_of = manifest if profile == "w3c" else [manifest]
    canvas = {"id": draft.canvas_uri, "type": "Canvas", "partOf": part_of}
    if not (value := media_fragment(draft)):
        return canvas
    selector = {"type": "FragmentSelector", "conformsTo": _MEDIA_FRAGMENTS, "value": value}
    return {"type": "SpecificResource", "source": canvas, "selector": selector}


def media_fragment(draft: AnnotationDraft) -> str:
    """The box and the time of a draft as W3C's Media Fragments write them; "" for the whole canvas."""
    return "&".join(one for one in (_box_fragment(draft), _time_fragment(draft)) if one)


def _box_fragment(draft: AnnotationDraft) -> str | None:
    return f"xywh={','.join(str(number) for number in draft.box)}" if draft.box else None


def _time_fragment(draft: AnnotationDraft) -> str | None:
    if draft.time is None:
        return None
    start, end = (f"{moment:.3f}".rstrip("0").rstrip(".") for moment in draft.time)
    return f"t={start},{end}"


def _software(software: Software) -> dict[str, Any]:
    return dict(_described(software))


@lru_cache(maxsize=256)
def _described(software: Software) -> dict[str, Any]:
    """Kept, since a whole export names the same two programs."""
    return _present(
        {
            "id": software.id,
            "type": "Software",
            "name": f"{software.name} {software.version}" if software.version else software.name,
            "homepage": software.homepage,
            "schema:softwareVersion": software.version,
        }
    )


def _person(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.person is None and verdict.person_id is None:
        return None
    return _present({"id": verdict.person_id, "type": "Person", "name": verdict.person})


def _judgement(verdict: Verdict) -> list[dict[str, Any]]:
    bodies = [{"type": "TextualBody", "value": verdict.decision, "format": "text/plain", "purpose": "assessing"}]
    if verdict.comment:
        bodies.append(
            {"type": "TextualBody", "value": verdict.comment, "format": "text/plain", "purpose": "commenting"}
        )
    return bodies


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None}
