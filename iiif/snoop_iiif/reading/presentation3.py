"""Presentation 3.0 (and its alpha drafts): https://iiif.io/api/presentation/3.0/."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from snoop_iiif.model import Canvas, Collection, Image, LanguageMap, Manifest, Range
from snoop_iiif.reading.context import (
    MAX_CANVASES,
    MAX_IMAGES,
    MAX_RANGES,
    OBJECT,
    JSONObject,
    Reading,
    listed,
    objects,
    seconds,
    text_of,
    type_of,
)
from snoop_iiif.reading.images import on_canvas, read_images, read_thumbnail, with_renditions
from snoop_iiif.reading.languages import language_map, metadata_entries
from snoop_iiif.reading.media import read_media
from snoop_iiif.reading.members import Members
from snoop_iiif.reading.surfaces import canvas_size, canvas_uri, checked_canvases, document_uri

VERSION = 3
CANVASES = ("Canvas", "")


def read_manifest(
    document: JSONObject, reading: Reading, version: str = "3.0", types: tuple[str, ...] = CANVASES
) -> Manifest:
    """A manifest.

    Args:
        version: as stated in the result.
        types: types of the items that are taken as canvases.

    Raises:
        IIIFError: no canvas, or more than can be read.
    """
    uri = document_uri(document, reading)
    raw = [item for item in objects(_items(document, reading)) if type_of(item) in types]
    canvases = [_canvas(item, uri, number, reading) for number, item in enumerate(raw, start=1)]
    return Manifest(
        uri=uri,
        version=version,
        label=language_map(document.get("label"), reading),
        summary=language_map(document.get("summary") or document.get("description"), reading, "summary"),
        metadata=metadata_entries(document.get("metadata"), reading),
        rights=reading.first_id(document.get("rights") or document.get("license")),
        attribution=_attribution(document, reading),
        homepage=reading.first_id(document.get("homepage") or document.get("related")),
        thumbnail=read_thumbnail(document.get("thumbnail"), reading, VERSION),
        nav_date=text_of(document.get("navDate")),
        canvases=checked_canvases(canvases, document, reading),
        ranges=_ranges(document, reading),
        quirks=tuple(reading.quirks),
    )


def read_collection(document: JSONObject, reading: Reading, version: str = "3.0") -> Collection:
    """A collection.

    Raises:
        IIIFError: more members than can be read.
    """
    uri = document_uri(document, reading)
    members = Members(document, reading)
    for key, kind in (("items", "manifest"), ("manifests", "manifest"), ("collections", "collection")):
        members.add(document.get(key), kind)  # type: ignore[arg-type]
    return members.collection(uri, version)


def _items(document: JSONObject, reading: Reading) -> list[Any]:
    """The canvases; alpha drafts of version 3 kept the sequences of version 2."""
    found = listed(document.get("items"))
    if not found and "sequences" in document:
        reading.note("sequences-in-version-3")
        sequences = objects(document["sequences"])
        found = [item for sequence in sequences for item in listed(sequence.get("items") or sequence.get("canvases"))]
    return reading.bounded(found, MAX_CANVASES, "canvases")


def _attribution(document: JSONObject, reading: Reading) -> LanguageMap:
    statement = document.get("requiredStatement")
    if isinstance(statement, OBJECT):
        return language_map(statement.get("value"), reading, "attribution")
    return language_map(document.get("attribution"), reading, "attribution")


def _canvas(item: JSONObject, manifest_uri: str, number: int, reading: Reading) -> Canvas:
    painted = [(_body(annotation), _target(annotation, reading)) for annotation in _paintings(item, reading)]
    images = tuple(chain.from_iterable(_painted(body, target, reading) for body, target in painted))
    media = tuple(chain.from_iterable(read_media(body, reading) for body, _ in painted))
    targets = [target for _, target in painted if target]
    thumbnail = read_thumbnail(item.get("thumbnail"), reading, VERSION)
    width, height = canvas_size(item, images, reading)
    return Canvas(
        uri=canvas_uri(item, targets, manifest_uri, number, reading),
        label=language_map(item.get("label"), reading),
        width=width,
        height=height,
        duration=seconds(item.get("duration")),
        images=with_renditions(images, thumbnail),
        metadata=metadata_entries(item.get("metadata"), reading),
        thumbnail=thumbnail,
        media=media,
    )


def _body(annotation: JSONObject) -> object:
    return annotation.get("body") or annotation.get("resource")


def _paintings(canvas: JSONObject, reading: Reading) -> Iterator[JSONObject]:
    pages = listed(canvas.get("items") or canvas.get("content"))
    if pages and all("items" not in page for page in objects(pages)):
        reading.note("painting-elsewhere")
    for page in objects(pages):
        annotations = [page] if type_of(page) == "Annotation" else listed(page.get("items"))
        for annotation in objects(reading.bounded(annotations, MAX_IMAGES, "annotations on a canvas")):
            motivations = [str(motivation) for motivation in listed(annotation.get("motivation"))]
            if not motivations or any(motivation.endswith("painting") for motivation in motivations):
                yield annotation


def _painted(body: object, target: str | None, reading: Reading) -> Iterator[Image]:
    return (on_canvas(image, target) for image in read_images(body, reading, VERSION))


def _target(annotation: JSONObject, reading: Reading) -> str | None:
    """What an annotation points at, a fragment selector written into the URI."""
    for target in listed(annotation.get("target") or annotation.get("on")):
        if not isinstance(target, OBJECT) or "source" not in target:
            return reading.id_of(target)
        source = reading.id_of(target["source"])
        values = [text_of(selector.get("value")) for selector in objects(target.get("selector"))]
        fragment = next((value for value in values if value and value.startswith("xywh=")), None)
        return f"{source}#{fragment}" if source and fragment else source
    return None


def _ranges(document: JSONObject, reading: Reading) -> tuple[Range, ...]:
    found: dict[str, Range] = {}
    pending: list[Any] = reading.bounded(document.get("structures"), MAX_RANGES, "ranges")[::-1]
    while pending and len(found) < MAX_RANGES:
        item = pending.pop()
        uri = reading.id_of(item)
        if not isinstance(item, OBJECT) or uri is None or uri in found:
            continue
        children = list(objects(item.get("items")))
        ranges = [child for child in children if type_of(child) == "Range"]
        canvases = [child for child in children if type_of(child) != "Range"]
        found[uri] = Range(
            uri,
            language_map(item.get("label"), reading),
            tuple(target for child in canvases if (target := _target({"target": child}, reading))),
            tuple(target for child in ranges if (target := reading.id_of(child))),
        )
        pending.extend(child for child in reversed(ranges) if "items" in child)
    return tuple(found.values())
