"""IIIF and Web Annotation: reading what institutions publish, serving images, writing manifests and annotations.

Knows nothing of arrays, learning or storage: documents in, plain values out, and back.
"""

from snoop_iiif.annotations import (
    EXTENSION_CONTEXT,
    AnnotationDraft,
    Software,
    Verdict,
    annotation_id,
    build_annotation,
    build_assessment,
    build_old_annotation,
    build_old_list,
    build_page,
    context_document,
)
from snoop_iiif.building import CanvasDraft, CollectionDraft, ManifestDraft, build_collection, build_manifest
from snoop_iiif.errors import IIIFError, ImageRequestError
from snoop_iiif.images import canvas_box, image_url, thumbnail_url
from snoop_iiif.model import (
    Box,
    Canvas,
    Collection,
    Image,
    ImageService,
    LanguageMap,
    Manifest,
    Member,
    MetadataEntry,
    Range,
    Size,
)
from snoop_iiif.reading import read_document

__all__ = [
    "EXTENSION_CONTEXT",
    "AnnotationDraft",
    "Box",
    "Canvas",
    "CanvasDraft",
    "Collection",
    "CollectionDraft",
    "IIIFError",
    "Image",
    "ImageRequestError",
    "ImageService",
    "LanguageMap",
    "Manifest",
    "ManifestDraft",
    "Member",
    "MetadataEntry",
    "Range",
    "Size",
    "Software",
    "Verdict",
    "annotation_id",
    "build_annotation",
    "build_assessment",
    "build_collection",
    "build_manifest",
    "build_old_annotation",
    "build_old_list",
    "build_page",
    "canvas_box",
    "context_document",
    "image_url",
    "read_document",
    "thumbnail_url",
]
