"""Published annotations: a page for each item, each annotation, and the context of their extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import NotFoundError, phrase
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


@pages.get("/annotations/lists/<item_id>")
def page_2(item_id: str) -> Response:
    """All annotations of an item as a list of Presentation 2, for old viewers."""
    return _document(current.workspace().annotation_list(item_id), "application/ld+json")


@pages.get("/annotations/why/<path:annotation_id>")
def why(annotation_id: str) -> Response:
    """What made an annotation: class, version, marks, score against threshold, run and verdict."""
    return _document(current.workspace().annotation_evidence(annotation_id), "application/json")


@pages.get("/annotations/<path:annotation_id>")
def show(annotation_id: str) -> Answer:
    """One annotation; a withdrawn one is gone for good."""
    workspace = current.workspace()
    try:
        found = workspace.annotation(annotation_id)
    except NotFoundError:
        return _by_slug(annotation_id)
    if found.withdrawn_at is not None:
        return failure(phrase(f"the annotation {annotation_id} was withdrawn on {found.withdrawn_at:%Y-%m-%d}"), 410)
    profile = "iiif" if "iiif.io" in request.headers.get("Accept", "") else request.args.get("profile", "w3c")
    document = workspace.annotation_document(annotation_id, profile)
    response = _document(document, _IIIF if profile == "iiif" else _W3C)
    response.headers["Link"] = '<http://www.w3.org/ns/ldp#Resource>; rel="type"'
    response.headers["Allow"] = "GET, HEAD, OPTIONS"
    response.headers["Vary"] = "Accept"
    return response


def _by_slug(path: str) -> Answer:
    """An annotation of a program by its container and the name it wished, which is where many clients look for it."""
    container, _, name = path.rpartition("/")
    found = current.workspace().received_annotation(f"received/{name}")
    if found.container != container:
        raise NotFoundError(f"there is no annotation {path!r} in this workspace")
    return redirect(str(found.document["id"]), 303)


@pages.route("/annotations/<path:annotation_id>", methods=["PUT", "DELETE"])
def made_here(annotation_id: str) -> Response:
    """Published annotations change by publishing only; those of programs have addresses of their own."""
    current.workspace().annotation(annotation_id)
    reason = "this annotation is made from a class's prediction; accept or reject that, or assess the annotation in one"
    response = failure(reason, 405)
    response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response


def _document(document: Mapping[str, Any], media_type: str) -> Response:
    response = jsonify(document)
    response.content_type = media_type
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast(Response, response.make_conditional(request))
