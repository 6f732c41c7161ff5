"""What the installation serves of its own: manifests of local records, annotations and their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snoop_flow.cards import thumbnail_path
from snoop_flow.entities import Annotation, Item, ItemKind, Record
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.films.documents import film_draft, keyframe_canvases, keyframes_uri
from snoop_flow.films.reading import Film, films_of
from snoop_flow.publishing.running import annotations_url, draft_of, extension_context, wrapper_uri
from snoop_flow.settings import Settings
from snoop_flow.store import collections, containers, items, published, records
from snoop_flow.store.containers import ASSESSMENT
from snoop_flow.workspace import Workspace
from snoop_iiif import (
    AnnotationDraft,
    CanvasDraft,
    CollectionDraft,
    Image,
    ImageService,
    ManifestDraft,
    Member,
    MetadataEntry,
    WrappedCanvas,
    WrappedManifest,
    build_annotation,
    build_assessment,
    build_collection,
    build_manifest,
    build_old_annotation,
    build_old_list,
    build_page,
    build_wrapper,
    search_services,
    to_presentation2,
)
from snoop_iiif.annotations.building import Profile

MOST_MEMBERS = 10_000
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
        raise NotFoundError(
            f"record {record_id} is not of a local folder; its manifest is {record.uri}, "
            f"and {wrapper_uri(workspace.settings, record_id)} shows it with our annotations"
        )
    return local_manifest(workspace.settings, record, found)


def keyframes_manifest(workspace: Workspace, record_id: str) -> dict[str, Any]:
    """The manifest of the keyframes of a record's films; each canvas leads back to its moment in the film.

    Raises:
        NotFoundError: no such record, or it has no keyframes.
    """
    settings = workspace.settings
    with workspace.catalogue.read() as connection:
        record = records.by_id(connection, record_id)
        films = films_of(record, records.items_of(connection, record_id))
    of = record.uri if record.local else wrapper_uri(settings, record_id)
    canvases = [canvas for film in films for canvas in keyframe_canvases(settings, film, of)]
    if not canvases:
        raise NotFoundError(f"record {record_id} has no keyframes; a film has them once its shots are found")
    draft = ManifestDraft(
        uri=keyframes_uri(settings, record_id),
        label=record.label,
        canvases=tuple(canvases),
        metadata=tuple(MetadataEntry(label, value) for label, value in record.metadata),
        rights=record.rights if record.local and record.rights else None,
        homepage=f"{settings.public_url.rstrip('/')}/videos/{record_id}",
        homepage_label=record.label,
        thumbnail=canvases[0].thumbnail,
    )
    return build_manifest(draft)


def annotated_manifest(workspace: Workspace, record_id: str) -> dict[str, Any]:
    """A record with links to our annotations: of a local one its manifest, of another institution's a wrapper.

    Raises:
        NotFoundError: no such record.
    """
    with workspace.catalogue.read() as connection:
        record = records.by_id(connection, record_id)
        found = records.items_of(connection, record_id)
        annotated = containers.annotated_items(connection, record_id)
    settings = workspace.settings
    if record.local:
        return local_manifest(settings, record, found)
    films = films_of(record, found)
    filmed = {film.canvas.id for film in films}
    canvases = [
        WrappedCanvas(
            item.uri,
            item.label,
            item.width,
            item.height,
            _served_image(settings, item) if item.served_here else Image.from_dict(item.image),
            page_uri(settings, item.id) if item.id in annotated else None,
        )
        for item in found
        if item.kind is ItemKind.CANVAS and item.id not in filmed and min(item.width, item.height) > 0
    ]
    return build_wrapper(
        WrappedManifest(
            uri=wrapper_uri(settings, record_id),
            source=record.uri,
            label=record.label,
            canvases=canvases,
            source_version=record.version,
            metadata=tuple(MetadataEntry(label, value) for label, value in record.metadata),
            rights=record.rights,
            attribution=record.attribution or None,
            homepage=record.homepage,
            services=search_services(_search_uri(settings, record_id)),
            films=[
                film_draft(settings, film, page_uri(settings, film.canvas.id) if _said(film, annotated) else None)
                for film in films
                if film.measured
            ],
        )
    )


def _served_image(settings: Settings, item: Item) -> Image:
    """The image of another institution's canvas that lies here, in a web archive: our image service has it."""
    service = f"{settings.public_url.rstrip('/')}/iiif/3/{item.id}"
    return Image(f"{service}/full/max/0/default.jpg", "image/jpeg", service=ImageService(service, 3, 2))


