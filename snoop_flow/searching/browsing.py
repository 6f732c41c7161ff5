"""Looking at the corpus: collections, records, items, their pictures, what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL.Image import Image

from snoop_flow.cards import cards as cards_of
from snoop_flow.entities import (
    Failure,
    HostFailures,
    Item,
    JobState,
    Prediction,
    Record,
    SetKind,
    Source,
    Status,
    VisualClass,
)
from snoop_flow.entities import image_of as number_of_image
from snoop_flow.errors import NotFoundError, SnoopError
from snoop_flow.images import FULL_SIZE, THUMBNAIL_SIZE
from snoop_flow.indexing import recall_of
from snoop_flow.regions.drawing import MARK, Box, draw
from snoop_flow.regions.spaces import region_set
from snoop_flow.reports import Abilities, Card, SaidOfImage, StatusReport
from snoop_flow.store import aliases, embeddings, indexes, items, jobs, marks, predictions
from snoop_flow.store import classes as class_store
from snoop_flow.store import collections as collection_store
from snoop_flow.store import failures as failure_store
from snoop_flow.store import records as record_store
from snoop_flow.store.collections import CollectionCounts
from snoop_flow.vectors import state_of
from snoop_flow.workspace import Workspace, serving_first
from snoop_iiif import HostSurvey
from snoop_iiif.surveying import by_size, host_of


def collections(workspace: Workspace) -> list[CollectionCounts]:
    """All collections with their numbers of live records and items."""
    with workspace.catalogue.read() as connection:
        return collection_store.counts(connection)


def sources(workspace: Workspace) -> list[Source]:
    """All sources, the last harvested first."""
    with workspace.catalogue.read() as connection:
        return collection_store.sources(connection)


def failures(workspace: Workspace, stage: str | None = None, limit: int = 100) -> list[Failure]:
    """What went wrong last, by subject, newest first."""
    with workspace.catalogue.read() as connection:
        return failure_store.latest(connection, stage, limit)


def failures_by_host(workspace: Workspace, stage: str | None = None) -> list[HostFailures]:
    """How many failures each host has, by stage and kind, most first."""
    with workspace.catalogue.read() as connection:
        return failure_store.by_host(connection, stage)


def due(workspace: Workspace, host: str | None = None) -> int:
    """How many documents that could not be had, and films that could not be cut, may be tried again now.

    Args:
        host: only those that lie there.
    """
    with workspace.catalogue.read() as connection:
        return sum(len(failure_store.to_retry(connection, stage, host)) for stage in ("harvest", "video"))


def survey(workspace: Workspace, collection: str | None = None) -> list[HostSurvey]:
    """What was odd about the harvested documents, host by host; raises `NotFoundError`."""
    hosts: dict[str, HostSurvey] = {}
    with workspace.catalogue.read() as connection:
        mine = collection_store.by_slug(connection, collection).id if collection else None
        for uri, version, quirks in record_store.quirks(connection, mine):
            one = hosts.setdefault(host := host_of(uri), HostSurvey(host))
            one.documents += 1
            one.versions[version] += 1
            one.add_quirks(quirks, uri)
    return by_size(hosts.values())


def find_items(workspace: Workspace, uri: str) -> list[Item]:
    """The live items of a canvas URI, be it the one they are published with or one it had before, or elsewhere."""
    with workspace.catalogue.read() as connection:
        return items.by_ids(connection, aliases.item_ids(connection, uri))


def records(workspace: Workspace, collection: str, offset: int = 0, limit: int = 50) -> list[Record]:
    """Live records of a collection; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        found = collection_store.by_slug(connection, collection)
        return record_store.in_collection(connection, found.id, offset, limit)


def record(workspace: Workspace, record_id: str) -> Record:
    """A record; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        return record_store.by_id(connection, record_id)


def record_items(workspace: Workspace, record_id: str) -> list[Item]:
    """Live items of a record in order."""
    with workspace.catalogue.read() as connection:
        return record_store.items_of(connection, record_id)


def item(workspace: Workspace, item_id: str) -> Item:
    """An item; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        return items.by_ids(connection, [item_id])[0]


def locate(workspace: Workspace, uri: str, manifest: str = "") -> tuple[str, str]:
    """The ids of the record and of its item that the address of a canvas, or of a manifest, names.

    Args:
        manifest: that the canvas is part of, where it is known.

    Raises:
        NotFoundError: nothing here has this address.
    """
    with workspace.catalogue.read() as connection:
        known = record_store.by_uri(connection, manifest or uri)
        if known is not None:
            there = record_store.items_of(connection, known.id)
            wanted = [one for one in there if one.uri == uri] or ([] if manifest else there)
        else:
            wanted = items.by_uri(connection, uri)
    if not wanted:
        raise NotFoundError(f"{uri[:200]}: is not in this corpus; harvest its manifest first")
    return wanted[0].record_id, wanted[0].id


def cards(workspace: Workspace, item_ids: Sequence[str], class_name: str | None = None) -> tuple[Card, ...]:
    """Cards of items in the order of their ids, with the marks of a class; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        numbers = [one.number for one in items.by_ids(connection, list(item_ids))]
        found = class_store.find(connection, class_name) if class_name else None
        present = marks.current(connection, found.id, numbers) if found else {}
    return cards_of(workspace, numbers, marks=present)


def thumbnail(workspace: Workspace, item_id: str) -> Path:
    """The file of an item's thumbnail, fetched and made where it is missing; raises `SourceError`."""
    if not workspace.thumbnails.has(item_id):
        one = item(workspace, item_id)
        canvas = (one.width, one.height)
        loader = workspace.loader()
        picture = loader.load(one.image, THUMBNAIL_SIZE, selector=one.selector, canvas_size=canvas)
        workspace.thumbnails.put(one.id, picture)
    return workspace.thumbnails.path(item_id)


