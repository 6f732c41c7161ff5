"""A page in its document, and the thumbnails of all pages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Item
from snoop_webui import current
from snoop_webui.asked import Asked
from snoop_webui.security import allow_images_from

pages = Blueprint("documents", __name__)
_DAY = 86_400


@pages.get("/records/<record_id>")
def show(record_id: str) -> str:
    """A document at one of its pages."""
    workspace = current.workspace()
    record = workspace.record(record_id)
    items = workspace.record_items(record_id)
    if not items:
        abort(404)
    wanted = request.args.get("item", items[0].id)
    position = next((place for place, item in enumerate(items) if item.id == wanted), 0)
    item = items[position]
    class_id = request.args.get("class", "")
    return render_template(
        "document.html",
        record=record,
        items=items,
        item=item,
        position=position,
        cards={one.item: one for one in workspace.cards([one.id for one in items], class_id or None)},
        predictions=workspace.item_predictions(item.id),
        source=tile_source(item),
        class_id=class_id,
        summary=workspace.class_summary(class_id) if class_id else None,
        manifest=url_for("iiif.manifest", record_id=record.id, _external=True) if record.local else record.uri,
        like=Asked(items=(item.id,), visual_class=class_id).address(),
    )


@pages.get("/items/<item_id>")
def item(item_id: str) -> Answer:
    """An item, shown in its document."""
    found = current.workspace().item(item_id)
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
    if "path" in item.image:
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
