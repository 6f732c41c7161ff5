"""Manifests of Presentation 3.0, see https://iiif.io/api/presentation/3.0/."""

from __future__ import annotations

from typing import Any

from snoop_flow.samples.archive import Page
from snoop_flow.samples.documents import Document, Quirk, Service
from snoop_flow.samples.manifests.addresses import Addresses, ready_sizes
from snoop_flow.samples.manifests.facts import HOLDER, PUBLIC_DOMAIN, canvas_size, entries, page_label

CONTEXT = "http://iiif.io/api/presentation/3/context.json"


def both(french: str, english: str) -> dict[str, list[str]]:
    """A language map; what is the same in both languages is in none."""
    return {"none": [french]} if french == english else {"fr": [french], "en": [english]}


def manifest3(document: Document, pages: list[Page], addresses: Addresses) -> dict[str, Any]:
    """A document as a `Manifest`."""
    return {
        "@context": CONTEXT,
        "id": addresses.manifest(document.slug),
        "type": "Manifest",
        "label": both(document.french, document.english),
        "metadata": [{"label": both(*e.label), "value": both(*e.value)} for e in entries(document, pages)],
        "rights": PUBLIC_DOMAIN,
        "requiredStatement": {"label": both("Attribution", "Attribution"), "value": both(*HOLDER)},
        "items": [_canvas(document, page, addresses) for page in pages],
    }


def _canvas(document: Document, page: Page, addresses: Addresses) -> dict[str, Any]:
    width, height = canvas_size(document, page)
    uri = addresses.canvas(page)
    painting = {
        "id": f"{uri}/painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": _painted(document, page, addresses),
        "target": uri,
    }
    return {
        "id": uri,
        "type": "Canvas",
        "label": both(*page_label(page)),
        "width": width,
        "height": height,
        "items": [{"id": f"{uri}/page", "type": "AnnotationPage", "items": [painting]}],
    }


def _painted(document: Document, page: Page, addresses: Addresses) -> dict[str, Any]:
    image = _image(document, page, addresses, "default")
    if Quirk.CHOICE not in document.quirks:
        return image
    image["label"] = both("Lumière du jour", "Daylight")
    other = _image(document, page, addresses, "gray") | {"label": both("Niveaux de gris", "Grey")}
    return {"type": "Choice", "items": [image, other]}


def _image(document: Document, page: Page, addresses: Addresses, quality: str) -> dict[str, Any]:
    image: dict[str, Any] = {
        "id": addresses.file(page),
        "type": "Image",
        "format": "image/jpeg",
        "width": page.width,
        "height": page.height,
    }
    if document.service is not Service.STATIC:
        service = addresses.service(document, page)
        full = "full" if document.service is Service.V2 else "max"
        image["id"] = f"{service}/full/{full}/0/{quality}.jpg"
        image["service"] = [_service(document, page, service)]
    return image


def _service(document: Document, page: Page, uri: str) -> dict[str, Any]:
    if document.service is Service.V2:
        return {"@id": uri, "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json"}
    if document.service is Service.LEVEL_0:
        sizes = [{"width": width, "height": height} for width, height in ready_sizes(page.width, page.height)]
        size = {"width": page.width, "height": page.height, "sizes": sizes}
        return {"id": uri, "type": "ImageService3", "profile": "level0", **size}
    return {"id": uri, "type": "ImageService3", "profile": "level2", "width": page.width, "height": page.height}
