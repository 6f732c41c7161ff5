"""Annotations as viewers and servers of IIIF Presentation 2 read them: `oa:Annotation` in `sc:AnnotationList`.

https://iiif.io/api/presentation/2.1/#annotation-list; shaped as Mirador 2 and SimpleAnnotationServer write them. The
document is the one of Presentation 3 in older words: same ids, same boxes in canvas pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snoop_iiif.annotations.draft import AnnotationDraft

_CONTEXT = "http://iiif.io/api/presentation/2/context.json"


def build_old_annotation(draft: AnnotationDraft) -> dict[str, Any]:
    """The annotation that says: this class is seen here. Old readers know no confidence; it is left out."""
    return {
        "@context": _CONTEXT,
        "@id": draft.id,
        "@type": "oa:Annotation",
        "motivation": ["oa:tagging", "oa:classifying"],
        "resource": _resources(draft),
        "on": f"{draft.canvas_uri}{_fragment(draft)}",
        "annotatedBy": {"@type": "prov:SoftwareAgent", "foaf:name": draft.creator.name},
        "annotatedAt": draft.created,
    }


def build_old_list(list_uri: str, annotations: Sequence[dict[str, Any]], manifest_uri: str) -> dict[str, Any]:
    """All annotations of one canvas, which a manifest names in `otherContent`."""
    return {
        "@context": _CONTEXT,
        "@id": list_uri,
        "@type": "sc:AnnotationList",
        "within": manifest_uri,
        "resources": [{key: value for key, value in one.items() if key != "@context"} for one in annotations],
    }


def _resources(draft: AnnotationDraft) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for language, names in draft.label.items():
        spoken = {} if language == "none" else {"language": language}
        found += [{"@type": "oa:Tag", "format": "text/plain", "chars": name, **spoken} for name in names]
    if draft.concept_uri:
        found.append({"@id": draft.concept_uri, "@type": "oa:SemanticTag"})
    return found


def _fragment(draft: AnnotationDraft) -> str:
    parts = [f"xywh={','.join(map(str, draft.box))}"] if draft.box else []
    if draft.time is not None:
        parts.append("t=" + ",".join(f"{moment:.3f}".rstrip("0").rstrip(".") for moment in draft.time))
    return f"#{'&'.join(parts)}" if parts else ""
