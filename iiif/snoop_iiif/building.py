"""Manifests and collections for records that no other IIIF server presents: local folders, keyframes of videos.

They are built with iiif-prezi3, which checks them against the model of Presentation 3
(https://iiif.io/api/presentation/3.0/) while it makes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from snoop_iiif.errors import IIIFError
from snoop_iiif.films import FilmDraft, FilmMoment, film_canvas, film_ranges, moment_links
from snoop_iiif.model import LanguageMap, Member, MetadataEntry

_CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_ATTRIBUTION: LanguageMap = {"en": ("Attribution",), "fr": ("Attribution",)}


@dataclass(frozen=True, slots=True)
class CanvasDraft:
    """One canvas with one image.

    Attributes:
        uri: of the canvas; annotations target it, so it may never change.
        width: of the image and so of the canvas, in pixels.
        service_3: base URI of the image under the Image API 3, level 2.
        service_2: the same for version 2, for viewers that know no other.
        image_url: fixed address of the image; made from `service_3` where it is left out.
        thumbnail: address of a small picture.
        annotation_page: URI of the page with the annotations on this canvas.
        moment: of a film, where the image is a keyframe.
    """

    uri: str
    label: LanguageMap
    width: int
    height: int
    service_3: str | None = None
    service_2: str | None = None
    image_url: str | None = None
    image_format: str = "image/jpeg"
    thumbnail: str | None = None
    annotation_page: str | None = None
    metadata: tuple[MetadataEntry, ...] = ()
    moment: FilmMoment | None = None


@dataclass(frozen=True, slots=True)
class ManifestDraft:
    """One record.

    Attributes:
        rights: URI of a licence of Creative Commons or a statement of rightsstatements.org.
        homepage: web page about the record.
        homepage_label: what that page is called.
        nav_date: ISO 8601 with a time zone.
        part_of: URIs of the collections it belongs to.
        films: canvases with a duration, which come after the others.
    """

    uri: str
    label: LanguageMap
    canvases: tuple[CanvasDraft, ...]
    summary: LanguageMap | None = None
    metadata: tuple[MetadataEntry, ...] = ()
    rights: str | None = None
    attribution: LanguageMap | None = None
    homepage: str | None = None
    homepage_label: LanguageMap | None = None
    thumbnail: str | None = None
    nav_date: str | None = None
    part_of: tuple[str, ...] = ()
    films: tuple[FilmDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionDraft:
    """A list of manifests and collections."""

    uri: str
    label: LanguageMap
    members: tuple[Member, ...]
    summary: LanguageMap | None = None
    metadata: tuple[MetadataEntry, ...] = ()
    rights: str | None = None
    part_of: tuple[str, ...] = ()


def build_manifest(draft: ManifestDraft) -> dict[str, Any]:
    """The manifest as JSON-LD of Presentation 3, ready for `json.dumps`.

    Raises:
        IIIFError: a value that the model does not allow, or a URI that it would rewrite; the reason names it.
    """
    values = _descriptive(draft) | {
        "items": [_canvas(canvas) for canvas in draft.canvases],
        "requiredStatement": _statement(draft.attribution),
        "homepage": _homepage(draft),
        "thumbnail": _thumbnail(draft.thumbnail),
        "navDate": draft.nav_date,
    }
    built = _checked("Manifest", values, [draft.uri, *(canvas.uri for canvas in draft.canvases)])
    # added last: iiif-prezi3 turns references into empty pages and canvases
    for item, canvas in zip(built["items"], draft.canvases, strict=True):
        if canvas.moment:
            item |= moment_links(canvas.uri, canvas.moment)
        if canvas.annotation_page:
            page = {"id": canvas.annotation_page, "type": "AnnotationPage"}
            item["annotations"] = [*item.get("annotations", ()), page]
    built["items"] += [film_canvas(film) for film in draft.films]
    ranges = [film_ranges(film, f"{draft.uri}/ranges/{number}") for number, film in enumerate(draft.films, 1)]
    if structures := [one for found in ranges for one in found]:
        built["structures"] = structures
    return built


def build_collection(draft: CollectionDraft) -> dict[str, Any]:
    """The collection as JSON-LD of Presentation 3, ready for `json.dumps`.

    Raises:
        IIIFError: a value that the model does not allow, or a URI that it would rewrite; the reason names it.
    """
    kinds: dict[str, Literal["Manifest", "Collection"]] = {"manifest": "Manifest", "collection": "Collection"}
    items = [
        {"id": member.uri, "type": kinds[member.kind], "label": _texts(member.label) or {"none": [member.uri]}}
        for member in draft.members
    ]
    values = _descriptive(draft) | {"items": items}
    built = _checked("Collection", values, [draft.uri, *(member.uri for member in draft.members)])
    for item in built["items"]:
        item.pop("items", None)  # a reference, which iiif-prezi3 may turn into an empty collection
    return built


def _checked(kind: Literal["Manifest", "Collection"], values: Mapping[str, Any], uris: Iterable[str]) -> dict[str, Any]:
    """Build it, and make sure that no identity was rewritten: pydantic normalises URLs."""
    import iiif_prezi3  # takes 0.7 s, which a command that builds nothing need not wait for
    from pydantic import ValidationError

    present = {key: value for key, value in values.items() if value not in (None, [], {})}
    try:
        built: dict[str, Any] = json.loads(getattr(iiif_prezi3, kind)(**({"items": []} | present)).jsonld())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][:4])
        raise IIIFError(f"not valid in Presentation 3 at {place}: {first['msg']}") from error
    for wanted, got in zip(uris, [built["id"], *(item["id"] for item in built["items"])], strict=True):
        if wanted != got:
            raise IIIFError(f"the URI {wanted} is not in its normal form {got}")
    return {"@context": _CONTEXT, **{key: value for key, value in built.items() if key != "@context"}}


def _descriptive(draft: ManifestDraft | CollectionDraft) -> dict[str, Any]:
    return {
        "id": draft.uri,
        "label": _texts(draft.label) or {"none": [draft.uri]},
        "summary": _texts(draft.summary),
        "metadata": _metadata(draft.metadata),
        "rights": draft.rights,
        "partOf": [{"id": uri, "type": "Collection"} for uri in draft.part_of],
    }


def _canvas(draft: CanvasDraft) -> dict[str, Any]:
    if draft.width < 1 or draft.height < 1:
        raise IIIFError(f"the canvas {draft.uri} has the impossible size {draft.width} x {draft.height}")
    annotation = {
        "id": f"{draft.uri}/painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": _image(draft),
        "target": draft.uri,
    }
    page = {"id": f"{draft.uri}/page", "type": "AnnotationPage", "items": [annotation]}
    values = {
        "id": draft.uri,
        "type": "Canvas",
        "label": _texts(draft.label),
        "width": draft.width,
        "height": draft.height,
        "metadata": _metadata(draft.metadata),
        "thumbnail": _thumbnail(draft.thumbnail),
        "items": [page],
    }
    return {key: value for key, value in values.items() if value not in (None, [], {})}


def _image(draft: CanvasDraft) -> dict[str, Any]:
    url = draft.image_url or (f"{draft.service_3}/full/max/0/default.jpg" if draft.service_3 else None)
    if url is None:
        raise IIIFError(f"the canvas {draft.uri} has neither an image nor an image service")
    size = {"width": draft.width, "height": draft.height}
    services: list[dict[str, Any]] = []
    if draft.service_3:
        services.append({"id": draft.service_3, "type": "ImageService3", "profile": "level2", **size})
    if draft.service_2:
        profile = "http://iiif.io/api/image/2/level2.json"
        services.append({"@id": draft.service_2, "@type": "ImageService2", "profile": profile, **size})
    body = {"id": url, "type": "Image", "format": draft.image_format, **size}
    return body | ({"service": services} if services else {})


def _thumbnail(url: str | None) -> list[dict[str, str]] | None:
    return [{"id": url, "type": "Image", "format": "image/jpeg"}] if url else None


def _homepage(draft: ManifestDraft) -> list[dict[str, Any]] | None:
    if draft.homepage is None:
        return None
    label = _texts(draft.homepage_label) or _texts(draft.label) or {"none": [draft.homepage]}
    return [{"id": draft.homepage, "type": "Text", "format": "text/html", "label": label}]


def _statement(attribution: LanguageMap | None) -> dict[str, Any] | None:
    return {"label": _texts(_ATTRIBUTION), "value": _texts(attribution)} if attribution else None


def _metadata(entries: Iterable[MetadataEntry]) -> list[dict[str, Any]]:
    return [{"label": _texts(entry.label), "value": _texts(entry.value)} for entry in entries]


def _texts(texts: LanguageMap | None) -> dict[str, list[str]]:
    return {language: list(values) for language, values in (texts or {}).items() if values}
