"""Published annotations: a page for each item, each annotation, and the context of their extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, jsonify, request

from snoop_iiif import context_document
from snoop_webui import current
from snoop_webui.failures import failure

pages = Blueprint("annotations", __name__)
_IIIF = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'
_W3C = 'application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"'


@pages.get("/ns/snoop-flow.json")
def context() -> Response:
    """The JSON-LD context of what annotations say beyond IIIF and W3C."""
    return _document(context_document(), "application/ld+json")


@pages.get("/annotations/pages/<item_id>")
def page(item_id: str) -> Response:
    """All annotations of an item as one page."""
    profile = request.args.get("profile", "iiif")
    return _document(current.workspace().annotation_page(item_id, profile), _IIIF if profile == "iiif" else _W3C)


@pages.get("/annotations/<path:annotation_id>")
def show(annotation_id: str) -> Response:
    """One annotation; a withdrawn one is gone for good."""
    workspace = current.workspace()
    found = workspace.annotation(annotation_id)
    if found.withdrawn_at is not None:
        return failure(f"the annotation {annotation_id} was withdrawn on {found.withdrawn_at:%Y-%m-%d}", 410)
    return _document(workspace.annotation_document(annotation_id, "w3c"), _W3C)


def _document(document: Mapping[str, Any], media_type: str) -> Response:
    response = jsonify(document)
    response.content_type = media_type
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast(Response, response.make_conditional(request))
