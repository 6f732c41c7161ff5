"""What the engine relies on in a source."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from snoop_flow.entities import LanguageMap
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.plugin_types import (
    Checkpoint,
    HarvestSource,
    ItemDraft,
    Listed,
    ListingFailure,
    RecordDraft,
    RecordRef,
    SourceContext,
    SourceSpec,
)
from snoop_flow.testing.claims import require, require_facts

NUMBER = r"\d+(\.\d+)?"
# Media Fragments URI 1.0, 4.2.1 and 4.2.2: a rectangle in pixels, a time in seconds, or both
SELECTOR = re.compile(rf"(xywh=(pixel:)?{NUMBER}(,{NUMBER}){{3}})?&?(t={NUMBER}(,{NUMBER})?)?")
NOWHERE = "no-such-scheme://nowhere.invalid/nothing"


class Documents:
    """A `SourceContext` that serves documents from memory and refuses the rest: a harvest without a network."""

    def __init__(self, documents: Mapping[str, tuple[str, bytes]] | None = None) -> None:
        """Serve each URL's media type and bytes; nothing was harvested before."""
        self._documents = dict(documents or {})
        self.checkpoint: Mapping[str, Any] | None = None

    def fetch(self, url: str, accept: str) -> Fetched:
        """The document of this URL; `SourceError` of kind GONE when there is none."""
        if url not in self._documents:
            raise SourceError(FailureKind.GONE, url, "not found (HTTP 404)", answered=404)
        media_type, body = self._documents[url]
        headers = {"content-type": media_type, "content-length": str(len(body))}
        return Fetched(url, 200, headers, body, media_type, None, None, False, 0.0)


def check_source(
    spec: SourceSpec,
    location: str,
    *,
    context: SourceContext | None = None,
    foreign: Collection[str] = (NOWHERE,),
    broken: Collection[str] = (),
    records: int = 5,
) -> None:
    """Check a source at a location that it can read.

    Covered: which locations it recognises, listing twice, hints that survive being kept as JSON, reading records twice
    with the same digests, keys and sizes of items, and what broken locations say.

    Args:
        spec: what to check.
        location: a small place of this kind.
        context: how documents are had; `Documents` serves them from memory, and serves none by default.
        foreign: locations that the source must not recognise.
        broken: locations of its kind that cannot be read.
        records: how many records are read.

    Raises:
        AssertionError: something does not hold; the message says what.
    """
    require_facts("source", spec.name, spec.title)
    lent = context if context is not None else Documents()
    require(spec.recognises(location), f"source {spec.name}: does not recognise {location}")
    for other in foreign:
        require(not spec.recognises(other), f"source {spec.name}: recognises {other}, which is not its own")
    refs = _check_list(spec, location, lent)
    for ref in islice(refs, records):
        _check_read(spec.name, spec.open(location, lent), ref)
    for place in broken:
        _check_broken(spec, place, lent)


def _check_list(spec: SourceSpec, location: str, context: SourceContext) -> list[RecordRef]:
    name = f"source {spec.name}"
    listed = list(spec.open(location, context).list())
    refs = [one for one in listed if isinstance(one, RecordRef)]
    for one in listed:
        require(
            isinstance(one, Listed), f"{name}: list gave a {type(one).__name__}; it gives RecordRef and ListingFailure"
        )
        if isinstance(one, Checkpoint):
            require(one is listed[-1], f"{name}: a checkpoint is given last")
            continue
        require(bool(one.uri), f"{name}: list gave a reference without a uri")
        if isinstance(one, ListingFailure):
            require(one.kind in set(FailureKind), f"{name}: {one.uri} failed as {one.kind!r}, which is no FailureKind")
            require(_is_line(one.reason), f"{name}: {one.uri} failed without a reason in one line")
    require(bool(refs), f"{name}: lists no record at {location}")
    uris = [ref.uri for ref in refs]
    require(len(set(uris)) == len(uris), f"{name}: lists a record twice")
    again = [one.uri for one in spec.open(location, context).list() if isinstance(one, RecordRef)]
    require(uris == again, f"{name}: listed again it gives other records or another order")
    return refs


