"""Writing annotations: W3C Web Annotation (https://www.w3.org/TR/annotation-model/) in the profiles readers expect."""

from snoop_iiif.annotations.answers import build_answer, build_terms, search_services
from snoop_iiif.annotations.building import build_annotation, build_assessment, build_page, media_fragment
from snoop_iiif.annotations.draft import AnnotationDraft, Software, Verdict, annotation_id
from snoop_iiif.annotations.extension import EXTENSION_CONTEXT, context_document
from snoop_iiif.annotations.presentation2 import build_old_annotation, build_old_list

__all__ = [
    "EXTENSION_CONTEXT",
    "AnnotationDraft",
    "Software",
    "Verdict",
    "annotation_id",
    "build_annotation",
    "build_answer",
    "build_assessment",
    "build_old_annotation",
    "build_old_list",
    "build_page",
    "build_terms",
    "context_document",
    "media_fragment",
    "search_services",
]