def _said(film: Film, annotated: set[str]) -> bool:
    """Whether something is said of a film, or of a moment of it."""
    return film.canvas.id in annotated or any(item.id in annotated for item in film.keyframes.values())


def annotated_manifest_2(workspace: Workspace, record_id: str) -> dict[str, Any]:
    """The same as a manifest of Presentation 2.1, which names annotation lists, for old viewers.

    Raises:
        NotFoundError: no such record.
    """
    annotations = annotations_url(workspace.settings)
    return to_presentation2(
        annotated_manifest(workspace, record_id),
        f"{wrapper_uri(workspace.settings, record_id)}/2",
        lambda page: f"{annotations}/lists/{page.rsplit('/', 1)[-1]}",
    )


def annotated_collection(
    workspace: Workspace,
    slug: str,
) -> dict[str, Any]:
    """A collection as IIIF: local manifests as they are, wrappers for those of other institutions.

    Raises:
        NotFoundError: no such collection.
    """
    with workspace.catalogue.read() as connection:
        of = collections.by_slug(connection, slug)
        found = records.in_collection(connection, of.id, 0, MOST_MEMBERS)
    settings = workspace.settings
    members = tuple(
        Member(one.uri if one.local else wrapper_uri(settings, one.id), "manifest", one.label) for one in found
    )
    uri = f"{settings.public_url.rstrip('/')}/iiif/collections/{slug}"
    return build_collection(CollectionDraft(uri, {"none": (of.title,)}, members))


def annotation_list(workspace: Workspace, item_id: str) -> dict[str, Any]:
    """All live annotations on one item and its parts as a list of Presentation 2; raises `NotFoundError`."""
    uri = f"{annotations_url(workspace.settings)}/lists/{item_id}"
    drafts = _drafts(workspace, item_id)
    with workspace.catalogue.read() as connection:
        record = records.by_id(connection, items.by_ids(connection, [item_id])[0].record_id)
    return build_old_list(uri, [build_old_annotation(draft) for draft in drafts], record.uri)


def _search_uri(settings: Settings, record_id: str) -> str:
    return f"{settings.public_url.rstrip('/')}/iiif/search/manifests/{record_id}"


def local_manifest(settings: Settings, record: Record, found: list[Item]) -> dict[str, Any]:
    """The Presentation 3 manifest of a local record and its items."""
    films = films_of(record, found)
    filmed = {film.canvas.uri for film in films}
    draft = ManifestDraft(
        uri=record.uri,
        label=record.label,
        canvases=tuple(_canvas(settings, item) for item in found if item.uri not in filmed),
        films=tuple(film_draft(settings, film, page_uri(settings, film.canvas.id)) for film in films if film.measured),
        metadata=tuple(MetadataEntry(label, value) for label, value in record.metadata),
        rights=record.rights or None,
        attribution=record.attribution or None,
        homepage=record.homepage or f"{settings.public_url.rstrip('/')}/records/{record.id}",
        homepage_label=record.label,
        thumbnail=f"{settings.public_url.rstrip('/')}{thumbnail_path(found[0].id)}" if _pictured(found) else None,
    )
    return {**build_manifest(draft), "service": search_services(_search_uri(settings, record.id))}


def _pictured(found: list[Item]) -> bool:
    return bool(found) and "path" in found[0].image  # a film has a picture once its shots are found


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
    """All live annotations on one item and its parts in one page, verdicts included; raises `NotFoundError`."""
    known = _profile(profile)
    drafts = _drafts(workspace, item_id)
    return page_of(workspace.settings, page_uri(workspace.settings, item_id), drafts, known)


def _drafts(workspace: Workspace, item_id: str) -> list[AnnotationDraft]:
    with workspace.catalogue.read() as connection:
        item = items.by_ids(connection, [item_id])[0]
        found = published.of_items(connection, items.with_parts(connection, item.number))
    return [draft_of(workspace.settings, one) for one in found]


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
