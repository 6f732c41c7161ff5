"""Previewing: a document with the annotations that publishing would make of it, before anything is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from snoop_flow.cards import text_of
from snoop_flow.entities import Annotation, Item, Status
from snoop_flow.errors import UsageError
from snoop_flow.films.documents import film_draft
from snoop_flow.films.publishing import to_publish
from snoop_flow.films.reading import Film, films_of
from snoop_flow.publishing.presenting import page_of, page_uri
from snoop_flow.publishing.running import POLICIES, draft_of, rows_to_publish
from snoop_flow.store import classes, items, records
from snoop_flow.workspace import Workspace
from snoop_iiif import AnnotationDraft, CanvasDraft, FilmDraft, ManifestDraft, MetadataEntry, build_manifest

MOST_CANVASES = 60
MOST_DOCUMENTS = 20


def preview_documents(workspace: Workspace, name: str, *, policy: str = "accepted") -> list[tuple[str, str, int]]:
    """The documents with most to publish: id, title, number of annotations.

    Raises:
        NotFoundError: no such class.
        UsageError: unknown policy.
    """
    counts: dict[str, int] = defaultdict(int)
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        for batch in to_publish(connection, found.id, _statuses(policy), workspace.settings.segment_gap):
            for item in items.by_numbers(connection, [one.item for one in batch.predictions]).values():
                counts[item.record_id] += 1
        best = sorted(counts, key=lambda one: (-counts[one], one))[:MOST_DOCUMENTS]
        known = records.by_ids(connection, best)
    return [(one, text_of(known[one].label) or known[one].uri, counts[one]) for one in best]


def preview_manifest(
    workspace: Workspace, name: str, record_id: str, *, images: str, policy: str = "accepted"
) -> dict[str, Any]:
    """A manifest of the canvases of a document that would be annotated, with these annotations in it.

    Args:
        images: address below which local images are served to whoever looks, such as `http://localhost:8710/iiif/3/`.

    Raises:
        NotFoundError: no such class or record.
        UsageError: unknown policy, or nothing of this document would be published.
    """
    drafts: dict[int, list[AnnotationDraft]] = defaultdict(list)
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        record = records.by_id(connection, record_id)
        canvases = {one.number: one for one in records.items_of(connection, record_id)}
        for batch in to_publish(connection, found.id, _statuses(policy), workspace.settings.segment_gap):
            known = items.by_numbers(connection, [one.item for one in batch.predictions])
            here = [one for one in batch.predictions if known[one.item].record_id == record_id]
            for row in rows_to_publish(workspace, connection, found, here, batch.times):
                item = known[row["item"]]
                kept = {name: row[name] for name in (one.name for one in fields(Annotation)) if name in row}
                of = items.canvas_of(connection, item).number
                drafts[of].append(draft_of(workspace.settings, Annotation(**kept)))
    films = {film.canvas.number: film for film in films_of(record, list(canvases.values()))}
    shown = [one for number, one in canvases.items() if number in drafts and number not in films][:MOST_CANVASES]
    shown += (moving := [film.canvas for number, film in films.items() if number in drafts])
    if not shown:
        raise UsageError(f"nothing of this document would be published of class {found.name}")
    manifest = build_manifest(
        ManifestDraft(
            uri=f"{record.uri}#preview",
            label=record.label,
            canvases=tuple(_canvas(one, images) for one in shown if one.number not in films),
            films=tuple(_film(workspace, films[one.number], images) for one in moving),
            metadata=tuple(MetadataEntry(label, value) for label, value in record.metadata),
        )
    )
    for canvas, item in zip(manifest["items"], shown, strict=True):
        page = page_of(workspace.settings, page_uri(workspace.settings, item.id), drafts[item.number], "iiif")
        canvas["annotations"] = [{key: value for key, value in page.items() if key != "@context"}]
    return manifest


def _film(workspace: Workspace, film: Film, images: str) -> FilmDraft:
    # its pictures are at the public address, which may not be the one it is looked at from
    small = f"{images.removesuffix('iiif/3/')}thumbnails/{film.canvas.id}.jpg" if "path" in film.canvas.image else None
    draft = replace(film_draft(workspace.settings, film, None), poster_service=None, thumbnail=small, keyframes=None)
    if "path" not in film.medium:
        return draft
    return replace(draft, media_url=f"{images.removesuffix('3/')}media/{film.canvas.id}")


def _canvas(item: Item, images: str) -> CanvasDraft:
    local = item.served_here
    service: Mapping[str, Any] = item.image.get("service") or {}
    url = f"{images}{item.id}/full/max/0/default.jpg" if local else str(item.image.get("url") or "")
    return CanvasDraft(
        uri=item.uri,
        label=item.label,
        width=item.width,
        height=item.height,
        # of a local image its info.json would name the public address, which may not be the one it is looked at from
        service_3=None if local else str(service.get("id", "")) or None,
        image_url=url or None,
    )


def _statuses(policy: str) -> tuple[Status, ...]:
    if policy not in POLICIES:
        raise UsageError(f"policy {policy!r}: is one of {', '.join(POLICIES)}")
    return POLICIES[policy]
