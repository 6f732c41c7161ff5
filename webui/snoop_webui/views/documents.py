"""A page in its document, and the thumbnails of all pages."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from snoop_flow import Workspace
from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.errors import NotFoundError
from snoop_flow.images import parse_box
from snoop_flow.reports import Card, SaidOfImage
from snoop_iiif import ContentState, encode_content_state
from snoop_webui import current
from snoop_webui.asked import Asked
from snoop_webui.security import allow_images_from

pages = Blueprint("documents", __name__)
_DAY = 86_400
_OF_FILM = (ItemKind.CANVAS, ItemKind.SHOT)


@pages.get("/records/<record_id>")
def show(record_id: str) -> str | Answer:
    """A document at one of its pages; a film at one of its keyframes, and without one on the page of films."""
    workspace = current.workspace()
    record = workspace.record(record_id)
    found = workspace.record_items(record_id)
    if not found:
        abort(404)
    film = has_film(record)
    asked = next((one for one in found if one.id == request.args.get("item")), None)
    if film and (asked.kind in _OF_FILM if asked else "item" not in request.args):
        return _to_film(record_id, request.args.get("item"))
    items = [one for one in found if one.kind is ItemKind.KEYFRAME] if film else found
    items = items or found
    places = {item.id: place for place, item in enumerate(items)}
    wanted = request.args.get("item", items[0].id)
    region = None if wanted in places else _region(workspace, wanted)
    position = places.get(region.image if region else wanted, 0)
    item = items[position]
    class_id = request.args.get("class", "")
    summary = workspace.class_summary(class_id) if class_id else None
    said = workspace.image_predictions(item.id)
    hits = workspace.record_hits(record_id, class_id) if class_id else ()
    return render_template(
        "document.html",
        record=record,
        items=items,
        item=item,
        position=position,
        cards={one.item: one for one in workspace.cards([one.id for one in items], class_id or None)},
        said=said,
        parts=_parts(workspace, item, said, class_id if summary and summary.regions else ""),
        region=region,
        drawn=request.args.get("xywh", "")[:60],
        state=_state(record, item),
        hits={one.item for one in hits},
        abilities=workspace.abilities(),
        source=tile_source(item),
        class_id=class_id,
        classes=[one.visual_class for one in workspace.classes()],
        summary=summary,
        manifest=url_for("iiif.manifest", record_id=record.id, _external=True) if record.local else record.uri,
        like=Asked(items=(item.id,), visual_class=class_id).address(),
        film=_film_address(record.id, item.id) if film else "",
    )


def has_film(record: Record) -> bool:
    """Whether a record is a film, as its source tells."""
    return any(str(one.get("kind", "")).lower() == "video" for one in record.media)


def _film_address(record_id: str, item_id: str | None) -> str:
    values: dict[str, Any] = {"item": item_id, **{name: request.args.get(name) or None for name in ("class", "t")}}
    return url_for("films.show", record_id=record_id, **values)


def _to_film(record_id: str, item_id: str | None) -> Answer:
    return redirect(_film_address(record_id, item_id), 302)


def _state(record: Record, item: Item) -> str:
    """The address of this page for any IIIF viewer or for here, as a content state."""
    return encode_content_state(ContentState(item.uri, record.uri))


def _region(workspace: Workspace, item_id: str) -> Card | None:
    """The region that is to be looked at, where one was asked for."""
    try:
        card = workspace.cards([item_id])[0]
    except NotFoundError:  # of a page that is gone the first one is shown
        return None
    return card if card.image != card.item else None


def _parts(workspace: Workspace, item: Item, said: Sequence[SaidOfImage], class_id: str) -> list[dict[str, Any]]:
    """The boxes to draw on a page: what classes say, and what is marked in the class at hand."""
    size = (item.width, item.height)
    found = [
        {"box": parse_box(one.item.selector, size), "kind": one.prediction.status, "name": one.visual_class.name}
        for one in said
        if one.item.id != item.id
    ]
    if class_id:
        kinds = {1: "positive", -1: "negative", 0: "unsure"}
        marked = [one for one in workspace.item_regions(item.id, class_id) if one.mark is not None]
        found += [{"box": parse_box(one.selector, size), "kind": kinds[one.mark or 0], "name": ""} for one in marked]
    return found


@pages.get("/items/<item_id>")
def item(item_id: str) -> Answer:
    """An item, shown in its document."""
    found = current.workspace().item(item_id)
    if found.kind in (*_OF_FILM, ItemKind.KEYFRAME) and has_film(current.workspace().record(found.record_id)):
        return _to_film(found.record_id, found.id)
    values: dict[str, Any] = {"record_id": found.record_id, "item": found.id, "class": request.args.get("class")}
    return redirect(url_for("documents.show", **values), 302)


@pages.get("/thumbnails/<item_id>.jpg")
def thumbnail(item_id: str) -> Response:
    """An item's small picture."""
    path = current.workspace().thumbnail(item_id)
    facts = path.stat()
    # read whole: they are small, and a reader who leaves half-way then leaves no open file behind
    return send_file(
        io.BytesIO(path.read_bytes()),
        mimetype="image/jpeg",
        max_age=_DAY,
        etag=f"{facts.st_mtime_ns:x}-{facts.st_size:x}",
        last_modified=facts.st_mtime,
    )


def tile_source(item: Item) -> dict[str, Any]:
    """What the viewer shows: our own image service, the institution's, or one picture; its server is then allowed."""
    if item.served_here:
        return {"info": url_for("iiif.info", version=3, item_id=item.id), "local": True}
    service: Mapping[str, Any] | None = item.image.get("service")
    if service and (int(service.get("level", 0)) > 0 or not item.image.get("url")):
        uri = str(service["id"])
        allow_images_from(uri)
        return {"info": f"{uri}/info.json"}
    uri = str(item.image.get("url", ""))
    if not uri.startswith(("http://", "https://")):
        return {"picture": url_for("documents.thumbnail", item_id=item.id)}
    allow_images_from(uri)
    return {"picture": uri}
