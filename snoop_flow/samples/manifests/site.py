"""All JSON documents of the sample server by their paths, the damaged one included."""

from __future__ import annotations

import json
from typing import Any

from snoop_flow.samples.archive import Page
from snoop_flow.samples.documents import DOCUMENTS, Document
from snoop_flow.samples.manifests.addresses import Addresses
from snoop_flow.samples.manifests.facts import HOLDER
from snoop_flow.samples.manifests.presentation2 import CONTEXT as CONTEXT_2
from snoop_flow.samples.manifests.presentation2 import manifest2
from snoop_flow.samples.manifests.presentation3 import CONTEXT as CONTEXT_3
from snoop_flow.samples.manifests.presentation3 import both, manifest3

TRUNCATED = "registre-tronque"
MISSING = "carnet-perdu"


def documents_of(pages: list[Page], addresses: Addresses) -> dict[str, bytes]:
    """Path → JSON of every collection and manifest.

    One manifest is cut off in its middle and one that a collection lists does not exist, so that a harvest has
    something to report.
    """
    held = {slug: [page for page in pages if page.document == slug] for slug in {page.document for page in pages}}
    shown = [document for document in DOCUMENTS if document.slug in held]
    found: dict[str, bytes] = {}
    for document in shown:
        build = manifest3 if document.version == "3.0" else manifest2
        found[addresses.manifest(document.slug)] = _bytes(build(document, held[document.slug], addresses))
    whole = found[addresses.manifest(shown[0].slug)]
    found[addresses.manifest(TRUNCATED)] = whole[: len(whole) // 2]
    for uri, collection in _collections(shown, addresses).items():
        found[uri] = _bytes(collection)
    return {uri.removeprefix(addresses.base): body for uri, body in found.items()}


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _collections(shown: list[Document], addresses: Addresses) -> dict[str, dict[str, Any]]:
    """The tree: two collections of version 3 and one of version 2 below the top."""
    modern = [document for document in shown if document.version == "3.0"]
    press = [document for document in modern if "press" in document.contents]
    images = [document for document in modern if document not in press]
    old = [document for document in shown if document.version != "3.0"]
    below = {
        "images": _collection3("images", "Images, cartes et objets", "Images, maps and objects", images, addresses),
        "periodiques": _collection3("periodiques", "Périodiques", "Periodicals", press, addresses),
        "fonds-anciens": _collection2("fonds-anciens", "Fonds anciens", old, addresses),
    }
    top = _top([_member(collection) for collection in below.values()], addresses)
    return {addresses.collection(): top} | {addresses.collection(name): value for name, value in below.items()}


def _top(members: list[dict[str, Any]], addresses: Addresses) -> dict[str, Any]:
    label = both("Archive de démonstration", "Demonstration archive")
    statement = {"label": both("Attribution", "Attribution"), "value": both(*HOLDER)}
    return {
        "@context": CONTEXT_3,
        "id": addresses.collection(),
        "type": "Collection",
        "label": label,
        "requiredStatement": statement,
        "items": members,
    }


def _member(collection: dict[str, Any]) -> dict[str, Any]:
    label = collection["label"]
    uri = collection.get("id") or collection["@id"]
    return {"id": uri, "type": "Collection", "label": label if isinstance(label, dict) else {"fr": [label]}}


def _collection3(
    name: str, french: str, english: str, documents: list[Document], addresses: Addresses
) -> dict[str, Any]:
    items = [
        {"id": addresses.manifest(one.slug), "type": "Manifest", "label": both(one.french, one.english)}
        for one in documents
    ]
    return {
        "@context": CONTEXT_3,
        "id": addresses.collection(name),
        "type": "Collection",
        "label": both(french, english),
        "items": items,
    }


def _collection2(name: str, label: str, documents: list[Document], addresses: Addresses) -> dict[str, Any]:
    listed = [(document.slug, document.french) for document in documents]
    listed += [(TRUNCATED, "Registre (fichier tronqué)"), (MISSING, "Carnet (perdu)")]
    manifests = [{"@id": addresses.manifest(slug), "@type": "sc:Manifest", "label": title} for slug, title in listed]
    return {
        "@context": CONTEXT_2,
        "@id": addresses.collection(name),
        "@type": "sc:Collection",
        "label": label,
        "manifests": manifests,
    }
