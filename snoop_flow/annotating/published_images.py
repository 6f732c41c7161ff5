"""What is published, image by image, in the order of change: what a catalogue's harvester wants to hear.

The walk has no state here. Whoever goes on from a place meets every image that is behind it now: one that changed
meanwhile has moved towards the end, so nothing is left out, and at worst something is met twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from snoop_flow.entities import Annotation, Item, Record, VisualClass
from snoop_flow.errors import NotFoundError
from snoop_flow.publishing.running import draft_of
from snoop_flow.store import classes, items, published_images, records
from snoop_flow.store.published import FORMER
from snoop_flow.store.published_images import Place, Wanted
from snoop_flow.workspace import Workspace
from snoop_iiif import AnnotationDraft

__all__ = [
    "ImagePage",
    "PublishedImage",
    "PublishedRun",
    "first_publication",
    "image_page",
    "published_classes",
    "published_image",
    "published_runs",
]


@dataclass(frozen=True, slots=True)
class PublishedImage:
    """An image about which something is or was published.

    Attributes:
        item: the image; what was said of regions of it counts for it.
        modified: when a statement on it was made, changed or withdrawn last.
        classes: ids of the classes of all statements, withdrawn ones too.
        runs: of these statements, each as class and the id of a run that made or confirmed it.
        statements: those that stand; none where everything is withdrawn.
    """

    item: Item
    record: Record
    modified: datetime
    classes: tuple[str, ...]
    statements: tuple[AnnotationDraft, ...]
    runs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A run that made statements of a class.

    Attributes:
        began: when it did, or where that is not known, when the first of them was published.
    """

    class_id: str
    run: str
    began: datetime


@dataclass(frozen=True, slots=True)
class ImagePage:
    """Some of the images.

    Attributes:
        after: the place from which the next page goes on; None where this is the last one.
    """

    images: tuple[PublishedImage, ...]
    after: Place | None


def image_page(
    workspace: Workspace,
    limit: int = 100,
    *,
    class_id: str | None = None,
    run: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    after: Place | None = None,
) -> ImagePage:
    """A page of the images about which something is or was published, the oldest change first.

    Args:
        class_id: only images that have or had a statement of this class: whoever follows a class hears of withdrawals.
        run: of these only what the run of this id made or confirmed last.
        since: only what changed then or later; `before`: only what changed earlier.
        after: the place at which the page before ended.
    """
    with workspace.catalogue.read() as connection:
        run_uri = None if run is None else f"{_runs(workspace)}{run}"
        found = published_images.walk(connection, Wanted(class_id, since, before, after, run_uri), limit + 1)
        images = _images(workspace, connection, [number for number, _ in found[:limit]])
    return ImagePage(tuple(images), found[limit - 1][1] if len(found) > limit else None)


def published_image(workspace: Workspace, item_id: str) -> PublishedImage:
    """One of them by the id of its item.

    Raises:
        NotFoundError: there is no such item, or nothing was ever published about it.
    """
    with workspace.catalogue.read() as connection:
        number = items.by_ids(connection, [item_id])[0].number
        images = _images(workspace, connection, [number])
    if not images:
        raise NotFoundError(f"nothing was published about the item {item_id}")
    return images[0]


def published_classes(workspace: Workspace) -> list[VisualClass]:
    """The classes of which something is or was published, by id."""
    with workspace.catalogue.read() as connection:
        found = [classes.by_id(connection, id_) for id_ in published_images.classes_ever(connection)]
    return [one for one in found if one is not None]


def published_runs(workspace: Workspace) -> list[PublishedRun]:
    """The runs that made the statements that are or were published, by class and moment."""
    with workspace.catalogue.read() as connection:
        found = published_images.runs(connection)
    base = _runs(workspace)
    return [PublishedRun(class_id, uri.removeprefix(base), at) for class_id, uri, at in found if uri.startswith(base)]


def _runs(workspace: Workspace) -> str:
    """What stands before the id of a run in its address."""
    return f"{workspace.settings.public_url.rstrip('/')}/jobs/"


def first_publication(workspace: Workspace) -> datetime | None:
    """A moment before which no image changed; None while nothing was published."""
    with workspace.catalogue.read() as connection:
        return published_images.first_change(connection)


def _images(workspace: Workspace, connection: Connection, numbers: Sequence[int]) -> list[PublishedImage]:
    said = published_images.statements_on(connection, numbers)
    known = items.by_numbers(connection, numbers)
    parents = records.by_ids(connection, {one.record_id for one in known.values()})
    return [
        _image(workspace, known[number], parents[known[number].record_id], said[number])
        for number in numbers
        if said[number]
    ]


def _image(workspace: Workspace, item: Item, record: Record, said: Sequence[Annotation]) -> PublishedImage:
    standing = tuple(draft_of(workspace.settings, one) for one in said if one.withdrawn_at is None)
    of = tuple(sorted({one.class_id for one in said}))
    made = {
        (one.class_id, str(run))
        for one in said
        for run in (one.content.get("run_uri") or "", *one.content.get(FORMER, ()))
    }
    base = _runs(workspace)
    by = tuple(sorted((class_id, uri.removeprefix(base)) for class_id, uri in made if uri.startswith(base)))
    return PublishedImage(item, record, max(one.modified_at for one in said), of, standing, by)
