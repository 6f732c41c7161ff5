"""The verb: plan, read a batch of records, close the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from snoop_flow import jobs
from snoop_flow.entities import Collection, Job, Source, Unit
from snoop_flow.errors import ConflictError, FailureKind, SourceError
from snoop_flow.harvesting.lending import Lent, UnchangedError
from snoop_flow.harvesting.planning import STAGE, absolute, failure_of, opened, plan, record_id, wait_before_retry
from snoop_flow.harvesting.saving import Known, Read, known_records, save_all
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import HarvestSource, RecordRef
from snoop_flow.reports import FailedThing, HarvestReport
from snoop_flow.store import aliases, collections, failures, records
from snoop_flow.store import jobs as unit_store
from snoop_flow.store.rows import now
from snoop_flow.workspace import Workspace

COUNTS = ("records", "items", "new", "changed", "unchanged", "skipped", "gone")


def harvest(
    workspace: Workspace,
    locations: Sequence[str],
    *,
    collection: str | None = None,
    source: str | None = None,
    limit: int | None = None,
    allow_hosts: Sequence[str] = (),
    full: bool = False,
    progress: Progress | None = None,
) -> HarvestReport:
    """Read the records of some locations into the catalogue.

    Args:
        locations: addresses or folders; the source type is recognised unless `source` names it.
        collection: slug of the collection to fill; by default named after the first location.
        limit: at most this many records of each location (nothing is marked as gone then).
        allow_hosts: private hosts, as `host` or `host:port`, that these sources may reach from now on.
        full: list everything, also of a source that can tell what changed since the last harvest.

    Raises:
        SourceError: nothing at all could be read.
        PluginError: no source can read a location.
        ConflictError: the job was paused or cancelled meanwhile.
    """
    parameters = {
        "locations": [absolute(location) for location in locations],
        "collection": collection,
        "source": source,
        "limit": limit,
        "allow_hosts": sorted(allow_hosts),
    }
    return _report(jobs.run(workspace, HARVEST, parameters | ({"full": True} if full else {}), progress))


def retry(
    workspace: Workspace, *, host: str | None = None, early: bool = False, progress: Progress | None = None
) -> HarvestReport:
    """Read again what failed, where another try may help.

    Args:
        host: only what lies there.
        early: also before its time, and what only a change by somebody can have mended.
    """
    parameters = {"locations": [], "retry": {"host": host, "early": early}}
    return _report(jobs.run(workspace, HARVEST, parameters, progress))


def _report(job: Job) -> HarvestReport:
    if "failed" not in job.report:
        raise ConflictError(f"job {job.id} was {job.state} before it was done; the same harvest goes on from there")
    failed = tuple(FailedThing(**one) for one in job.report["failed"])
    return HarvestReport(job=job.id, cost=job.cost, **{**job.report, "failed": failed})


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    payload = unit.payload
    with workspace.catalogue.write() as connection:
        source = collections.source_by_id(connection, payload["source"])
        deleted = payload.get("gone", ())
        other = aliases.records_of(connection, source.collection_id, deleted)
        ids = [other.get(uri) or record_id(source, uri) for uri in deleted]
        gone = records.withdraw(connection, ids, now())
    report: dict[str, Any] = {**dict.fromkeys(COUNTS, 0), "gone": gone, "failed": list(payload["failed"])}
    refs = [RecordRef(uri, hint, stamp) for uri, hint, stamp in payload["refs"]]
    if not refs:
        return report
    known = known_records(workspace, source, refs)
    lent = Lent(workspace.fetcher())
    reader = _Reader(workspace, source, lent)
    read, failed = [], []
    for ref in refs:
        try:
            read.append(reader.read(ref, known[ref.uri]))
        except SourceError as error:
            failed.append((ref, error))
    with workspace.catalogue.write() as connection:
        for name, count in save_all(connection, workspace.settings.public_url, source, read).items():
            report[name] += count
        _keep_failures(workspace, connection, source, known, failed)
    report["failed"] += [failure_of(ref.uri, error) for ref, error in failed]
    for one in read:
        problems = one.draft.problems if one.draft else ()
        report["failed"] += [{"uri": one.ref.uri, "kind": "invalid", "reason": why} for why in problems]
    return report


class _Reader:
    """Reads records of one source, unless what is known of them says that they did not change."""

    def __init__(self, workspace: Workspace, source: Source, lent: Lent) -> None:
        self._lent = lent
        self._spec = workspace.host.source_for(source.location, source.type)
        self._workspace, self._of = workspace, source
        self._source: HarvestSource | None = None

    def read(self, ref: RecordRef, known: Known) -> Read:
        same_reader = known.live and known.validator.get("reader") == self._spec.reader
        if same_reader and ref.stamp and known.validator.get("stamp") == ref.stamp:
            return Read(ref, known, None, known.validator)
        if self._source is None:
            self._source = opened(self._workspace, self._of, self._lent)
        with self._lent.reading(known.validator if same_reader else {}):
            try:
                draft = self._source.read(ref)
            except UnchangedError:
                return Read(ref, known, None, {**known.validator, "stamp": ref.stamp})
            facts = {**self._lent.validator(), "reader": self._spec.reader, "stamp": ref.stamp}
        return Read(ref, known, draft, facts)


def _keep_failures(
    workspace: Workspace,
    connection: Any,
    source: Source,
    known: Mapping[str, Known],
    failed: Sequence[tuple[RecordRef, SourceError]],
) -> None:
    for ref, error in failed:
        wait = wait_before_retry(error)
        due = None if wait is None else now() + timedelta(seconds=wait)
        failures.keep(
            connection, STAGE, ref.uri, error.kind, error.reason, retry_at=due, source_id=source.id, hint=ref.hint
        )
    passing = [known[ref.uri].id for ref, error in failed if error.kind is not FailureKind.GONE]
    records.touch(connection, passing, now())


# --- finishing ---------------------------------------------------------------------------------------------------


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    started = job.started_at or job.created_at
    with workspace.catalogue.read() as connection:
        payloads = unit_store.payloads(connection, job.id)
        complete = {one["source"]: one["complete"] for one in payloads}
        reached = {one["source"]: one["checkpoint"] for one in payloads if "checkpoint" in one}
        sources = [collections.source_by_id(connection, id_) for id_ in complete]
    report: dict[str, Any] = {name: sum(one[name] for one in reports) for name in COUNTS}
    report["gone"] += sum(_close(workspace, one, started, complete[one.id], reached.get(one.id)) for one in sources)
    failed = [failure for one in reports for failure in one["failed"]]
    if failed and not (report["records"] or report["gone"] or "retry" in job.parameters):
        first = failed[0]
        raise SourceError(FailureKind(first["kind"]), first["uri"], first["reason"])
    slug = _collection_of(workspace, sources[0]).slug if sources else ""
    return {"collection": slug, **report, "failed": failed}


def _close(
    workspace: Workspace, source: Source, started: datetime, complete: bool, checkpoint: Mapping[str, Any] | None
) -> int:
    with workspace.catalogue.write() as connection:
        collections.harvested(connection, source.id, now(), checkpoint)
        return records.withdraw_unseen(connection, source.id, started, now()) if complete else 0


def _collection_of(workspace: Workspace, source: Source) -> Collection:
    with workspace.catalogue.read() as connection:
        return collections.by_id(connection, source.collection_id)


# one unit waits for a server while the other one reads and writes
HARVEST = Verb("harvest", plan, _do_unit, _finish, at_once=2)
