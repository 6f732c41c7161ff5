"""How others find our annotations: Content Search 2, Change Discovery, and manifests that link them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, jsonify, request

from snoop_webui import current

pages = Blueprint("discovery", __name__, url_prefix="/iiif")
_PRESENTATION = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'
_SEARCH = 'application/ld+json;profile="http://iiif.io/api/search/2/context.json"'
_DISCOVERY = 'application/ld+json;profile="http://iiif.io/api/discovery/1/context.json"'


@pages.get("/annotated/<record_id>")
def annotated(record_id: str) -> Response:
    """A manifest that links our annotations, also of a record of another institution."""
    return _document(current.workspace().annotated_manifest(record_id), _PRESENTATION)


@pages.get("/annotated/<record_id>/2")
def annotated_2(record_id: str) -> Response:
    """The same in Presentation 2.1, for old viewers."""
    return _document(current.workspace().annotated_manifest_2(record_id), "application/ld+json")


@pages.get("/collections/<slug>")
def collection(slug: str) -> Response:
    """The manifests of a collection, each with links to our annotations."""
    return _document(current.workspace().annotated_collection(slug), _PRESENTATION)


@pages.get("/search")
@pages.get("/search/manifests/<record_id>")
@pages.get("/search/collections/<slug>")
def search(record_id: str = "", slug: str = "") -> Response:
    """Annotations by the words of their classes: anywhere, in a record, or in a collection."""
    return _document(current.workspace().search_annotations(_within(record_id, slug), request.args.to_dict()), _SEARCH)


@pages.get("/search/complete")
@pages.get("/search/manifests/<record_id>/complete")
@pages.get("/search/collections/<slug>/complete")
def complete(record_id: str = "", slug: str = "") -> Response:
    """Names of classes by how they begin, as far as something of them is found there."""
    return _document(
        current.workspace().complete_annotations(_within(record_id, slug), request.args.to_dict()), _SEARCH
    )


@pages.get("/changes")
def changes() -> Response:
    """The stream of what was published, changed and withdrawn."""
    return _document(current.workspace().change_stream(), _DISCOVERY)


@pages.get("/changes/<int:page>")
def change_page(page: int) -> Response:
    """A page of it, the oldest first."""
    return _document(current.workspace().change_page(page), _DISCOVERY)


def _within(record_id: str, slug: str) -> str:
    return f"manifests/{record_id}" if record_id else f"collections/{slug}" if slug else ""


def _document(document: Mapping[str, Any], media_type: str) -> Response:
    response = jsonify(document)
    response.content_type = media_type
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast(Response, response.make_conditional(request))