def image_file(workspace: Workspace, item_id: str) -> Path:
    """The file of an item's image that lies here: a picture, or the web archive that holds it.

    Raises:
        NotFoundError: the item is not local, or its file is gone.
    """
    image = item(workspace, item_id).image
    path = image.get("path") or image.get("warc")
    if path is None:
        raise NotFoundError(f"item {item_id} is not of a local folder; its own image server serves it")
    file = workspace.folder / str(path)
    if not file.is_file():
        raise NotFoundError(f"the file of item {item_id} is gone; harvest its folder again")
    return file


def archived_image(workspace: Workspace, item_id: str) -> Image | None:
    """The picture of an item that lies in a web archive, whole, decoded like any from the web; None for other items.

    Raises:
        SourceError: it cannot be read.
    """
    found = item(workspace, item_id)
    return workspace.loader().load(found.image, FULL_SIZE) if "warc" in found.image else None


def item_predictions(workspace: Workspace, item_id: str) -> list[tuple[VisualClass, Prediction]]:
    """What classes say of an item."""
    with workspace.catalogue.read() as connection:
        number = items.by_ids(connection, [item_id])[0].number
        found = predictions.of_items(connection, [number])
        seen = class_store.seen(connection, [one.class_id for one in found])
        return [(seen[one.class_id], one) for one in found if one.class_id in seen]


def image_predictions(workspace: Workspace, item_id: str) -> list[SaidOfImage]:
    """What classes say of an image and of the regions that were cut out of it."""
    with workspace.catalogue.read() as connection:
        image = items.by_ids(connection, [item_id])[0]
        there = {one.number: one for one in (image, *items.regions_of(connection, [image.number]))}
        found = predictions.of_items(connection, list(there))
        seen = class_store.seen(connection, [one.class_id for one in found])
        return [SaidOfImage(seen[one.class_id], one, there[one.item]) for one in found if one.class_id in seen]


def record_hits(workspace: Workspace, record_id: str, class_name: str) -> tuple[Card, ...]:
    """The images of a record that a class found, in any state but rejected, by themselves or by a region of theirs."""
    with workspace.catalogue.read() as connection:
        found = class_store.find(connection, class_name)
        whole = [one.number for one in record_store.items_of(connection, record_id)]
        parents = {one.number: one.parent for one in items.regions_of(connection, whole)}
        said = predictions.of_items(connection, [*whole, *parents])
        kept = {one.item for one in said if one.class_id == found.id and one.status is not Status.REJECTED}
        shown = {parents.get(number) or number for number in kept}
    return cards_of(workspace, [number for number in whole if number in shown])


def image_of(workspace: Workspace, item_id: str) -> Item:
    """The image that an item is, or that it was cut out of as a region; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        found = items.by_ids(connection, [item_id])[0]
        number = number_of_image(found)
        return found if number == found.number else items.by_numbers(connection, [number])[number]


def item_regions(workspace: Workspace, item_id: str, class_name: str | None = None) -> tuple[Card, ...]:
    """The regions that were cut out of an item, with the marks of a class; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        image = items.by_ids(connection, [item_id])[0]
        numbers = [one.number for one in items.regions_of(connection, [image.number])]
        found = class_store.find(connection, class_name) if class_name else None
        present = marks.current(connection, found.id, numbers) if found else {}
    return cards_of(workspace, numbers, marks=present)


def draw_region(workspace: Workspace, item_id: str, box: Box, class_name: str | None = None) -> Card:
    """Make a box on an item a region, with a vector at once.

    Args:
        box: left, top, width and height in canvas pixels.
        class_name: the class of regions that it is for; by default the regions that searching uses.

    Raises:
        NotFoundError: no such item or class, or nothing is segmented.
        UsageError: the box is not on the canvas, or the class knows whole images.
        SourceError: the image cannot be had.
    """
    if class_name is None:
        known = region_set(workspace)
    else:
        with workspace.catalogue.read() as connection:
            known = embeddings.set_by_id(connection, class_store.find(connection, class_name).set_id)
    name = f"{item_id}{MARK}{','.join(map(str, box))}"
    return cards_of(workspace, [item.number for item in draw(workspace, known, [name])])[0]


def abilities(workspace: Workspace) -> Abilities:
    """What can be searched by what."""
    with workspace.catalogue.read() as connection:
        parts = embeddings.sets(connection, SetKind.REGION)
        segmented = embeddings.count(connection, parts[0].id) if parts else 0
    try:
        known = workspace.embedding_set()
        spec = workspace.backbone_spec(known.backbone)
    except SnoopError:  # nothing is embedded, or the backbone is not installed any more
        return Abilities("", False, "", segmented)
    return Abilities(known.backbone, spec.reads_text, spec.languages, segmented)


def status(workspace: Workspace) -> StatusReport:
    """The workspace at a glance."""
    with workspace.catalogue.read() as connection:
        counts = collection_store.counts(connection)
        sets = serving_first(connection)
        index = indexes.newest(connection, sets[0].id) if sets else None
        present = sets and state_of(
            embeddings.shards(connection, sets[0].id), embeddings.dead_rows(connection, sets[0].id)
        )
        return StatusReport(
            collections=len(counts),
            records=sum(one.records for one in counts),
            items=sum(one.items for one in counts),
            embedded=embeddings.count(connection, sets[0].id) if sets else 0,
            backbone=sets[0].backbone if sets else "",
            index=index.type if index else "none",
            index_up_to_date=index is None or index.type == "exact" or index.state == present,
            recall=recall_of(index.facts) if index else {},
            classes=len(class_store.every(connection)),
            running_jobs=sum(job.state is JobState.RUNNING for job in jobs.latest(connection)),
        )
