"""Harvesting: locations → records → item rows.

One unit is a batch of records. A record whose source document is unchanged is only seen, so nothing of it is embedded
again; what a complete harvest no longer meets is marked as gone, never deleted. Inaccessible is not gone: only an
explicit "gone" answer withdraws a record that is still listed (IIIF Change Discovery 1.0, 3.3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from snoop_flow import jobs
from snoop_flow.entities import Collection, Job, Source, Unit
from snoop_flow.errors import FailureKind, SourceError, UsageError
from snoop_flow.fetching import Fetched, Fetcher
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import HarvestSource, ItemDraft, ListingFailure, RecordDraft, RecordRef
from snoop_flow.reports import FailedThing, HarvestReport
from snoop_flow.store import collections, failures, records
from snoop_flow.store import jobs as unit_store
from snoop_flow.store.rows import chunks, now, opaque_id
from snoop_flow.workspace import Workspace

STAGE = "harvest"
COUNTS = ("records", "items", "new", "changed", "unchanged")


def harvest(
    workspace: Workspace,
    locations: Sequence[str],
    *,
    collection: str | None = None,
    source: str | None = None,
    limit: int | None = None,
    allow_hosts: Sequence[str] = (),
    progress: Progress | None = None,
) -> HarvestReport:
    """Read the records of some locations into the catalogue.

    Args:
        locations: addresses or folders; the source type is recognised unless `source` names it.
        collection: slug of the collection to fill; by default named after the first location.
        limit: at most this many records of each location (nothing is marked as gone then).
        allow_hosts: private hosts, as `host` or `host:port`, that these sources may reach from now on.

    Raises:
        SourceError: nothing at all could be read.
        PluginError: no source can read a location.
    """
    parameters = {
        "locations": [_absolute(location) for location in locations],
        "collection": collection,
        "source": source,
        "limit": limit,
        "allow_hosts": sorted(allow_hosts),
    }
    job = jobs.run(workspace, HARVEST, parameters, progress)
    failed = tuple(FailedThing(**one) for one in job.report["failed"])
    return HarvestReport(job=job.id, cost=job.cost, **{**job.report, "failed": failed})


def _absolute(location: str) -> str:
    path = Path(location).expanduser()
    return str(path.resolve()) if path.exists() else location


# --- planning ----------------------------------------------------------------------------------------------------


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    parameters = job.parameters
    if not parameters["locations"]:
        raise UsageError("no location given; say what to harvest: an address or a folder")
    slug = parameters["collection"] or slug_of(parameters["locations"][0])
    institution = workspace.user().institution_id
    for location in parameters["locations"]:
        spec = workspace.host.source_for(location, parameters["source"])
        with workspace.catalogue.write() as connection:
            collection = collections.ensure(connection, institution, slug, title_of(location, slug))
            source = collections.ensure_source(
                connection, collection.id, location, spec.name, parameters["allow_hosts"]
            )
        yield from _plan_source(workspace, source, parameters["limit"])


def _plan_source(workspace: Workspace, source: Source, limit: int | None) -> Iterator[Payload]:
    refs, failed, complete = _listed(workspace, source, limit)
    common = {"source": source.id, "complete": complete}
    yield {**common, "refs": [], "failed": failed}
    for part in chunks(refs, workspace.settings.harvest_batch):
        yield {**common, "refs": [[ref.uri, dict(ref.hint)] for ref in part], "failed": []}


def _listed(
    workspace: Workspace, source: Source, limit: int | None
) -> tuple[list[RecordRef], list[dict[str, str]], bool]:
    """What a source lists, what it could not list, and whether the list is complete."""
    refs: list[RecordRef] = []
    failed: list[dict[str, str]] = []
    try:
        for listed in _open(workspace, source).list():
            if isinstance(listed, ListingFailure):
                failed.append({"uri": listed.uri, "kind": listed.kind, "reason": listed.reason})
            elif limit is not None and len(refs) == limit:
                return refs, failed, False
            else:
                refs.append(listed)
    except SourceError as error:  # the other locations go on
        failed.append({"uri": error.uri, "kind": error.kind, "reason": error.reason})
    return refs, failed, not failed


def slug_of(location: str) -> str:
    """A collection's default name in URLs: the host, or the folder's name."""
    host = urlsplit(location).hostname if "://" in location else Path(location).name
    plain = unicodedata.normalize("NFKD", host or "").encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "collection"


def title_of(location: str, slug: str) -> str:
    """A collection's default title."""
    return slug if "://" in location else Path(location).name or slug


# --- doing -------------------------------------------------------------------------------------------------------


class _Context:
    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def fetch(self, url: str, accept: str) -> Fetched:
        return self._fetcher.get(url, accept=accept)