def _check_read(name: str, opened: HarvestSource, ref: RecordRef) -> None:
    what = f"source {name}: record {ref.uri}"
    kept = _through_json(what, ref)
    draft = opened.read(kept)
    require(isinstance(draft, RecordDraft), f"{what}: read gave a {type(draft).__name__}; it gives a RecordDraft")
    require(bool(draft.key) and bool(draft.digest), f"{what}: needs a key and a digest")
    _check_label(f"{what}: label", draft.label, required=True)
    _check_label(f"{what}: attribution", draft.attribution)
    for label, value in draft.metadata:
        _check_label(f"{what}: metadata", label)
        _check_label(f"{what}: metadata", value)
    require(all(_is_line(one) for one in draft.problems), f"{what}: each problem must be one line of text")
    require(bool(draft.items or draft.problems), f"{what}: has neither items nor a problem that says why")
    keys = [(item.key, item.selector) for item in draft.items]
    require(len(set(keys)) == len(keys), f"{what}: two items have the same key and selector")
    for item in draft.items:
        require(item.parent is None or item.parent in keys, f"{what}: item {item.key} is a part of what is not there")
        _check_item(f"{what}: item {item.key}", item)
    require(draft == opened.read(kept), f"{what}: read again, unchanged, it differs (digests must not)")


def _through_json(what: str, ref: RecordRef) -> RecordRef:
    """As the engine gives it back: kept as JSON between listing and reading."""
    try:
        return RecordRef(ref.uri, json.loads(json.dumps(dict(ref.hint))), ref.stamp)
    except TypeError as error:
        raise AssertionError(f"{what}: the hint cannot be kept as JSON ({error})") from error


def _check_item(what: str, item: ItemDraft) -> None:
    require(bool(item.key), f"{what}: needs a key")
    sized = isinstance(item.width, int) and isinstance(item.height, int) and item.width > 0 and item.height > 0
    require(
        sized or not item.searched, f"{what}: size {item.width} × {item.height} must be whole and positive, in pixels"
    )
    require(bool(item.image_digest) or not item.searched, f"{what}: needs an image_digest")
    _check_label(f"{what}: label", item.label)
    require(bool(SELECTOR.fullmatch(item.selector)), f"{what}: selector {item.selector!r} must be xywh=… or t=…")
    try:
        require(
            (bool(item.image) or not item.searched) and json.loads(json.dumps(dict(item.image))) == dict(item.image),
            "lists, not tuples",
        )
    except (TypeError, AssertionError) as error:
        raise AssertionError(f"{what}: the image must be kept as JSON ({error})") from error


def _check_label(what: str, label: LanguageMap, *, required: bool = False) -> None:
    formed = all(
        isinstance(language, str) and bool(language) and all(isinstance(text, str) for text in texts)
        for language, texts in label.items()
    )
    lists = not any(isinstance(texts, str) for texts in label.values())
    require(formed and lists, f"{what} must map languages to sequences of texts, like {{'fr': ('Carte',)}}")
    require(not required or any(any(texts) for texts in label.values()), f"{what} must hold a text")


def _check_broken(spec: SourceSpec, location: str, context: SourceContext) -> None:
    try:
        opened = spec.open(location, context)
        for ref in opened.list():
            if isinstance(ref, RecordRef):
                opened.read(ref)
    except SourceError as error:
        require(_is_line(str(error)), f"source {spec.name}: {location} fails without a reason in one line")
        return
    except Exception as error:
        problem = f"source {spec.name}: {location} raises {type(error).__name__}; a source raises SourceError only"
        raise AssertionError(problem) from error
    raise AssertionError(f"source {spec.name}: {location} is broken, but no SourceError says so")


def _is_line(text: str) -> bool:
    return bool(text.strip()) and "\n" not in text
