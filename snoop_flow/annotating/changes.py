"""Our own stream of IIIF Change Discovery 1.0 (https://iiif.io/api/discovery/1.0/): what was published or withdrawn.

Each annotation is named once, by its latest change: what was withdrawn is there for good as a `Delete`. So a reader
that walks back to its last visit has met everything that changed since.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from snoop_flow.entities import Annotation
from snoop_flow.errors import NotFoundError
from snoop_flow.store import containers
from snoop_flow.workspace import Workspace

PAGE = 500
_CONTEXT = "http://iiif.io/api/discovery/1/context.json"


def change_stream(workspace: Workspace) -> dict[str, Any]:
    """The stream as a collection that names its first and last page."""
    with workspace.catalogue.read() as connection:
        total = containers.count_changes(connection)
    last = max(0, -(-total // PAGE) - 1)
    document = {"@context": _CONTEXT, "id": _address(workspace), "type": "OrderedCollection", "totalItems": total}
    return {**document, "first": _reference(workspace, 0), "last": _reference(workspace, last)}


def change_page(workspace: Workspace, page: int) -> dict[str, Any]:
    """A page of the stream, the oldest changes on page 0.

    Raises:
        NotFoundError: there is no such page.
    """
    with workspace.catalogue.read() as connection:
        total = containers.count_changes(connection)
        if page < 0 or (page and page * PAGE >= total):
            raise NotFoundError(f"the stream has {max(1, -(-total // PAGE))} pages, counted from 0")
        found = containers.changes(connection, page * PAGE, PAGE)
    document: dict[str, Any] = {"@context": _CONTEXT, **_reference(workspace, page), "startIndex": page * PAGE}
    document["partOf"] = {"id": _address(workspace), "type": "OrderedCollection"}
    if page:
        document["prev"] = _reference(workspace, page - 1)
    if (page + 1) * PAGE < total:
        document["next"] = _reference(workspace, page + 1)
    return {**document, "orderedItems": [_activity(one) for one in found]}


def _activity(one: Annotation) -> dict[str, Any]:
    kind = "Delete" if one.withdrawn_at else "Create" if one.created_at == one.modified_at else "Update"
    about: dict[str, Any] = {"id": one.content["id"], "type": "Annotation"}
    if kind != "Delete":
        about["partOf"] = [{"id": one.content["manifest_uri"], "type": "Manifest"}]
    moment = one.modified_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"type": kind, "object": about, "endTime": moment}


def _address(workspace: Workspace) -> str:
    return f"{workspace.settings.public_url.rstrip('/')}/iiif/changes"


def _reference(workspace: Workspace, page: int) -> dict[str, Any]:
    return {"id": f"{_address(workspace)}/{page}", "type": "OrderedCollectionPage"}
