"""What the installation serves of its own: manifests of local records, annotations and their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snoop_flow.cards import thumbnail_path
from snoop_flow.entities import Annotation, Item, Record
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.publishing import annotations_url, draft_of, extension_context
from snoop_flow.settings import Settings
from snoop_flow.store import items, published, records
from snoop_flow.workspace import Workspace
from snoop_iiif import (
    AnnotationDraft,
    CanvasDraft,
    ManifestDraft,
    MetadataEntry,
    build_annotation,
    build_assessment,
    build_manifest,
    build_page,
)
from snoop_iiif.annotations.building import Profile

ASSESSMENT = "/assessment"  # what `snoop_iiif` puts behind an annotation's id for the verdict on it
PROFILES: tuple[Profile, ...] = ("iiif", "w3c")


def manifest(workspace: Workspace, record_id: str) -> dict[str, Any]:
    """The Presentation 3 manifest of a local record.

    Raises:
        NotFoundError: no such record, or it is not local.
    """
    with workspace.catalogue.read() as connection:
        record = records.by_id(connection, record_id)
        found = records.items_of(connection, record_id)
    if not record.local:
        raise NotFoundError(f"record {record_id} is not of a local folder; its manifest is {record.uri}")
    return local_manifest(workspace.settings, record, found)


def local_manifest(settings: Settings, record: Record, found: list[Item]) -> dict[str, Any]:
    """The Presentation 3 manifest of a local record and its items."""
    draft = ManifestDraft(
        uri=record.uri,
        label=record.label,
        canvases=tuple(_canvas(settings, item) for item in found),
        metadata=tuple(MetadataEntry(label, value) for label, value in record.metadata),
        rights=record.rights or None,
        attribution=record.attribution or None,
        homepage=record.homepage or f"{settings.public_url.rstrip('/')}/records/{record.id}",
        homepage_label=record.label,
        thumbnail=f"{settings.public_url.rstrip('/')}{thumbnail_path(found[0].id)}" if found else None,
    )
    return build_manifest(draft)


def _canvas(settings: Settings, item: Item) -> CanvasDraft:
    public = settings.public_url.rstrip("/")
    return CanvasDraft(
        uri=item.uri,
        label=item.label,
        width=item.width,
        height=item.height,
        service_3=f"{public}/iiif/3/{item.id}",
        service_2=f"{public}/iiif/2/{item.id}",
        thumbnail=f"{public}{thumbnail_path(item.id)}",
        annotation_page=page_uri(settings, item.id),
    )


def page_uri(settings: Settings, item_id: str) -> str:
    """The address of an item's annotation page."""
    return f"{annotations_url(settings)}/pages/{item_id}"


def annotation(workspace: Workspace, annotation_id: str) -> Annotation:
    """A kept annotation, withdrawn or not, by its or its verdict's id below `/annotations/`; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        found = published.by_id(connection, annotation_id.removesuffix(ASSESSMENT))
    if found is None:
        raise NotFoundError(f"there is no annotation {annotation_id!r} in this workspace")
    return found


def annotation_document(workspace: Workspace, annotation_id: str, profile: str = "w3c") -> dict[str, Any]:
    """An annotation, or with `/assessment` behind its id the verdict on it, as JSON-LD.

    Raises:
        NotFoundError: there is none, it was withdrawn, or nobody has judged it.
    """
    found = annotation(workspace, annotation_id)
    if found.withdrawn_at is not None:
        raise NotFoundError(f"the annotation {annotation_id} was withdrawn on {found.withdrawn_at:%Y-%m-%d}")
    known = _profile(profile)
    if annotation_id.endswith(ASSESSMENT):
        draft, context = draft_of(workspace.settings, found), extension_context(workspace.settings)
        if draft.verdict is None:
            raise NotFoundError(f"nobody has judged the annotation {annotation_id.removesuffix(ASSESSMENT)}")
        return build_assessment(draft, known, context)
    return build_annotation(draft_of(workspace.settings, found), known, extension_context(workspace.settings))


def annotation_page(workspace: Workspace, item_id: str, profile: str = "iiif") -> dict[str, Any]:
    """All live annotations on one item and its regions in one page, verdicts included; raises `NotFoundError`."""
    known = _profile(profile)
    with workspace.catalogue.read() as connection:
        item = items.by_ids(connection, [item_id])[0]
        regions = items.regions_of(connection, [item.number])
        found = published.of_items(connection, [item.number, *(one.number for one in regions)])
    drafts = [draft_of(workspace.settings, one) for one in found]
    return page_of(workspace.settings, page_uri(workspace.settings, item_id), drafts, known)


def page_of(settings: Settings, uri: str, drafts: list[AnnotationDraft], profile: Profile) -> dict[str, Any]:
    """A page of annotations, each followed by the verdict on it."""
    context = extension_context(settings)
    documents: list[Mapping[str, Any]] = []
    for draft in drafts:
        documents.append(build_annotation(draft, profile, context))
        if draft.verdict is not None:
            documents.append(build_assessment(draft, profile, context))
    return build_page(uri, documents, profile, context)


def _profile(name: str) -> Profile:
    for profile in PROFILES:
        if profile == name:
            return profile
    raise UsageError(f"profile {name!r}: is one of {', '.join(PROFILES)}")
