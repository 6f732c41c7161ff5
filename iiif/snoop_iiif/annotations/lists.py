"""Annotations of Presentation 2 (Open Annotation) for old viewers and servers: lists, and single ones.

Follows https://iiif.io/api/presentation/2.1/#annotation-list, for Mirador 2, the Universal Viewer and
SimpleAnnotationServer. Confidence and provenance have no word there: they stay in the annotation of the same id in the
newer profiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from snoop_iiif.annotations.building import media_fragment, plain_text
from snoop_iiif.annotations.draft import AnnotationDraft

CONTEXT_2 = "http://iiif.io/api/presentation/2/context.json"


def build_list(list_uri: str, drafts: Iterable[AnnotationDraft], layer_uri: str | None = None) -> dict[str, Any]:
    """All annotations of one canvas as a `sc:AnnotationList`, which a canvas names in its `otherContent`.

    Args:
        layer_uri: of the layer that the list is a part of.
    """
    resources = [{key: value for key, value in build_oa(draft).items() if key != "@context"} for draft in drafts]
    within = {"within": {"@id": layer_uri, "@type": "sc:Layer"}} if layer_uri else {}
    return {"@context": CONTEXT_2, "@id": list_uri, "@type": "sc:AnnotationList", **within, "resources": resources}


def build_oa(draft: AnnotationDraft) -> dict[str, Any]:
    """One annotation as an `oa:Annotation`: tags with the names of the class, on a canvas or a part of it."""
    annotation = {
        "@context": CONTEXT_2,
        "@id": draft.id,
        "@type": "oa:Annotation",
        "motivation": ["oa:tagging", "oa:classifying"],
        "resource": _tags(draft),
        "on": _on(draft),
        "dcterms:creator": draft.creator.name,
        "dcterms:created": draft.created,
        "dcterms:modified": draft.modified,
    }
    return {key: value for key, value in annotation.items() if value is not None}


def _tags(draft: AnnotationDraft) -> list[dict[str, Any]]:
    concept = {"@id": draft.concept_uri} if draft.concept_uri else {}
    return [
        {
            **concept,
            "@type": "oa:Tag",
            "format": "text/plain",
            "chars": plain_text(name),
            **({} if language == "none" else {"language": language}),
        }
        for language, names in draft.label.items()
        for name in names
    ]


def _on(draft: AnnotationDraft) -> dict[str, Any]:
    """An object also for a whole canvas: a plain address could not say which manifest it is in."""
    within = {"@id": draft.manifest_uri, "@type": "sc:Manifest"}
    target: dict[str, Any] = {"@type": "oa:SpecificResource", "full": draft.canvas_uri, "within": within}
    if value := media_fragment(draft):
        target["selector"] = {"@type": "oa:FragmentSelector", "value": value}
    return target
