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
def search_all() -> Response:
    """Annotations anywhere by the words of their classes."""
    return _found("")


@pages.get("/search/manifests/<record_id>")
def search_record(record_id: str) -> Response:
    """The same within a record."""
    return _found(f"manifests/{record_id}")


@pages.get("/search/collections/<slug>")
def search_collection(slug: str) -> Response:
    """The same within a collection."""
    return _found(f"collections/{slug}")


@pages.get("/search/complete")
def complete_all() -> Response:
    """Names of classes by how they begin."""
    return _completed("")


@pages.get("/search/manifests/<record_id>/complete")
def complete_record(record_id: str) -> Response:
    """The same within a record."""
    return _completed(f"manifests/{record_id}")


@pages.get("/search/collections/<slug>/complete")
def complete_collection(slug: str) -> Response:
    """The same within a collection."""
    return _completed(f"collections/{slug}")


@pages.get("/changes")
def changes() -> Response:
    """The stream of what was published, changed and withdrawn."""
    return _document(current.workspace().change_stream(), _DISCOVERY)


@pages.get("/changes/<int:page>")
def change_page(page: int) -> Response:
    """A page of it, the oldest first."""
    return _document(current.workspace().change_page(page), _DISCOVERY)


def _found(where: str) -> Response:
    return _document(current.workspace().search_annotations(where, request.args.to_dict()), _SEARCH)


def _completed(where: str) -> Response:
    return _document(current.workspace().complete_annotations(where, request.args.to_dict()), _SEARCH)


def _document(document: Mapping[str, Any], media_type: str) -> Response:
    response = jsonify(document)
    response.content_type = media_type
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast(Response, response.make_conditional(request))
