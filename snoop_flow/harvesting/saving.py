"""From what a source read to rows: records, items, and the other addresses of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import Source
from snoop_flow.errors import IntegrityError
from snoop_flow.harvesting.planning import STAGE, record_id
from snoop_flow.plugin_types import ItemDraft, RecordDraft, RecordRef
from snoop_flow.store import aliases, failures, records
from snoop_flow.store.rows import now, opaque_id
from snoop_flow.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a record before it is read again.

    Attributes:
        live: it was there at the last harvest.
        validator: tells that its document did not change; empty for a new record.
    """

    id: str
    live: bool = False
    ever: bool = False
    digest: str = ""
    validator: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """A record as it was read now; without a draft where it was not necessary to read it."""

    ref: RecordRef
    known: Known
    draft: RecordDraft | None
    validator: Mapping[str, str]


def known_records(workspace: Workspace, source: Source, refs: Sequence[RecordRef]) -> dict[str, Known]:
    """What is kept of records, by the URI they are listed with."""
    with workspace.catalogue.read() as connection:
        other = aliases.records_of(connection, source.collection_id, [ref.uri for ref in refs])
        # the id follows what the source lists, so that a failure can be laid to the same record
        ids = {ref.uri: other.get(ref.uri) or record_id(source, ref.uri) for ref in refs}
        kept = records.kept(connection, list(ids.values()))
    found = {}
    for uri, id_ in ids.items():
        row = kept.get(id_)
        found[uri] = Known(id_, row.gone_at is None, True, row.digest, row.validator) if row else Known(id_)
    return found


def save_all(connection: Connection, public_url: str, source: Source, read: Sequence[Read]) -> Counter[str]:
    """Enter a batch of records; returns the counts of a harvest's report."""
    counts: Counter[str] = Counter(records=len(read))
    failures.clear(connection, STAGE, [one.ref.uri for one in read])
    public = public_url.rstrip("/")
    seen, new = [], []
    other: dict[str, dict[str, str]] = {}
    for one in read:
        if one.draft is None or (one.known.live and one.known.digest == one.draft.digest):
            counts["unchanged"] += 1
            counts["skipped"] += one.draft is None
            seen.append(one)
            continue
        counts["changed" if one.known.ever else "new"] += 1
        values, items, other[one.known.id] = _rows(public, source, one, one.draft)
        if one.known.ever:
            records.save(connection, values, items)
            counts["items"] += records.count_items(connection, [one.known.id])  # keyframes stay, which no source lists
        else:
            new.append((values, items))
            counts["items"] += sum(item.searched for item in one.draft.items)
    records.add(connection, new)
    aliases.keep(connection, source.collection_id, other)
    at = now()
    records.touch(connection, [one.known.id for one in seen], at)
    records.validate(connection, {one.known.id: one.validator for one in seen if one.validator != one.known.validator})
    counts["items"] += records.count_items(connection, [one.known.id for one in seen])
    return counts


def _rows(
    public: str, source: Source, one: Read, draft: RecordDraft
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]:
    """The values of a record, those of its items, and the other URIs of these."""
    id_ = one.known.id
    described = {(item.key, item.selector): item for item in draft.items}
    rows = [
        _item_values(id_, draft, public, place, item, _canvas(described, item))
        for place, item in enumerate(draft.items)
    ]
    uris = {item.key: row["uri"] for row, item in zip(rows, draft.items, strict=True)}
    values = _record_values(id_, source, draft, f"{public}/iiif/manifests/{id_}" if draft.local else draft.key)
    values["media"] = [{**one, "canvas": uris.get(one.get("canvas", ""), one.get("canvas"))} for one in draft.media]
    other = {uri: row["id"] for row, item in zip(rows, draft.items, strict=True) for uri in item.aliases}
    return {**values, "validator": dict(one.validator)}, list({row["id"]: row for row in rows}.values()), other


def _record_values(id_: str, source: Source, draft: RecordDraft, uri: str) -> dict[str, Any]:
    texts = [*_texts(draft.label), *(text for pair in draft.metadata for text in _texts(pair[1]))]
    return {
        "id": id_,
        "collection_id": source.collection_id,
        "source_id": source.id,
        "uri": uri,
        "label": dict(draft.label),
        "metadata": [[dict(label), dict(value)] for label, value in draft.metadata],
        "rights": draft.rights,
        "attribution": dict(draft.attribution),
        "homepage": draft.homepage,
        "version": draft.version,
        "digest": draft.digest,
        "local": draft.local,
        "quirks": list(draft.quirks),
        "words": " ".join(texts),
        "harvested_at": now(),
    }


def _id(record: str, item: ItemDraft) -> str:
    return opaque_id("item", record, item.key, item.selector)


def _item_values(
    record: str, draft: RecordDraft, public: str, place: int, item: ItemDraft, canvas: ItemDraft
) -> dict[str, Any]:
    return {
        "id": _id(record, item),
        "record_id": record,
        "parent": None if item.parent is None else opaque_id("item", record, *item.parent),
        "kind": item.kind,
        "uri": f"{public}/iiif/canvases/{_id(record, canvas)}" if draft.local else canvas.uri or canvas.key,
        "selector": item.selector,
        "label": dict(item.label),
        "width": item.width,
        "height": item.height,
        "position": place,
        "image": dict(item.image),
        "image_digest": item.image_digest,
        "searched": item.searched,
        "words": " ".join(_texts(item.label)),
    }


def _canvas(described: Mapping[tuple[str, str], ItemDraft], item: ItemDraft) -> ItemDraft:
    """The canvas that an item is, or is a part of."""
    for _ in described:
        if item.parent is None:
            return item
        if item.parent not in described:
            break
        item = described[item.parent]
    raise IntegrityError(f"item {item.key} {item.selector} is a part of {item.parent}, which leads to no canvas")


def _texts(label: Mapping[str, Sequence[str]]) -> list[str]:
    return [text for texts in label.values() for text in texts]
