"""Manifests of Presentation 2.0 and 2.1, see https://iiif.io/api/presentation/2.1/."""

from __future__ import annotations

from typing import Any

from snoop_flow.samples.archive import Page
from snoop_flow.samples.documents import Document, Quirk, Service
from snoop_flow.samples.manifests.addresses import Addresses
from snoop_flow.samples.manifests.facts import (
    HOLDER,
    PUBLIC_DOMAIN,
    RIGHTS_IN_WORDS,
    Entry,
    canvas_size,
    entries,
    page_label,
    shelfmark,
)

CONTEXT = "http://iiif.io/api/presentation/2/context.json"
_COMPLIANCE = {
    Service.V1: (
        "http://library.stanford.edu/iiif/image-api/1.1/context.json",
        "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level2",
    ),
    Service.V2: ("http://iiif.io/api/image/2/context.json", "http://iiif.io/api/image/2/level2.json"),
    Service.LEVEL_0: ("http://iiif.io/api/image/2/context.json", "http://iiif.io/api/image/2/level0.json"),
}


def manifest2(document: Document, pages: list[Page], addresses: Addresses) -> dict[str, Any]:
    """A document as a `sc:Manifest`."""
    sequence: dict[str, Any] = {
        "@id": f"{addresses.base}/{document.slug}/sequence/normal",
        "@type": "sc:Sequence",
        "canvases": [_canvas(document, page, addresses) for page in pages],
    }
    if Quirk.NO_SEQUENCE_ID in document.quirks:
        del sequence["@id"]
    # 2.0 often carries the shelf mark as its label and the title in the description, as Gallica's legacy manifests do
    label: Any = shelfmark(document) if document.version == "2.0" else _both(document.french, document.english)
    return {
        "@context": CONTEXT,
        "@id": addresses.manifest(document.slug),
        "@type": "sc:Manifest",
        "label": label,
        "description": document.french,
        "metadata": [_entry(document, entry) for entry in entries(document, pages)],
        "attribution": HOLDER[0],
        "license": RIGHTS_IN_WORDS if Quirk.RIGHTS_PAGE in document.quirks else PUBLIC_DOMAIN,
        "sequences": [sequence],
    }


def _both(french: str, english: str) -> list[dict[str, str]]:
    return [{"@value": french, "@language": "fr"}, {"@value": english, "@language": "en"}]


def _entry(document: Document, entry: Entry) -> dict[str, Any]:
    french, english = entry.value
    if Quirk.VALUE_LISTS in document.quirks:
        return {"label": entry.label[0], "value": [french, english]}
    if Quirk.EMPTY_LANGUAGE in document.quirks:
        return {"label": entry.label[0], "value": {"@value": french, "@language": ""}}
    if Quirk.NONE_LANGUAGE in document.quirks and french == english:
        return {"label": _both(*entry.label), "value": {"@value": french, "@language": "@none"}}
    return {"label": _both(*entry.label), "value": french if french == english else _both(french, english)}


def _canvas(document: Document, page: Page, addresses: Addresses) -> dict[str, Any]:
    width, height = canvas_size(document, page)
    uri = addresses.canvas(page)
    canvas = {
        "@id": uri,
        "@type": "sc:Canvas",
        "label": page_label(page)[0],
        "width": width,
        "height": height,
        "images": [
            {
                "@id": f"{uri}/painting",
                "@type": "oa:Annotation",
                "motivation": "sc:painting",
                "on": uri,
                "resource": _painted(document, page, addresses),
            }
        ],
    }
    if Quirk.NO_HEIGHT in document.quirks and page.page % 2:
        del canvas["height"]
    return canvas


def _painted(document: Document, page: Page, addresses: Addresses) -> dict[str, Any]:
    image = _image(document, page, addresses, "default")
    if Quirk.CHOICE not in document.quirks:
        return image
    image["label"] = "Lumière du jour"
    other = _image(document, page, addresses, "gray") | {"label": "Niveaux de gris"}
    return {"@type": "oa:Choice", "default": image, "item": [other]}


def _image(document: Document, page: Page, addresses: Addresses, quality: str) -> dict[str, Any]:
    image: dict[str, Any] = {
        "@id": addresses.file(page),
        "@type": "dctypes:Image",
        "format": "image/jpeg",
        "width": page.width,
        "height": page.height,
    }
    if document.service is not Service.STATIC:
        context, profile = _COMPLIANCE[document.service]
        service = addresses.service(document, page)
        quality = "native" if document.service is Service.V1 else quality
        image["@id"] = f"{service}/full/full/0/{quality}.jpg"
        image["service"] = {"@context": context, "@id": service, "profile": profile}
    return image