def _open(workspace: Workspace, source: Source) -> HarvestSource:
    spec = workspace.host.source_for(source.location, source.type)
    return spec.open(source.location, _Context(workspace.fetcher()))


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    with workspace.catalogue.read() as connection:
        source = collections.source_by_id(connection, unit.payload["source"])
    opened = _open(workspace, source)
    report: dict[str, Any] = dict.fromkeys(COUNTS, 0)
    report["failed"] = list(unit.payload["failed"])
    for uri, hint in unit.payload["refs"]:
        try:
            draft = opened.read(RecordRef(uri, hint))
        except SourceError as error:
            report["failed"].append(_keep_failure(workspace, source, uri, error))
            continue
        with workspace.catalogue.write() as connection:
            _add(report, _save(connection, workspace, source, uri, draft))
        report["failed"] += [{"uri": uri, "kind": "invalid", "reason": why} for why in draft.problems]
    return report


def _keep_failure(workspace: Workspace, source: Source, uri: str, error: SourceError) -> dict[str, str]:
    with workspace.catalogue.write() as connection:
        failures.keep(connection, STAGE, uri, error.kind, error.reason)
        if error.kind is not FailureKind.GONE:
            records.touch(connection, [record_id(source, uri)], now())
    return {"uri": uri, "kind": error.kind, "reason": error.reason}


def record_id(source: Source, key: str) -> str:
    """A record's id: the same for the same document in the same collection, for ever."""
    return opaque_id("record", source.collection_id, key)


def _save(connection: Connection, workspace: Workspace, source: Source, uri: str, draft: RecordDraft) -> dict[str, int]:
    failures.clear(connection, STAGE, [uri])
    # the id follows what the source lists, so that a failure can be laid to the same record
    id_ = record_id(source, uri)
    counts = {"records": 1, "items": len(draft.items)}
    if records.digest(connection, id_) == draft.digest:
        records.touch(connection, [id_], now())
        return {**counts, "unchanged": 1}
    outcome = "changed" if records.known(connection, id_) else "new"
    public = workspace.settings.public_url.rstrip("/")
    values = _record_values(id_, source, draft, f"{public}/iiif/manifests/{id_}" if draft.local else draft.key)
    items = [_item_values(id_, draft, public, place, one) for place, one in enumerate(draft.items)]
    records.save(connection, values, list({one["id"]: one for one in items}.values()))
    return {**counts, outcome: 1}


def _record_values(id_: str, source: Source, draft: RecordDraft, uri: str) -> dict[str, Any]:
    texts = [*_texts(draft.label), *(text for pair in draft.metadata for text in _texts(pair[1]))]
    return {
        "id": id_,
        "collection_id": source.collection_id,
        "source_id": source.id,
        "uri": uri,
        "label": _json(draft.label),
        "metadata": [[_json(label), _json(value)] for label, value in draft.metadata],
        "rights": draft.rights,
        "attribution": _json(draft.attribution),
        "homepage": draft.homepage,
        "version": draft.version,
        "digest": draft.digest,
        "local": draft.local,
        "words": " ".join(texts),
        "harvested_at": now(),
    }


def _item_values(record: str, draft: RecordDraft, public: str, place: int, item: ItemDraft) -> dict[str, Any]:
    id_ = opaque_id("item", record, item.key, item.selector)
    return {
        "id": id_,
        "record_id": record,
        "parent": None,
        "kind": item.kind,
        "uri": f"{public}/iiif/canvases/{id_}" if draft.local else item.key,
        "selector": item.selector,
        "label": _json(item.label),
        "width": item.width,
        "height": item.height,
        "position": place,
        "image": dict(item.image),
        "image_digest": item.image_digest,
        "words": " ".join(_texts(item.label)),
    }


def _json(label: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {language: list(texts) for language, texts in label.items()}


def _texts(label: Mapping[str, Sequence[str]]) -> list[str]:
    return [text for texts in label.values() for text in texts]


def _add(report: dict[str, Any], counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        report[name] += count


# --- finishing ---------------------------------------------------------------------------------------------------


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    started = job.started_at or job.created_at
    with workspace.catalogue.read() as connection:
        listed = {one["source"]: one["complete"] for one in unit_store.payloads(connection, job.id)}
        sources = [collections.source_by_id(connection, id_) for id_ in listed]
    gone = sum(_close_source(workspace, one, started, listed[one.id]) for one in sources)
    report: dict[str, Any] = {name: sum(one[name] for one in reports) for name in COUNTS}
    failed = [failure for one in reports for failure in one["failed"]]
    if failed and not report["records"]:
        first = failed[0]
        raise SourceError(FailureKind(first["kind"]), first["uri"], first["reason"])
    slug = _collection_of(workspace, sources[0]).slug if sources else ""
    return {"collection": slug, **report, "gone": gone, "failed": failed}


def _close_source(workspace: Workspace, source: Source, started: datetime, complete: bool) -> int:
    with workspace.catalogue.write() as connection:
        collections.harvested(connection, source.id, now())
        return records.withdraw_unseen(connection, source.id, started, now()) if complete else 0


def _collection_of(workspace: Workspace, source: Source) -> Collection:
    with workspace.catalogue.read() as connection:
        return collections.by_id(connection, source.collection_id)


HARVEST = Verb("harvest", _plan, _do_unit, _finish)
