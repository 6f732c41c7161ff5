"""Presentation 2.0 and 2.1 (and the drafts before them): https://iiif.io/api/presentation/2.1/."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from snoop_iiif.model import Canvas, Collection, Image, Manifest, Range
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
)
from snoop_iiif.reading.images import on_canvas, read_images, read_thumbnail, with_renditions
from snoop_iiif.reading.languages import language_map, metadata_entries
from snoop_iiif.reading.media import read_media
from snoop_iiif.reading.members import Members
from snoop_iiif.reading.sequences import sequences_of
from snoop_iiif.reading.surfaces import canvas_size, canvas_uri, checked_canvases, document_uri

VERSION = 2


def read_manifest(document: JSONObject, reading: Reading) -> Manifest:
    """A manifest with the canvases of all its sequences.

    Raises:
        IIIFError: no canvas, or more than can be read.
    """
    uri = document_uri(document, reading)
    sequences = sequences_of(document, reading)
    _note_sequences(sequences, reading)
    found = [canvas for sequence in sequences for canvas in listed(sequence.get("canvases"))]
    raw = objects(reading.bounded(found, MAX_CANVASES, "canvases"))
    canvases = [_canvas(item, uri, number, reading) for number, item in enumerate(raw, start=1)]
    return Manifest(
        uri=uri,
        version=_version(document, reading),
        label=language_map(document.get("label"), reading),
        summary=language_map(document.get("description"), reading, "summary"),
        metadata=metadata_entries(document.get("metadata"), reading),
        rights=reading.first_id(document.get("license")),
        attribution=language_map(document.get("attribution"), reading, "attribution"),
        homepage=reading.first_id(document.get("related")),
        thumbnail=read_thumbnail(document.get("thumbnail"), reading, VERSION),
        nav_date=text_of(document.get("navDate")),
        canvases=checked_canvases(canvases, document, reading),
        ranges=_ranges(document, reading),
        quirks=tuple(reading.quirks),
    )


def read_collection(document: JSONObject, reading: Reading) -> Collection:
    """A collection, paged or not.

    Raises:
        IIIFError: more members than can be read.
    """
    uri = document_uri(document, reading)
    members = Members(document, reading)
    members.add(document.get("collections"), "collection")
    members.add(document.get("manifests"), "manifest")
    members.add(document.get("members"), "manifest")
    return members.collection(uri, _version(document, reading))


def _version(document: JSONObject, reading: Reading) -> str:
    contexts = " ".join(str(context) for context in listed(document.get("@context")))
    if "presentation/2" in contexts:
        return "2.1"
    if "presentation/1" in contexts or "shared-canvas" in contexts:
        reading.note("presentation-1-draft")
        return "2.0"
    reading.note("context-missing-or-wrong")
    return "2.1"


def _note_sequences(sequences: list[JSONObject], reading: Reading) -> None:
    if len(sequences) > 1:
        reading.note("several-sequences")
    if any("@id" not in sequence for sequence in sequences):
        reading.note("sequence-without-id")


def _canvas(item: JSONObject, manifest_uri: str, number: int, reading: Reading) -> Canvas:
    annotations = objects(reading.bounded(item.get("images"), MAX_IMAGES, "images on a canvas"))
    painted = [(_body(annotation), reading.id_of(annotation.get("on"))) for annotation in annotations]
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
    return annotation.get("resource") or annotation.get("body")


def _painted(body: object, target: str | None, reading: Reading) -> Iterator[Image]:
    return (on_canvas(image, target) for image in read_images(body, reading, VERSION))


def _ranges(document: JSONObject, reading: Reading) -> tuple[Range, ...]:
    found: dict[str, Range] = {}
    pending: list[Any] = reading.bounded(document.get("structures"), MAX_RANGES, "ranges")[::-1]
    while pending and len(found) < MAX_RANGES:
        item = pending.pop()
        uri = reading.id_of(item)
        if not isinstance(item, OBJECT) or uri is None or uri in found:
            continue
        members = listed(item.get("members"))
        ranges = listed(item.get("ranges")) + [member for member in members if is_range(member)]
        canvases = listed(item.get("canvases")) + [member for member in members if not is_range(member)]
        found[uri] = Range(
            uri,
            language_map(item.get("label"), reading),
            tuple(target for canvas in canvases if (target := reading.id_of(canvas))),
            tuple(target for child in ranges if (target := reading.id_of(child))),
        )
        pending.extend(child for child in reversed(ranges) if isinstance(child, OBJECT))
    return tuple(found.values())


def is_range(member: object) -> bool:
    """Whether a member of a range is a range, not a canvas."""
    if isinstance(member, OBJECT):
        return str(member.get("@type")).endswith("Range")
    return isinstance(member, str) and "/range/" in member
