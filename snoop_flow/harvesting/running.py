"""The verb: plan, read a batch of records, close the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from snoop_flow import jobs
from snoop_flow.entities import Collection, Job, Source, Unit
from snoop_flow.errors import ConflictError, FailureKind, SourceError
from snoop_flow.fetching import Fetcher
from snoop_flow.harvesting.planning import (
    STAGE,
    absolute,
    failure_of,
    near,
    opened,
    plan,
    record_id,
    wait_before_retry,
)
from snoop_flow.harvesting.saving import Known, Read, known_records, save_all
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import RecordRef, SourceSpec
from snoop_flow.processes.garbage import old_objects_at_rest
from snoop_flow.reading import Lent, Order, Outcome, Wanted, read_each
from snoop_flow.reports import FailedThing, HarvestReport
from snoop_flow.store import aliases, collections, failures, records
from snoop_flow.store import jobs as unit_store
from snoop_flow.store.rows import chunks, now
from snoop_flow.workspace import Workspace

MANY_UNITS = 16  # open ones that are worth another process, which takes half a second of a processor to start
MANY_ITEMS = 10_000  # that are kept in memory before they are written, some 20 MB
COUNTS = ("records", "items", "new", "changed", "unchanged", "skipped", "gone")

Failed = tuple[RecordRef, SourceError]


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
    with old_objects_at_rest():  # which else were a fifth of what the writing process does
        return _read_and_write(workspace, job, unit.payload)


def _read_and_write(workspace: Workspace, job: Job, payload: Payload) -> Payload:
    with workspace.catalogue.read() as connection:
        source = collections.source_by_id(connection, payload["source"])
    gone = _withdraw(workspace, source, payload.get("gone", ()))
    report: dict[str, Any] = {**dict.fromkeys(COUNTS, 0), "gone": gone, "failed": list(payload["failed"])}
    refs = [RecordRef(*one) for one in payload["refs"]]
    known = known_records(workspace, source, refs)
    for read, failed in _batches(workspace, job, source, refs, known):
        with workspace.catalogue.write(trusting=True, waiting=False) as connection:
            # is there still; all else that rows refer to is written here
            collections.source_by_id(connection, source.id)
            for name, count in save_all(connection, workspace.settings.public_url, source, read).items():
                report[name] += count
            _keep_failures(connection, source, known, failed)
        report["failed"] += [failure_of(ref.uri, error) for ref, error in failed]
        for one in read:
            problems = one.draft.problems if one.draft else ()
            report["failed"] += [{"uri": one.ref.uri, "kind": "invalid", "reason": why} for why in problems]
    return report


def _withdraw(workspace: Workspace, source: Source, deleted: Sequence[str]) -> int:
    """Mark as gone what a list says was deleted; returns how many records were there."""
    if not deleted:
        return 0
    with workspace.catalogue.write() as connection:
        other = aliases.records_of(connection, source.collection_id, deleted)
        ids = [other.get(uri) or record_id(source, uri) for uri in deleted]
        return records.withdraw(connection, ids, now())


def _batches(
    workspace: Workspace, job: Job, source: Source, refs: Sequence[RecordRef], known: Mapping[str, Known]
) -> Iterator[tuple[list[Read], list[Failed]]]:
    """What was read, by what is written at once: the whole unit, unless its records have very many items."""
    read: list[Read] = []
    failed: list[Failed] = []
    fetcher = workspace.fetcher()
    for part in chunks(refs, workspace.settings.harvest_batch):
        some, others = _read(workspace, fetcher, job, source, part, known)
        read, failed = read + some, failed + others
        if sum(len(one.draft.items) for one in read if one.draft) >= MANY_ITEMS:
            yield read, failed
            read, failed = [], []
    if read or failed:
        yield read, failed


def _read(
    workspace: Workspace,
    fetcher: Fetcher,
    job: Job,
    source: Source,
    refs: Sequence[RecordRef],
    known: Mapping[str, Known],
) -> tuple[list[Read], list[Failed]]:
    """Read records of one source, unless what is known of them says that they did not change."""
    spec = workspace.host.source_for(source.location, source.type)
    read, wanted = [], []
    for ref in refs:
        before = known[ref.uri]
        same_reader = before.live and before.validator.get("reader") == spec.reader
        if (ref.only_new and before.live) or (same_reader and ref.stamp and before.validator.get("stamp") == ref.stamp):
            read.append(Read(ref, before, None, before.validator))
        else:
            wanted.append(Wanted(ref, before.validator if same_reader else {}))
    failed = []
    for one, outcome in zip(wanted, _outcomes(workspace, fetcher, job, source, spec, wanted), strict=True):
        if outcome.failure is not None:
            failed.append((one.ref, outcome.failure))
        else:
            facts = {**outcome.validator, "reader": spec.reader, "stamp": one.ref.stamp}
            read.append(Read(one.ref, known[one.ref.uri], outcome.draft, facts))
    return read, failed


def _outcomes(
    workspace: Workspace, fetcher: Fetcher, job: Job, source: Source, spec: SourceSpec, wanted: Sequence[Wanted]
) -> list[Outcome]:
    if near(source, fetcher):
        order = Order(spec.open, source.location, fetcher.policy, workspace.turns.folder, wanted)
        many = job.total - job.done >= MANY_UNITS
        if (found := workspace.readers.read(order, starting=many)) is not None:
            return found
    lent = Lent(fetcher)
    return read_each(cache(lambda: opened(workspace, source, lent)), lent, wanted)


def _keep_failures(connection: Any, source: Source, known: Mapping[str, Known], failed: Sequence[Failed]) -> None:
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
    workspace.readers.rest()
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


# one unit is written while others are read, here or in two processes, or wait for their server
HARVEST = Verb("harvest", plan, _do_unit, _finish, at_once=3)
