"""Manifests and collections of Presentation 2 (and the drafts before it) as Presentation 3.

Follows https://iiif.io/api/presentation/3.0/change-log/ where a property was renamed or moved. Canvas ids stay
verbatim, since annotations point at them; what version 3 cannot say (a licence that is a web page) goes into the
metadata, so that nothing a reader could see is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snoop_iiif.converting.canvases import canvases
from snoop_iiif.converting.linking import descriptive
from snoop_iiif.converting.notation import web_id
from snoop_iiif.converting.ranges import further_sequences, ranges
from snoop_iiif.errors import IIIFError
from snoop_iiif.reading import read_document
from snoop_iiif.reading.context import MAX_MEMBERS, Reading, type_of
from snoop_iiif.reading.sequences import sequences_of

CONTEXT = "http://iiif.io/api/presentation/3/context.json"


def convert_document(document: Mapping[str, Any], uri: str) -> dict[str, Any]:
    """A manifest or collection of Presentation 2 as Presentation 3, ready for `json.dumps`.

    Args:
        document: parsed JSON; a document that is of version 3 already is given back as it is.
        uri: address it came from; relative ids are resolved against it.

    Raises:
        IIIFError: it cannot be read, see `read_document`.
    """
    read = read_document(document, uri)  # refuses what is no manifest or collection, or holds no canvas
    if not read.version.startswith("2"):
        return dict(document)
    reading = Reading(uri)
    try:
        convert = _manifest if type_of(document) == "Manifest" else _collection
        return {"@context": CONTEXT, **convert(document, web_id(document, reading) or uri, reading)}
    except RecursionError as error:
        raise IIIFError("nested too deep to be converted") from error


def _manifest(document: Mapping[str, Any], uri: str, reading: Reading) -> dict[str, Any]:
    sequences = sequences_of(document, reading)
    items = canvases(sequences, uri, reading)
    first = sequences[0] if sequences else {}
    structures = ranges(document.get("structures"), {item["id"] for item in items}, uri, reading)
    structures += further_sequences(sequences[1:], {item["id"] for item in items}, uri, reading)
    converted = {"id": uri, "type": "Manifest", **descriptive(document, uri, reading)}
    for key in ("viewingDirection", "behavior"):  # of the sequence, where the manifest has none
        if value := descriptive(first, uri, reading).get(key):
            converted.setdefault(key, value)
    start = reading.id_of(first.get("startCanvas"))
    if any(item["id"] == start for item in items):
        converted["start"] = {"id": start, "type": "Canvas"}
    return converted | {"items": items} | ({"structures": structures} if structures else {})


def _collection(document: Mapping[str, Any], uri: str, reading: Reading) -> dict[str, Any]:
    items: dict[str, dict[str, Any]] = {}
    kinds = (("collections", "Collection"), ("manifests", "Manifest"), ("members", "Manifest"))
    for key, kind in kinds:
        found = document.get(key)
        for member in reading.bounded(found if isinstance(found, list) else [], MAX_MEMBERS, "members"):
            if id_ := web_id(member, reading):
                items.setdefault(id_, _member(member, id_, kind, reading))
    return {"id": uri, "type": "Collection", **descriptive(document, uri, reading), "items": list(items.values())}


def _member(member: object, uri: str, kind: str, reading: Reading) -> dict[str, Any]:
    known: Mapping[str, Any] = member if isinstance(member, Mapping) else {}
    stated = type_of(known)
    reference = {"id": uri, "type": stated if stated in ("Manifest", "Collection") else kind}
    described = descriptive(known, uri, reading)
    kept = ("label", "summary", "thumbnail", "navDate", "behavior")
    return reference | {key: described[key] for key in kept if key in described}
