"""IIIF Content State 1.0: a link that says what to look at, in every form that the specification allows.

https://iiif.io/api/content-state/1.0/ An annotation whose target is a resource (form 1), the bare target (form 2), or
the address of either or of the resource itself; written as JSON, or encoded as base64url of a percent-encoded text.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from snoop_iiif.errors import IIIFError

MOST = 64 * 1024
_ADDRESS = re.compile(r"(https?|urn):\S+")
_XYWH = re.compile(r"[#&?]?xywh=((?:pixel:|percent:)?[\d.,]+)")
_TIME = re.compile(r"(?:^|[#&?])t=(?:npt:)?([\d:.]+(?:,[\d:.]+)?|,[\d:.]+)(?=&|$)")


@dataclass(frozen=True, slots=True)
class ContentState:
    """What a link points at.

    Attributes:
        uri: of a canvas, a manifest, a collection or an image; without its fragment.
        manifest: that the canvas is part of, where the link says so.
        region: the media fragment `xywh=…`, or nothing.
        time: the media fragment `t=…`, or nothing.
    """

    uri: str
    manifest: str = ""
    region: str = ""
    time: str = ""


def encode(state: ContentState) -> str:
    """A content state as the value of `iiif-content`: an annotation, encoded."""
    target: dict[str, Any] = {"id": state.uri, "type": "Canvas" if state.manifest else "Manifest"}
    if state.manifest:
        target["partOf"] = [{"id": state.manifest, "type": "Manifest"}]
    if fragment := "&".join(one for one in (state.time, state.region) if one):
        selector = {"type": "FragmentSelector", "value": fragment}
        selector["conformsTo"] = "http://www.w3.org/TR/media-frags/"
        target = {"type": "SpecificResource", "source": target, "selector": selector}
    document = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "type": "Annotation",
        "motivation": ["contentState"],
        "target": target,
    }
    text = quote(json.dumps(document, separators=(",", ":")), safe="!'()*")  # as JavaScript's encodeURIComponent
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(value: str) -> ContentState:
    """Read the value of `iiif-content`, in whichever form it is.

    Raises:
        IIIFError: it is none.
    """
    value = value.strip()
    if not value or len(value) > MOST:
        raise IIIFError("content state: is empty or too long")
    if value.startswith(("%7B", "%7b", "http%3A", "https%3A")):
        value = unquote(value)
    if value.startswith(("{", "[")):
        return _read(_parsed(value))
    if _ADDRESS.fullmatch(value):
        return _located(value)
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise IIIFError("content state: is no JSON, no address and not base64url; copy the link again") from error
    return decode(unquote(text)) if not _looks_encoded(text) else _refuse()


def _looks_encoded(text: str) -> bool:
    plain = unquote(text).strip()
    return not (plain.startswith(("{", "[")) or _ADDRESS.fullmatch(plain))


def _refuse() -> ContentState:
    raise IIIFError("content state: what it encodes is no JSON and no address; copy the link again")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise IIIFError("content state: its JSON is damaged; copy the link again") from error


def _read(document: Any) -> ContentState:
    """Form 1 (annotation), form 2 (its target alone), or a list of which the first is taken."""
    if isinstance(document, list):
        document = document[0] if document else {}
    if isinstance(document, str):
        return _located(document)
    if not isinstance(document, Mapping):
        raise IIIFError("content state: says nothing that can be shown")
    if "target" in document and document.get("type", "Annotation") == "Annotation":
        return _read(document["target"])
    if "source" in document:
        found = _read(document["source"])
        region, time = _selected(document.get("selector"))
        return ContentState(found.uri, found.manifest, region or found.region, time or found.time)
    uri = document.get("id") or document.get("@id")
    if not isinstance(uri, str):
        raise IIIFError("content state: what it points at has no id")
    found = _located(uri)
    return ContentState(found.uri, _parent(document.get("partOf")), found.region, found.time)


def _located(uri: str) -> ContentState:
    plain, _, fragment = uri.partition("#")
    return ContentState(plain, "", *_fragments(f"#{fragment}"))


def _selected(selector: Any) -> tuple[str, str]:
    one = selector[0] if isinstance(selector, list) and selector else selector
    value = one.get("value", "") if isinstance(one, Mapping) else one
    return _fragments(value) if isinstance(value, str) else ("", "")


def _fragments(text: str) -> tuple[str, str]:
    """The region and the time that a media fragment names."""
    region, time = _XYWH.search(text), _TIME.search(text)
    return f"xywh={region[1]}" if region else "", f"t={time[1]}" if time else ""


def _parent(parents: Any) -> str:
    """The manifest among what a resource is part of."""
    for one in parents if isinstance(parents, list) else [parents]:
        if isinstance(one, str):
            return one
        if isinstance(one, Mapping) and one.get("type", "Manifest") == "Manifest":
            return str(one.get("id") or one.get("@id") or "")
    return ""
