"""The descriptive and linking properties of any resource of Presentation 2, named and shaped as in Presentation 3."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from snoop_iiif.converting.bodies import image_body
from snoop_iiif.converting.notation import as_texts, escaped, texts, web_id
from snoop_iiif.model import LanguageMap
from snoop_iiif.reading.context import JSONObject, Reading, listed, objects, text_of, type_of
from snoop_iiif.reading.images import read_image
from snoop_iiif.reading.languages import metadata_entries

_RIGHTS = re.compile(r"http://(creativecommons\.org/(licenses|publicdomain)/|rightsstatements\.org/vocab/).+")
_FORMAT = re.compile(r"[a-z]+/.+")
_BEHAVIORS = frozenset(
    "auto-advance continuous facing-pages hidden individuals multi-part non-paged no-nav paged repeat sequence "
    "thumbnail-nav together unordered".split()
)
_DIRECTIONS = frozenset({"left-to-right", "right-to-left", "top-to-bottom", "bottom-to-top"})
_TYPES = {"image": "Image", "audio": "Sound", "video": "Video", "text": "Text"}
_OTHER_SERVICES = (
    ("search", "SearchService1"),
    ("autocomplete", "AutoCompleteService1"),
    ("auth", "AuthCookieService1"),
)
_LICENCE: LanguageMap = {"en": ("License",), "fr": ("Licence",)}
_ATTRIBUTION: LanguageMap = {"en": ("Attribution",), "fr": ("Attribution",)}


def descriptive(resource: JSONObject, uri: str, reading: Reading) -> dict[str, Any]:
    """What a resource says of itself and what it points at; only what it has, but always a label."""
    metadata = [
        {"label": as_texts(entry.label), "value": as_texts(entry.value)}
        for entry in metadata_entries(resource.get("metadata"), reading)
    ]
    rights, statements = _rights(resource, reading)
    attribution = texts(resource.get("attribution"), reading)
    found = {
        "label": texts(resource.get("label"), reading) or {"none": [uri.rstrip("/").rsplit("/", 1)[-1] or uri]},
        "summary": texts(resource.get("description"), reading),
        "metadata": metadata + statements,
        "rights": rights,
        "requiredStatement": {"label": as_texts(_ATTRIBUTION), "value": attribution} if attribution else None,
        "thumbnail": pictures(resource.get("thumbnail"), reading),
        "provider": _provider(resource, uri, attribution, reading),
        "navDate": _moment(resource.get("navDate")),
        "homepage": list(_links(resource.get("related"), "Text", "text/html", reading)),
        "rendering": list(_links(resource.get("rendering"), "Text", None, reading)),
        "seeAlso": list(_links(resource.get("seeAlso"), "Dataset", None, reading)),
        "partOf": [
            {"id": id_, "type": "Collection"} for one in listed(resource.get("within")) if (id_ := web_id(one, reading))
        ],
        "service": other_services(resource.get("service"), reading),
        "viewingDirection": _known(resource.get("viewingDirection"), _DIRECTIONS),
        "behavior": [hint for one in listed(resource.get("viewingHint")) if (hint := _known(one, _BEHAVIORS))],
    }
    return {key: value for key, value in found.items() if value}


def pictures(value: object, reading: Reading) -> list[dict[str, Any]]:
    """Thumbnails and logos: addresses, or objects that may have an image service."""
    found = (read_image(one, reading, 2) for one in listed(value))
    return [image_body(image) for image in found if image is not None]


def other_services(value: object, reading: Reading) -> list[dict[str, Any]]:
    """Search and login services, which keep their own version; image services belong to images."""
    found = []
    for one in objects(value):
        uri, profile = web_id(one, reading), text_of(one.get("profile")) or ""
        if uri is None or "image" in profile or "image" in str(one.get("@context")):
            continue
        guessed = next((kind for word, kind in _OTHER_SERVICES if word in profile), "Service")
        found.append({"@id": uri, "@type": type_of(one) or guessed} | ({"profile": profile} if profile else {}))
    return found


def _rights(resource: JSONObject, reading: Reading) -> tuple[str | None, list[dict[str, Any]]]:
    """The licence that version 3 knows, and the others as lines of metadata."""
    rights, others = None, []
    for one in listed(resource.get("license")):
        uri = reading.id_of(one) if not isinstance(one, str) or "//" in one else one.strip()
        plain = re.sub(r"^https:", "http:", uri or "").replace("://www.", "://")
        if rights is None and _RIGHTS.fullmatch(plain):
            rights = escaped(plain)
        elif uri:
            others.append(uri)
    lines = [{"label": as_texts(_LICENCE), "value": {"none": others}}] if others else []
    return rights, lines


def _provider(
    resource: JSONObject, uri: str, attribution: dict[str, list[str]], reading: Reading
) -> list[dict[str, Any]]:
    logos = pictures(resource.get("logo"), reading)
    if not logos:
        return []
    parts = urlsplit(uri)
    label = attribution or {"none": [parts.hostname or uri]}
    return [{"id": f"{parts.scheme}://{parts.netloc}", "type": "Agent", "label": label, "logo": logos}]


def _links(value: object, kind: str, media_type: str | None, reading: Reading) -> Iterator[dict[str, Any]]:
    for one in listed(value):
        uri = web_id(one, reading)
        if uri is None:
            continue
        known: Mapping[str, Any] = one if isinstance(one, Mapping) else {}
        named = (text_of(known.get("format")) or "").lower()
        stated = named if _FORMAT.fullmatch(named) else media_type
        link: dict[str, Any] = {"id": uri, "type": _TYPES.get((stated or "").split("/")[0], kind)}
        link |= {"format": stated} if stated else {}
        link["label"] = texts(known.get("label"), reading) or {"none": [uri]}
        profile = text_of(known.get("profile"))
        yield link | ({"profile": profile} if profile else {})


def _moment(value: object) -> str | None:
    text = text_of(value)
    try:
        return text if text and datetime.fromisoformat(text).tzinfo else None
    except ValueError:
        return None


def _known(value: object, known: frozenset[str]) -> str | None:
    return value if isinstance(value, str) and value in known else None
