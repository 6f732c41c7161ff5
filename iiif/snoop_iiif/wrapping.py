"""Wrapper manifests: what another institution's manifest shows, with links to our annotations on its canvases.

A viewer finds annotations through the manifest, and nobody can write into another institution's one. So we serve
one of our own that has the same canvases, under the ids that the institution gave them, with its images from its
servers. It is written without iiif-prezi3, which normalises addresses: a canvas id that is changed by a letter is
another canvas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from snoop_iiif.converting.bodies import image_body
from snoop_iiif.converting.notation import as_texts, escaped
from snoop_iiif.films import FilmDraft, film_canvas, film_ranges
from snoop_iiif.model import Image, LanguageMap, MetadataEntry

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_RIGHTS = re.compile(r"http://(creativecommons\.org/(licenses|publicdomain)/|rightsstatements\.org/vocab/).+")
_RIGHTS_LABEL: LanguageMap = {"en": ("Rights",), "fr": ("Droits",)}
_ATTRIBUTION: LanguageMap = {"en": ("Attribution",), "fr": ("Attribution",)}
_SOURCE: LanguageMap = {"en": ("Manifest of the institution",), "fr": ("Manifeste de l’institution",)}


@dataclass(frozen=True, slots=True)
class WrappedCanvas:
    """A canvas of another institution.

    Attributes:
        uri: verbatim.
        width: of the canvas, which may differ from the image's.
        annotation_page: URI of our page about it; None where there is none.
    """

    uri: str
    label: LanguageMap
    width: int
    height: int
    image: Image
    annotation_page: str | None = None


@dataclass(frozen=True, slots=True)
class WrappedManifest:
    """A manifest of another institution, and the address of ours about it.

    Attributes:
        uri: of ours.
        source: of theirs.
        source_version: of Presentation, such as `2.1`.
        rights: any address or text; what Presentation 3 does not know as a licence goes into the metadata.
        services: search services over our annotations.
        films: canvases with a duration, which come after the others.
    """

    uri: str
    source: str
    label: LanguageMap
    canvases: Sequence[WrappedCanvas]
    source_version: str = "3.0"
    metadata: Sequence[MetadataEntry] = ()
    rights: str = ""
    attribution: LanguageMap | None = None
    homepage: str = ""
    services: Sequence[dict[str, Any]] = ()
    films: Sequence[FilmDraft] = ()


def build_wrapper(draft: WrappedManifest) -> dict[str, Any]:
    """The wrapper manifest as JSON-LD of Presentation 3."""
    rights, statements = _rights(draft.rights)
    major = 2 if draft.source_version.startswith("2") else 3
    source = {
        "id": escaped(draft.source),
        "type": "Dataset",
        "format": "application/ld+json",
        "profile": f"http://iiif.io/api/presentation/{major}/context.json",
        "label": as_texts(_SOURCE),
    }
    label = as_texts(draft.label) or {"none": [draft.source]}
    document = {
        "@context": CONTEXT,
        "id": draft.uri,
        "type": "Manifest",
        "label": label,
        "metadata": [{"label": as_texts(e.label), "value": as_texts(e.value)} for e in draft.metadata] + statements,
        "rights": rights,
        "requiredStatement": _statement(draft.attribution),
        "homepage": _homepage(draft.homepage, label),
        "seeAlso": [source] if draft.source.startswith(("http://", "https://")) else [],
        "service": list(draft.services),
        "items": [_canvas(canvas) for canvas in draft.canvases] + [film_canvas(film) for film in draft.films],
        "structures": [
            one for place, film in enumerate(draft.films, 1) for one in film_ranges(film, f"{draft.uri}/ranges/{place}")
        ],
    }
    return {key: value for key, value in document.items() if value not in (None, [], {})}


def _canvas(draft: WrappedCanvas) -> dict[str, Any]:
    base = draft.uri.split("#")[0]
    painting = {
        "id": f"{base}/painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": image_body(draft.image),
        "target": draft.uri,
    }
    canvas = {
        "id": draft.uri,
        "type": "Canvas",
        "label": as_texts(draft.label),
        "width": draft.width,
        "height": draft.height,
        "items": [{"id": f"{base}/page", "type": "AnnotationPage", "items": [painting]}],
        "annotations": [{"id": draft.annotation_page, "type": "AnnotationPage"}] if draft.annotation_page else [],
    }
    return {key: value for key, value in canvas.items() if value not in (None, [], {})}


def _rights(stated: str) -> tuple[str | None, list[dict[str, Any]]]:
    plain = re.sub(r"^https:", "http:", stated).replace("://www.", "://")
    if _RIGHTS.fullmatch(plain):
        return escaped(plain), []
    return None, [{"label": as_texts(_RIGHTS_LABEL), "value": {"none": [stated]}}] if stated else []


def _statement(attribution: LanguageMap | None) -> dict[str, Any] | None:
    return {"label": as_texts(_ATTRIBUTION), "value": as_texts(attribution)} if attribution else None


def _homepage(address: str, label: dict[str, list[str]]) -> list[dict[str, Any]]:
    if not address.startswith(("http://", "https://")):
        return []
    return [{"id": escaped(address), "type": "Text", "format": "text/html", "label": label}]
