"""IIIF addresses of local records: the Image API in versions 2 and 3, manifests, canvases."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from PIL import ExifTags, Image, ImageOps
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import NotFoundError
from snoop_flow.images import FORMATS
from snoop_iiif.image_api import (
    ImageRequest,
    ImageRequestError,
    canonical_path,
    media_type_of_info,
    profile_link,
    render,
)
from snoop_iiif.image_api import (
    info as image_info,
)
from snoop_webui import current
from snoop_webui.byte_ranges import file_answer
from snoop_webui.failures import failure

pages = Blueprint("iiif", __name__, url_prefix="/iiif")
_DAY = 86_400
_LD_JSON = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'


@pages.errorhandler(ImageRequestError)
def wrong_request(error: ImageRequestError) -> Response:
    """An image request without an answer, in the status that the specification wants."""
    return failure(error.reason, error.status)


@pages.get("/<int:version>/<item_id>")
def base(version: int, item_id: str) -> Answer:
    """The base address leads to info.json."""
    return redirect(url_for("iiif.info", version=_known(version), item_id=item_id), 303)


@pages.get("/<int:version>/<item_id>/info.json")
def info(version: int, item_id: str) -> Response:
    """What can be asked of an image."""
    known = _known(version)
    with _opened(item_id) as image:
        width, height = image.size
    response = jsonify(image_info(_address(known, item_id), width, height, known))
    wanted = request.accept_mimetypes
    if wanted["application/ld+json"] and not wanted["application/json"]:
        response.content_type = media_type_of_info(known)
    response.headers["Vary"] = "Accept"
    return _cached(response, known)


@pages.get("/<int:version>/<item_id>/<region>/<size>/<rotation>/<quality_format>")
def picture(version: int, item_id: str, region: str, size: str, rotation: str, quality_format: str) -> Response:
    """A picture: the whole image or a part of it, at a size, turned, in a quality and format."""
    known = _known(version)
    wanted = ImageRequest.parse(known, region, size, rotation, quality_format)
    with _opened(item_id) as image:
        path = canonical_path(wanted, *image.size)
        etag = _etag(current.workspace().image_file(item_id), known, path)
        if etag in request.if_none_match:
            return _cached(Response(status=304), known, etag)
        content, media_type = render(wanted, image)
    response = Response(content, mimetype=media_type)
    response.headers.add("Link", f'<{_address(known, item_id)}/{path}>;rel="canonical"')
    return _cached(response, known, etag)


@pages.get("/manifests/<record_id>")
def manifest(record_id: str) -> Response:
    """The manifest of a local record."""
    return _document(current.workspace().manifest(record_id))


@pages.get("/manifests/<record_id>/keyframes")
def keyframes(record_id: str) -> Response:
    """The manifest of the keyframes of a record's films."""
    return _document(current.workspace().keyframes_manifest(record_id))


@pages.get("/media/<item_id>")
def media(item_id: str) -> Response:
    """The film of a local canvas, whole or in parts."""
    path, media_type = current.workspace().film_file(item_id)
    response = file_answer(request, path, media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@pages.get("/canvases/<item_id>")
def canvas(item_id: str) -> ResponseReturnValue:
    """A canvas of a local record, cut out of its manifest."""
    workspace = current.workspace()
    item = workspace.item(item_id)
    if item.kind is ItemKind.KEYFRAME:
        return _keyframe(item)
    document = workspace.manifest(item.record_id)
    found = next((one for one in document["items"] if one["id"] == item.uri), None)
    if found is None:
        raise NotFoundError(f"item {item_id} is no canvas of this installation; its institution serves it")
    return _document({"@context": document["@context"], **found})


def _keyframe(item: Item) -> Response:
    """A keyframe is a canvas of the manifest of its film's keyframes."""
    document = current.workspace().keyframes_manifest(item.record_id)
    found = next((one for one in document["items"] if one["id"].rsplit("/", 1)[-1] == item.id), None)
    if found is None:
        raise NotFoundError(f"item {item.id} has no picture of its own here")
    return _document({"@context": document["@context"], **found})


def _document(document: Mapping[str, Any]) -> Response:
    response = jsonify(document)
    response.content_type = _LD_JSON
    response.add_etag()
    return cast(Response, response.make_conditional(request))


def _known(version: int) -> Literal[2, 3]:
    if version == 2:
        return 2
    if version == 3:
        return 3
    raise NotFound


def _address(version: int, item_id: str) -> str:
    return f"{current.workspace().settings.public_url.rstrip('/')}/iiif/{version}/{item_id}"


def _opened(item_id: str) -> Image.Image:
    """The local image of an item, upright; not yet decoded unless it has to be turned."""
    image = Image.open(current.workspace().image_file(item_id), formats=FORMATS)
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1 and image.format != "TIFF":
        return ImageOps.exif_transpose(image)
    return image


def _etag(file: Path, version: int, path: str) -> str:
    stat = file.stat()
    return hashlib.sha256(f"{file}|{stat.st_mtime_ns}|{stat.st_size}|{version}/{path}".encode()).hexdigest()[:32]


def _cached(response: Response, version: Literal[2, 3], etag: str | None = None) -> Response:
    response.headers.add("Link", profile_link(version))
    response.cache_control.public = True
    response.cache_control.max_age = _DAY
    if etag:
        response.set_etag(etag)
    return response
