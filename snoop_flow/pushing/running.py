"""The verb: what is new or changed is sent, what was withdrawn is removed, and each answer is kept before the next.

Before anything leaves, the outbox says `sending`. Where a push was cut there, nobody knows whether the server has the
annotation, so the next push looks for it before it sends again. A server that is down, late or closed to us stops the
push, and the next one goes on; an annotation that it refuses is kept as failed, and tried again next time.

A person's verdict is an annotation of its own on the machine's, and travels behind it to targets that know such things.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from snoop_flow import jobs
from snoop_flow.entities import Annotation, Job, Unit
from snoop_flow.errors import SourceError
from snoop_flow.fetching import check_url
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.publishing.running import draft_of, extension_context
from snoop_flow.pushing.letters import Letter, Means, Receipt, Target
from snoop_flow.pushing.targets import open_target
from snoop_flow.reports import PushReport, PushTarget
from snoop_flow.store import classes, containers, outbox
from snoop_flow.store.containers import ASSESSMENT
from snoop_flow.store.outbox import Delivery, Sent
from snoop_flow.workspace import Workspace
from snoop_iiif import AnnotationDraft

BATCH = 200
MOST_REASONS = 20
_NUMBERS = ("sent", "updated", "removed", "unchanged", "verdicts")
_STOPS = frozenset({401, 403, 407, 429, 503})


def push(
    workspace: Workspace,
    target: str,
    *,
    classes_: Sequence[str] | None = None,
    kind: str = "",
    allow_hosts: Sequence[str] = (),
    progress: Progress | None = None,
) -> PushReport:
    """Send published annotations to an annotation server or a folder; safe to repeat.

    Args:
        target: address of a container or server, or a folder.
        classes_: only of these classes, by name or id.
        kind: `w3c`, `sas` or `files`; by default `files` for a folder, else `w3c`.
        allow_hosts: private servers that may be reached.

    Raises:
        UsageError: the target cannot be used.
        NotFoundError: no such class.
        SourceError: the server is down, late, or lets us not in; what it took is kept, and the next push goes on.
    """
    kind = kind or kind_of(target)
    with workspace.catalogue.read() as connection:
        ids = None if classes_ is None else [classes.find(connection, name).id for name in classes_]
    parameters = {"target": target, "kind": kind, "classes": ids, "allow_hosts": list(allow_hosts)}
    _open(workspace, parameters)  # says at once what does not suit
    job = jobs.run(workspace, PUSH, parameters, progress)
    return PushReport(job=job.id, target=target, **{name: job.report[name] for name in (*_NUMBERS, "failed")})


def push_targets(workspace: Workspace, class_name: str) -> list[PushTarget]:
    """The annotation servers that the settings name, and how many annotations of a class stand where at each.

    Raises:
        NotFoundError: no such class.
    """
    found: list[PushTarget] = []
    with workspace.catalogue.read() as connection:
        class_id = classes.find(connection, class_name).id
        for line in workspace.settings.push_targets:
            kind, _, address = line.rpartition(" ")
            standing = outbox.counts(connection, address, class_id)
            host = urlsplit(address).netloc
            found.append(PushTarget(address, kind or kind_of(address), (host,) if host else (), standing))
    return found


def kind_of(target: str) -> str:
    """What a target is by its form: a container at a web address, else a folder."""
    return "w3c" if target.startswith(("http://", "https://")) else "files"


def _open(workspace: Workspace, parameters: Payload) -> Target:
    """The target of a job; raises what does not suit."""
    target, kind = parameters["target"], parameters.get("kind") or kind_of(parameters["target"])
    if kind_of(target) == "w3c":
        check_url(target)
    return open_target(target, kind, _means(workspace, parameters.get("allow_hosts") or ()))


def _means(workspace: Workspace, allow_hosts: Sequence[str]) -> Means:
    token = workspace.settings.push_token
    return Means(workspace.fetcher(allow_hosts), token, extension_context(workspace.settings))


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    _open(workspace, job.parameters)
    with workspace.catalogue.read() as connection:
        named = job.parameters["classes"]
        wanted = None if named is None else [classes.find(connection, name).id for name in named]
    after = ""
    while True:
        with workspace.catalogue.read() as connection:
            ids = outbox.to_send(connection, job.parameters["target"], wanted, after, BATCH)
        if not ids:
            return
        yield {"ids": ids}
        after = ids[-1]


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    target, ids = job.parameters["target"], unit.payload["ids"]
    open_ = _open(workspace, job.parameters)
    with workspace.catalogue.read() as connection:
        found = containers.published(connection, ids)
        known = outbox.of_target(connection, target, [name for id_ in ids for name in (id_, id_ + ASSESSMENT)])
    counted: dict[str, Any] = dict.fromkeys(_NUMBERS, 0)
    failed: list[dict[str, str]] = []
    for id_ in ids:
        for letter, wanted in _letters(open_, draft_of(workspace.settings, found[id_]), found[id_], known):
            done = _Sending(workspace, target, open_, known.get(letter.id)).deliver(letter, wanted)
            verdict = letter.id.endswith(ASSESSMENT)
            if done not in counted:
                failed.append({"annotation": letter.id, "reason": done})
            elif not verdict or done != "unchanged":
                counted["verdicts" if verdict else done] += 1
    return {**counted, "failed": failed[:MOST_REASONS], "failures": len(failed)}


def _letters(
    open_: Target, draft: AnnotationDraft, kept: Annotation, known: Mapping[str, Sent]
) -> Iterator[tuple[Letter, bool]]:
    """An annotation and the verdict on it, each with whether it is to stand at the target.

    A verdict comes after what it is about, and goes before it: where the push is cut, nothing is left without it.
    """
    stands = kept.withdrawn_at is None
    letters = [(_letter(kept.id, draft, open_.write(draft)), stands)]
    verdict = open_.write_verdict(draft) if stands and draft.verdict is not None else None
    name = kept.id + ASSESSMENT
    if verdict is not None or name in known:
        about = replace(draft, id=draft.id + ASSESSMENT)
        letters.append((_letter(name, about, verdict or {}), verdict is not None))
    yield from letters if stands else reversed(letters)


def _letter(id_: str, draft: AnnotationDraft, document: Mapping[str, Any]) -> Letter:
    return Letter(id_, f"snoop-{hashlib.sha256(draft.id.encode()).hexdigest()[:24]}", draft, document)


class _Sending:
    """One annotation and the target."""

    def __init__(self, workspace: Workspace, target: str, open_: Target, known: Sent | None) -> None:
        self._workspace = workspace
        self._target = target
        self._open = open_
        self._known = known

    def deliver(self, letter: Letter, wanted: bool) -> str:
        """What was done, or why the target refuses this one; raises `SourceError` when the target refuses all."""
        digest = hashlib.sha256(json.dumps(letter.document, sort_keys=True).encode()).hexdigest()
        try:
            return self._send(letter, digest) if wanted else self._withdraw(letter)
        except SourceError as error:
            receipt = Receipt(self._known.receipt, self._known.etag) if self._known else Receipt("")
            if error.answered is None or error.answered in _STOPS or error.answered >= 500:
                raise
            self._enter(letter, Delivery.FAILED, "", receipt, error.reason)
            return error.reason

    def _send(self, letter: Letter, digest: str) -> str:
        known = self._known
        receipt = Receipt(known.receipt, known.etag) if known and known.receipt else None
        if known and receipt and known.state is Delivery.SENT and known.digest == digest:
            return "unchanged"
        if receipt is None and known is not None and known.state in (Delivery.SENDING, Delivery.FAILED):
            receipt = self._open.find(letter)
        self._enter(letter, Delivery.SENDING, digest, receipt or Receipt(""))
        given = self._open.replace(letter, receipt) if receipt else self._open.create(letter)
        self._enter(letter, Delivery.SENT, digest, given)
        return "updated" if receipt else "sent"

    def _withdraw(self, letter: Letter) -> str:
        known = self._known
        if known is not None and known.state is Delivery.WITHDRAWN:
            return "unchanged"
        receipt = Receipt(known.receipt) if known and known.receipt else self._open.find(letter)
        if receipt is not None:
            self._open.remove(receipt)
        self._enter(letter, Delivery.WITHDRAWN, "", Receipt(""))
        return "removed"

    def _enter(self, letter: Letter, state: Delivery, digest: str, receipt: Receipt, error: str = "") -> None:
        tries = (self._known.tries if self._known else 0) + 1
        values = {"state": state, "digest": digest, "receipt": receipt.uri, "etag": receipt.etag}
        with self._workspace.catalogue.write() as connection:
            outbox.enter(connection, self._target, letter.id, {**values, "error": error[:500], "tries": tries})


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    numbers = {name: sum(report[name] for report in reports) for name in _NUMBERS}
    failed = [one for report in reports for one in report["failed"]][:MOST_REASONS]
    return {**numbers, "failed": failed, "failures": sum(report["failures"] for report in reports)}


PUSH = Verb("push", _plan, _do_unit, _finish)
