"""Containers of the Web Annotation Protocol (https://www.w3.org/TR/annotation-protocol/): all, by class, by collection.

A container is an LDP basic container and an annotation collection. Its pages are counted, so a far one of a container
with millions of members takes a second or two; programs that want everything read it as a stream of lines instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from snoop_flow.entities import Visibility, VisualClass
from snoop_flow.errors import NotFoundError
from snoop_flow.publishing.running import annotations_url, draft_of, extension_context
from snoop_flow.store import classes, collections, containers, received
from snoop_flow.store.containers import ASSESSMENT, Scope
from snoop_flow.workspace import Workspace
from snoop_iiif import build_annotation, build_assessment
from snoop_iiif.annotations.building import Profile

PAGE = 200
Contents = Literal["descriptions", "iris", "none"]
_CONTEXTS = ("http://www.w3.org/ns/anno.jsonld", "http://www.w3.org/ns/ldp.jsonld")


@dataclass(frozen=True, slots=True)
class Container:
    """A container of annotations.

    Attributes:
        path: "" for all annotations, `classes/ID` or `collections/SLUG`.
        uri: its address, with a slash at its end.
        label: language → names.
        version: changes whenever what it holds does.
    """

    path: str
    uri: str
    label: Mapping[str, Sequence[str]]
    scope: Scope
    total: int
    modified: str | None
    version: str


def container(workspace: Workspace, path: str) -> Container:
    """The container at a path below `/annotations/`.

    Raises:
        NotFoundError: there is none.
    """
    kind, _, name = path.partition("/")
    with workspace.catalogue.read() as connection:
        label: Mapping[str, Sequence[str]]
        found: VisualClass | None = None
        if not path:
            label, scope = {"none": (workspace.settings.institution,)}, Scope("")
        elif kind == "classes" and (found := classes.by_id(connection, name)) is not None:
            label, scope = found.labels or {"none": (found.name,)}, Scope(path, class_ids=(found.id,))
        elif kind == "collections":
            of = collections.by_slug(connection, name)
            label, scope = {"none": (of.title,)}, Scope(path, collection_id=of.id)
        else:
            raise NotFoundError(f"there is no container {path!r}; there are classes/ID/ and collections/SLUG/")
        total = containers.count(connection, scope)
        moment = containers.modified(connection, scope)
        if kind == "classes" and not total and found is not None and found.visibility is Visibility.PRIVATE:
            raise NotFoundError(f"there is no container {path!r}")
    uri = f"{annotations_url(workspace.settings)}/{path}{'/' if path else ''}"
    modified = moment.isoformat(timespec="seconds") if moment else None
    version = f"{total}-{moment.timestamp() if moment else 0:.6f}"
    return Container(path, uri, label, scope, total, modified, version)


def container_document(workspace: Workspace, found: Container, contents: Contents = "descriptions") -> dict[str, Any]:
    """A container with its first page: with annotations, with their addresses only, or named only."""
    last = max(0, -(-found.total // PAGE) - 1)
    asked = {"iris": "?iris=1", "descriptions": "?iris=0", "none": ""}[contents]
    first: Any = _page_uri(found, 0, contents == "iris")
    if contents != "none":
        first = _page(workspace, found, 0, contents == "iris")
    document = {
        "@context": [_CONTEXTS[0], extension_context(workspace.settings), _CONTEXTS[1]],
        "id": f"{found.uri}{asked}",
        "type": ["BasicContainer", "AnnotationCollection"],
        "label": [name for names in found.label.values() for name in names],
        "total": found.total,
        "modified": found.modified,
        "first": first if found.total else None,
        "last": _page_uri(found, last, contents == "iris") if found.total else None,
    }
    return {key: value for key, value in document.items() if value is not None}


def container_page(workspace: Workspace, found: Container, page: int, iris: bool) -> dict[str, Any]:
    """A page of a container, counted from 0.

    Raises:
        NotFoundError: it has no such page.
    """
    if page < 0 or (page and page * PAGE >= found.total):
        raise NotFoundError(f"this container has {-(-found.total // PAGE)} pages, counted from 0")
    document = _page(workspace, found, page, iris)
    context = [_CONTEXTS[0], extension_context(workspace.settings)]
    part = {"id": found.uri, "type": "AnnotationCollection", "total": found.total, "modified": found.modified}
    return {"@context": context, **document, "partOf": {key: value for key, value in part.items() if value is not None}}


def stream_container(workspace: Workspace, found: Container) -> Iterator[dict[str, Any]]:
    """All annotations of a container, each whole, in bounded memory."""
    with workspace.catalogue.read() as streaming, workspace.catalogue.read() as connection:
        for ids in containers.stream(streaming, found.scope):
            yield from documents_of(workspace, connection, ids)


def documents_of(
    workspace: Workspace, connection: Connection, ids: Sequence[str], profile: Profile = "w3c"
) -> list[dict[str, Any]]:
    """Annotations, verdicts and received ones by id, in this order; what was withdrawn meanwhile is left out."""
    found = containers.published(connection, sorted({one.removesuffix(ASSESSMENT) for one in ids}))
    written = received.by_ids(connection, [one for one in ids if one.removesuffix(ASSESSMENT) not in found])
    context = extension_context(workspace.settings)
    documents = []
    for id_ in ids:
        kept = found.get(id_.removesuffix(ASSESSMENT))
        if kept is not None:
            if not id_.endswith(ASSESSMENT):
                documents.append(build_annotation(draft_of(workspace.settings, kept), profile, context))
            elif kept.content["decision"]:
                documents.append(build_assessment(draft_of(workspace.settings, kept), profile, context))
        elif id_ in written:
            documents.append(dict(written[id_].document))
    return documents


def _page(workspace: Workspace, found: Container, page: int, iris: bool) -> dict[str, Any]:
    base = annotations_url(workspace.settings)
    with workspace.catalogue.read() as connection:
        ids = containers.ids(connection, found.scope, page * PAGE, PAGE)
        items: list[Any] = [f"{base}/{one}" for one in ids]
        if not iris:
            documents = documents_of(workspace, connection, ids)
            items = [{key: value for key, value in one.items() if key != "@context"} for one in documents]
    links = {}
    if (page + 1) * PAGE < found.total:
        links["next"] = _page_uri(found, page + 1, iris)
    if page:
        links["prev"] = _page_uri(found, page - 1, iris)
    own = {"id": _page_uri(found, page, iris), "type": "AnnotationPage", "partOf": found.uri}
    return {**own, "startIndex": page * PAGE, **links, "items": items}


def _page_uri(found: Container, page: int, iris: bool) -> str:
    return f"{found.uri}?page={page}&iris={int(iris)}"
