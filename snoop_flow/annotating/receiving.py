"""Receiving: annotations that programs write into a container, changed only by who saw the present text.

They are kept as they were sent, beside the published ones, which only publishing changes. What they say is their
writer's: pages for viewers hold published annotations only.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from snoop_flow.entities import User
from snoop_flow.errors import ConflictError, NotFoundError, UsageError
from snoop_flow.publishing.running import annotations_url
from snoop_flow.store import failures, received
from snoop_flow.store.received import Received
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

ROOM = "received/"
MOST_AT_ONCE = 5_000
MOST_BYTES = 256 * 1024
_SLUG = re.compile(r"[^a-z0-9._-]+")


class OutdatedError(ConflictError):
    """The annotation is not any more what the writer saw."""

    status = 412


class GoneError(NotFoundError):
    """The annotation was removed."""

    status = 410


def receive_annotations(
    workspace: Workspace, container: str, documents: Sequence[Any], user: User, slug: str = ""
) -> list[Received]:
    """Keep new annotations of a container, all or none.

    Args:
        container: its path, see `annotating.Container`.
        slug: the name that the writer wishes for the first one.

    Raises:
        UsageError: one is no annotation; the message says which and why.
    """
    if not 0 < len(documents) <= MOST_AT_ONCE:
        raise UsageError(f"send 1 to {MOST_AT_ONCE} annotations at once, not {len(documents)}")
    base, at = annotations_url(workspace.settings), now()
    rows: list[dict[str, Any]] = []
    with workspace.catalogue.write() as connection:
        wished = _SLUG.sub("-", slug.lower()).strip("-.")[:40]
        if wished and received.by_ids(connection, [ROOM + wished]):
            wished = f"{wished}-{secrets.token_hex(4)}"
        for number, sent in enumerate(documents):
            checked = check_annotation(sent, f"annotation {number + 1}: " if len(documents) > 1 else "")
            id_ = ROOM + (wished if wished and not number else secrets.token_hex(12))
            own = _document(checked, f"{base}/{id_}", at, None)
            dates = {"created_at": at, "modified_at": at, "withdrawn_at": None}
            mine = {"id": id_, "container": container, "document": own, "digest": _digest(own), "user_id": user.id}
            rows.append({**mine, **dates})
        received.add(connection, rows)
        failures.log_event(connection, "annotation.received", container, user.id, {"annotations": len(rows)})
        kept = received.by_ids(connection, [row["id"] for row in rows])
    return [kept[row["id"]] for row in rows]


def received_annotation(workspace: Workspace, id_: str) -> Received:
    """One that a program wrote.

    Raises:
        NotFoundError: there is none.
        GoneError: it was removed.
    """
    with workspace.catalogue.read() as connection:
        found = received.by_ids(connection, [id_]).get(id_)
    if found is None:
        raise NotFoundError(f"there is no annotation {id_!r} in this workspace")
    if found.withdrawn_at is not None:
        raise GoneError(f"the annotation {id_} was removed on {found.withdrawn_at:%Y-%m-%d}")
    return found


def replace_received(workspace: Workspace, id_: str, document: Any, seen: str, user: User) -> Received:
    """Replace one by another; its id and the day of its making stay.

    Args:
        seen: its digest when the writer read it.

    Raises:
        NotFoundError: there is none (`GoneError`: any more).
        OutdatedError: somebody else changed it since.
        UsageError: the document is no annotation, or names another id.
    """
    before = received_annotation(workspace, id_)
    checked = check_annotation(document)
    address = f"{annotations_url(workspace.settings)}/{id_}"
    if checked.get("id", address) != address:
        raise UsageError(f"the annotation's id is {str(checked['id'])[:200]!r}; it cannot change from {address!r}")
    at = now()
    own = _document({**checked, "id": address}, address, at, before.document)
    values = {"document": own, "digest": _digest(own), "modified_at": at}
    with workspace.catalogue.write() as connection:
        if not received.change(connection, id_, seen, values):
            raise OutdatedError("the annotation was changed since you read it; read it again")
        failures.log_event(connection, "annotation.replaced", id_, user.id, {})
    return received_annotation(workspace, id_)


def remove_received(workspace: Workspace, id_: str, seen: str, user: User) -> None:
    """Remove one; a tombstone stays.

    Raises:
        NotFoundError: there is none (`GoneError`: any more).
        OutdatedError: somebody else changed it since it had the digest `seen`.
    """
    received_annotation(workspace, id_)
    at = now()
    with workspace.catalogue.write() as connection:
        if not received.change(connection, id_, seen, {"withdrawn_at": at, "modified_at": at}):
            raise OutdatedError("the annotation was changed since you read it; read it again")
        failures.log_event(connection, "annotation.removed", id_, user.id, {})


def check_annotation(sent: Any, place: str = "") -> dict[str, Any]:
    """An annotation by the rules of the Web Annotation model that matter for keeping it.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(sent, Mapping):
        raise UsageError(f"{place}an annotation is a JSON object")
    kinds = sent.get("type")
    if "Annotation" not in (kinds if isinstance(kinds, list) else [kinds]):
        raise UsageError(f'{place}its type is {str(kinds)[:60]!r}; send "type": "Annotation"')
    if not sent.get("target"):
        raise UsageError(f"{place}it has no target; name what it is about")
    if not isinstance(sent.get("id", ""), str):
        raise UsageError(f"{place}its id is no address")
    if len(json.dumps(sent)) > MOST_BYTES:
        raise UsageError(f"{place}it is larger than the {MOST_BYTES // 1024} KB that are kept of one")
    return dict(sent)


def _document(sent: Mapping[str, Any], address: str, at: datetime, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is kept: the former id goes into `via` (Web Annotation Protocol, 5.1)."""
    moment = at.isoformat(timespec="seconds")
    former = sent.get("id")
    via = {"via": former} if former and former != address and "via" not in sent else {}
    created = (before or {}).get("created") or sent.get("created") or moment
    rest = {key: value for key, value in sent.items() if key not in ("@context", "id", "modified", "created")}
    context = sent.get("@context") or "http://www.w3.org/ns/anno.jsonld"
    return {"@context": context, "id": address, **rest, **via, "created": created, "modified": moment}


def _digest(document: Mapping[str, Any]) -> str:
    # a removed and a rewritten one must never look alike, hence the random part
    text = json.dumps(document, sort_keys=True) + secrets.token_hex(4)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
