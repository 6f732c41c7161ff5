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
    build_answer,
    build_assessment,
    build_old_annotation,
    build_old_list,
    build_page,
    build_terms,
    context_document,
    media_fragment,
    search_services,
)
from snoop_iiif.building import CanvasDraft, CollectionDraft, ManifestDraft, build_collection, build_manifest
from snoop_iiif.content_state import ContentState
from snoop_iiif.content_state import decode as decode_content_state
from snoop_iiif.content_state import encode as encode_content_state
from snoop_iiif.converting import convert_document, to_presentation2
from snoop_iiif.errors import IIIFError, ImageRequestError
from snoop_iiif.films import FilmDraft, FilmMoment, ShotDraft
from snoop_iiif.images import canvas_box, image_url, thumbnail_url
from snoop_iiif.model import (
    Box,
    Canvas,
    Collection,
    Image,
    ImageService,
    LanguageMap,
    Manifest,
    Medium,
    Member,
    MetadataEntry,
    Range,
    Rendition,
    Size,
)
from snoop_iiif.reading import read_document, read_information
from snoop_iiif.surveying import HostSurvey, survey
from snoop_iiif.tiles import Mosaic, Tile, image_tiles
from snoop_iiif.wrapping import WrappedCanvas, WrappedManifest, build_wrapper

__all__ = [
    "EXTENSION_CONTEXT",
    "AnnotationDraft",
    "Box",
    "Canvas",
    "CanvasDraft",
    "Collection",
    "CollectionDraft",
    "ContentState",
    "FilmDraft",
    "FilmMoment",
    "HostSurvey",
    "IIIFError",
    "Image",
    "ImageRequestError",
    "ImageService",
    "LanguageMap",
    "Manifest",
    "ManifestDraft",
    "Medium",
    "Member",
    "MetadataEntry",
    "Mosaic",
    "Range",
    "Rendition",
    "ShotDraft",
    "Size",
    "Software",
    "Tile",
    "Verdict",
    "WrappedCanvas",
    "WrappedManifest",
    "annotation_id",
    "build_annotation",
    "build_answer",
    "build_assessment",
    "build_collection",
    "build_manifest",
    "build_old_annotation",
    "build_old_list",
    "build_page",
    "build_terms",
    "build_wrapper",
    "canvas_box",
    "context_document",
    "convert_document",
    "decode_content_state",
    "encode_content_state",
    "image_tiles",
    "image_url",
    "media_fragment",
    "read_document",
    "read_information",
    "search_services",
    "survey",
    "thumbnail_url",
    "to_presentation2",
]
