"""Ranges: a flat list that points at itself in Presentation 2, a tree in Presentation 3."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from snoop_iiif.converting.linking import descriptive
from snoop_iiif.converting.notation import web_id
from snoop_iiif.reading.context import MAX_DEPTH, MAX_RANGES, JSONObject, Reading, listed, objects
from snoop_iiif.reading.presentation2 import is_range

_KEPT = ("label", "summary", "metadata", "thumbnail", "behavior", "viewingDirection", "rendering", "seeAlso")


def ranges(structures: object, canvases: Collection[str], manifest: str, reading: Reading) -> list[dict[str, Any]]:
    """The ranges that no other holds, with all below them; what is held twice stays with the first holder."""
    flat: dict[str, JSONObject] = {}
    for one in objects(reading.bounded(structures, MAX_RANGES, "ranges")):
        if uri := web_id(one, reading):
            flat.setdefault(uri, one)
    held = {child for uri, one in flat.items() for child in _children(uri, one, flat, reading)}
    written: set[str] = set()
    roots = [uri for uri in flat if uri not in held] or list(flat)[:1]  # all in a circle: begin somewhere
    found = [_range(uri, flat, canvases, written, reading, 0) for uri in roots]
    # a circle that hangs on no root
    found += [_range(uri, flat, canvases, written, reading, 0) for uri in flat if uri not in written]
    return [one for one in found if one is not None]


def further_sequences(
    sequences: Sequence[JSONObject], canvases: Collection[str], manifest: str, reading: Reading
) -> Iterator[dict[str, Any]]:
    """Other orders of the same canvases, which are ranges in version 3."""
    for number, sequence in enumerate(sequences, start=2):
        uri = web_id(sequence, reading) or f"{manifest}/sequence/{number}"
        ids = [id_ for one in listed(sequence.get("canvases")) if (id_ := web_id(one, reading)) in canvases]
        label = descriptive(sequence, uri, reading)["label"]
        items = [{"id": id_, "type": "Canvas"} for id_ in ids]
        yield {"id": uri, "type": "Range", "label": label, "behavior": ["sequence"], "items": items}


def _children(uri: str, one: JSONObject, flat: Mapping[str, JSONObject], reading: Reading) -> Iterator[str]:
    members = [member for member in listed(one.get("members")) if is_range(member)]
    for child in (*listed(one.get("ranges")), *members):
        id_ = web_id(child, reading)
        if id_ is not None and id_ in flat and id_ != uri:
            yield id_


def _range(
    uri: str,
    flat: Mapping[str, JSONObject],
    canvases: Collection[str],
    written: set[str],
    reading: Reading,
    depth: int,
) -> dict[str, Any] | None:
    if uri in written or depth > MAX_DEPTH:
        return None
    written.add(uri)
    one = flat[uri]
    items = [_range(child, flat, canvases, written, reading, depth + 1) for child in _children(uri, one, flat, reading)]
    members = [member for member in listed(one.get("members")) if not is_range(member)]
    items += [_canvas(child, canvases, reading) for child in (*listed(one.get("canvases")), *members)]
    described = descriptive(one, uri, reading)
    kept = {key: described[key] for key in _KEPT if key in described}
    return {"id": uri, "type": "Range", **kept, "items": [item for item in items if item is not None]}


def _canvas(child: object, canvases: Collection[str], reading: Reading) -> dict[str, Any] | None:
    uri = web_id(child, reading)
    if uri is None:
        return None
    base, _, fragment = uri.partition("#")
    if uri in canvases or not fragment:
        return {"id": uri, "type": "Canvas"}
    selector = {"type": "FragmentSelector", "value": fragment}
    return {"type": "SpecificResource", "source": {"id": base, "type": "Canvas"}, "selector": selector}
