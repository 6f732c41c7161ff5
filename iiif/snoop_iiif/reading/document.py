"""From bytes to a manifest or collection: what kind of document is it, and which version reads it?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Collection, ImageService, Manifest
from snoop_iiif.reading import presentation2, presentation3, presentation4, services
from snoop_iiif.reading.context import JSONObject, Reading, listed, type_of

# The largest manifests known are some 30 MB; parsed JSON takes ten times its bytes in memory.
MAX_BYTES = 128 * 1024 * 1024

# What people paste instead of a manifest, by type.
_REASONS = {
    "AnnotationList": "an annotation list, not a manifest",
    "AnnotationPage": "an annotation page, not a manifest",
    "AnnotationCollection": "an annotation collection, not a manifest",
    "Annotation": "an annotation, not a manifest",
    "Canvas": "a single canvas, not a manifest",
    "Sequence": "a sequence, not a manifest",
    "Range": "a range, not a manifest",
    "Layer": "an annotation layer, not a manifest",
    "OrderedCollection": "a Change Discovery stream, not a manifest",
    "OrderedCollectionPage": "a page of a Change Discovery stream, not a manifest",
    "ImageService2": "an Image API info.json, not a manifest",
    "ImageService3": "an Image API info.json, not a manifest",
}


def read_document(data: bytes | Mapping[str, Any], uri: str) -> Manifest | Collection:
    """Read a IIIF manifest or collection of Presentation 2.0, 2.1, 3.0 or a draft of 4.0.

    Oddities that can be mended are mended and listed in the result's `quirks`.

    Args:
        data: the answer as it came, or an object already parsed (such as `Member.document`).
        uri: address it came from; relative ids are resolved against it.

    Raises:
        IIIFError: it is something else, is broken, or holds no canvas; the reason says which.
    """
    reading = Reading(uri)
    document = data if isinstance(data, Mapping) else _parse(data, reading)
    try:
        return _read(document, reading)
    except RecursionError as error:
        raise IIIFError("nested too deep to be read") from error


def read_information(data: bytes, uri: str) -> ImageService:
    """Read the info.json of an image service of any version: what a document leaves out about it.

    Raises:
        IIIFError: it is something else, or broken; the reason says which.
    """
    return services.read_information(_parse(data, Reading(uri)), uri)


def _read(document: JSONObject, reading: Reading) -> Manifest | Collection:
    version = _version(document)
    readers = {2: presentation2, 3: presentation3, 4: presentation4}
    kind = type_of(document)
    if kind == "Manifest":
        return readers[version].read_manifest(document, reading)  # type: ignore[no-any-return]
    if kind == "Collection":
        return readers[version].read_collection(document, reading)  # type: ignore[no-any-return]
    raise IIIFError(_other_document(document, kind))


def _version(document: JSONObject) -> int:
    """The notation in use decides before the context: wrong contexts are common, mixed notations are rare."""
    contexts = " ".join(str(context) for context in listed(document.get("@context")))
    if "presentation/4" in contexts:
        return 4
    if isinstance(document.get("type"), str):
        return 3
    return 3 if "presentation/3" in contexts and "sequences" not in document else 2


def _other_document(document: JSONObject, kind: str) -> str:
    contexts = " ".join(str(context) for context in listed(document.get("@context")))
    if document.get("protocol") == "http://iiif.io/api/image" or "api/image/" in contexts:
        reason = "an Image API info.json, not a manifest"
    elif kind:
        reason = _REASONS.get(kind) or f"no IIIF manifest or collection: its type is {kind[:60]}"
    else:
        reason = "no IIIF manifest or collection: it has no type"
    return reason


def _parse(data: bytes, reading: Reading) -> JSONObject:
    if len(data) > MAX_BYTES:
        raise IIIFError(f"{len(data)} bytes, more than the {MAX_BYTES} that are read")
    try:
        document = orjson.loads(data)  # ten times as fast; what it does not take is looked at with care
    except ValueError:
        document = _parse_with_care(data, reading)
    if not isinstance(document, dict):
        raise IIIFError(f"a JSON {type(document).__name__}, not a IIIF document")
    return document


def _parse_with_care(data: bytes, reading: Reading) -> Any:
    text = _decode(data, reading)
    _refuse_markup(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise IIIFError(_json_fault(error, text, data)) from error
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits; brackets without end
        raise IIIFError(f"JSON that cannot be read: {str(error).split(';', 1)[0]}") from error


def _decode(data: bytes, reading: Reading) -> str:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        reading.note("not-utf-8")
        return data.decode("utf-8" if encoding == "utf-8-sig" else encoding, errors="replace")


def _refuse_markup(text: str) -> None:
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if not start:
        raise IIIFError("an empty answer, not a IIIF document")
    if start.startswith("<"):
        kind = "XML document" if start.startswith("<?xml") and "html" not in start else "HTML page"
        raise IIIFError(f"an {kind}, not a IIIF document")


def _json_fault(error: json.JSONDecodeError, text: str, data: bytes) -> str:
    unfinished = error.msg.startswith("Unterminated string") or not text[error.pos :].strip()
    if unfinished:
        reason = f"JSON ends early at byte {len(data)}"
    else:
        position = len(text[: error.pos].encode("utf-8", errors="replace"))
        reason = f"not JSON: {error.msg.lower()} at byte {position} (line {error.lineno})"
    return reason
