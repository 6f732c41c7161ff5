"""What a harvest has to read: what its sources list, and what failed before and may be tried again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from snoop_flow.entities import Failure, Job, Source
from snoop_flow.errors import FailureKind, SourceError, UsageError
from snoop_flow.fetching import Fetcher
from snoop_flow.jobs import Payload
from snoop_flow.plugin_types import (
    Checkpoint,
    HarvestSource,
    Listed,
    ListingFailure,
    RecordGone,
    RecordMoved,
    RecordRef,
)
from snoop_flow.reading import Lent
from snoop_flow.store import aliases, collections, failures
from snoop_flow.store.rows import chunks, opaque_id
from snoop_flow.workspace import Workspace

STAGE = "harvest"
UNITS_OF_LARGE = 64  # that the records of a large harvest make at least


def plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    """The units of a harvest: of each source first what its list says, then the records by batches.

    Raises:
        UsageError: nothing to harvest.
    """
    if "retry" in job.parameters:
        yield from _plan_retry(workspace, job.parameters["retry"])
        return
    locations = job.parameters["locations"]
    if not locations:
        raise UsageError("no location given; say what to harvest: an address or a folder")
    slug = job.parameters["collection"] or slug_of(locations[0])
    institution = workspace.user().institution_id
    for location in locations:
        spec = workspace.host.source_for(location, job.parameters["source"])
        with workspace.catalogue.write() as connection:
            collection = collections.ensure(connection, institution, slug, title_of(location, slug))
            source = collections.ensure_source(
                connection, collection.id, location, spec.name, job.parameters["allow_hosts"]
            )
        yield from _plan_source(workspace, source, job.parameters["limit"], job.parameters.get("full", False))


@dataclass(slots=True)
class _List:
    """What a source lists."""

    refs: dict[str, RecordRef] = field(default_factory=dict)
    failed: list[dict[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    checkpoint: Mapping[str, Any] | None = None
    partial: bool = False
    cut: bool = False

    def take(self, one: Listed) -> None:
        match one:
            case RecordRef():
                self.refs[one.uri] = one  # of a record that changed twice, the last change counts
            case ListingFailure():
                self.failed.append({"uri": one.uri, "kind": one.kind, "reason": one.reason})
            case RecordGone():
                self.refs.pop(one.uri, None)
                self.gone.append(one.uri)
            case RecordMoved():
                self.moved.append((one.uri, one.to))
            case Checkpoint():
                self.checkpoint, self.partial = dict(one.value), one.partial


def _plan_source(workspace: Workspace, source: Source, limit: int | None, full: bool) -> Iterator[Payload]:
    found = _listed(workspace, source, limit, full)
    whole = not (found.failed or found.cut)
    refs = list(found.refs.values())
    if found.partial:  # what failed before is not listed again unless it changed
        with workspace.catalogue.read() as connection:
            missed = failures.of_source(connection, source.id)
        refs += [RecordRef(one.subject, one.hint) for one in missed if one.retry_at and one.subject not in found.refs]
    common = {"source": source.id, "complete": whole and not found.partial}
    # before any unit reads what moved; the units of a job are done in no particular order
    with workspace.catalogue.write() as connection:
        for uri, to in found.moved:
            aliases.moved(connection, source.collection_id, record_id(source, uri), to)
    first: dict[str, Any] = {**common, "refs": [], "failed": found.failed, "gone": found.gone}
    if whole and found.checkpoint is not None:
        first["checkpoint"] = found.checkpoint
    yield first
    for part in chunks(refs, _unit_size(workspace, source, len(refs))):
        yield {**common, "refs": [[ref.uri, dict(ref.hint), ref.stamp, ref.only_new] for ref in part], "failed": []}


def _unit_size(workspace: Workspace, source: Source, records: int) -> int:
    """Records in a unit: a batch, and in a large harvest of what is near up to four, since each unit has its price.

    A killed process leaves three units at most, so that less than a twentieth of such a harvest is read again.
    """
    batch = workspace.settings.harvest_batch
    if not near(source, workspace.fetcher()):
        return batch
    return max(batch, min(records // UNITS_OF_LARGE, 4 * batch))


def near(source: Source, fetcher: Fetcher) -> bool:
    """Whether a source lies on one's own disk or server, so that a processor is what limits its reading."""
    if re.match("https?://", source.location, re.IGNORECASE) is None:
        return Path(source.location).exists()
    try:
        return fetcher.unhurried(source.location)
    except SourceError:
        return False


def _listed(workspace: Workspace, source: Source, limit: int | None, full: bool) -> _List:
    found = _List()
    try:
        for one in opened(workspace, source, Lent(workspace.fetcher(), None if full else source.checkpoint)).list():
            if limit is not None and isinstance(one, RecordRef) and len(found.refs) == limit:
                found.cut = True
                break
            found.take(one)
    except SourceError as error:  # the other locations go on
        found.failed.append({"uri": error.uri, "kind": error.kind, "reason": error.reason})
    return found


def _plan_retry(workspace: Workspace, wanted: Mapping[str, Any]) -> Iterator[Payload]:
    with workspace.catalogue.read() as connection:
        due = failures.to_retry(connection, STAGE, wanted.get("host"), early=bool(wanted.get("early")))
    by_source: dict[str, list[Failure]] = {}
    for one in due:
        by_source.setdefault(one.source_id, []).append(one)
    for source, found in by_source.items():
        for part in chunks(found, workspace.settings.harvest_batch):
            refs = [[one.subject, dict(one.hint), ""] for one in part]
            yield {"source": source, "complete": False, "refs": refs, "failed": []}


def record_id(source: Source, key: str) -> str:
    """A record's id: the same for the same document in the same collection, for ever."""
    return opaque_id("record", source.collection_id, key)


def opened(workspace: Workspace, source: Source, context: Lent) -> HarvestSource:
    """A source, opened; raises `SourceError` or `PluginError`."""
    return workspace.host.source_for(source.location, source.type).open(source.location, context)


def absolute(location: str) -> str:
    """A location as it is kept: folders by their whole path."""
    path = Path(location).expanduser()
    try:
        return str(path.resolve()) if path.exists() else location
    except OSError:  # a text too long for a path
        return location


def slug_of(location: str) -> str:
    """A collection's default name in URLs: the host, or the folder's name."""
    host = urlsplit(location).hostname if "://" in location else Path(location).name
    plain = unicodedata.normalize("NFKD", host or "").encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "collection"


def title_of(location: str, slug: str) -> str:
    """A collection's default title."""
    return slug if "://" in location else Path(location).name or slug


def failure_of(uri: str, error: SourceError) -> dict[str, str]:
    """A failure as reports list it."""
    return {"uri": uri, "kind": str(error.kind), "reason": error.reason}


def wait_before_retry(error: SourceError) -> float | None:
    """Seconds after which another try is worth it; None where waiting does not help."""
    if error.kind not in (FailureKind.TRANSIENT, FailureKind.BLOCKED):
        return None
    return error.retry_after or (86_400.0 if error.kind is FailureKind.BLOCKED else 900.0)
