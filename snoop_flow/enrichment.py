"""Enrichment: an exact full pass of classes over the corpus; what scores enough becomes a proposal.

Every item is scored on its vector, never through an approximate index. Marks are respected: an item that a curator
marked positive is accepted in their name, one marked negative is never proposed, and is rejected in their name if it
was accepted before. The machine overwrites no verdict.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from snoop_flow import jobs
from snoop_flow.entities import ClassModel, Job, SetKind, Status, Unit, VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import Mask
from snoop_flow.regions.merging import merge_proposals
from snoop_flow.reports import EnrichReport
from snoop_flow.searching import scope_mask
from snoop_flow.store import classes, collections, embeddings, marks, predictions
from snoop_flow.store.rows import chunks, now
from snoop_flow.vectors import VectorSet
from snoop_flow.workspace import Workspace

UNIT_ROWS = 100_000


def enrich(
    workspace: Workspace,
    names: Sequence[str],
    *,
    collection: str | None = None,
    threshold: float | None = None,
    progress: Progress | None = None,
) -> EnrichReport:
    """Score the whole corpus with classes and keep what reaches the threshold as proposals.

    Args:
        names: classes, by name or id; each needs a model.
        collection: slug of the only collection to enrich.
        threshold: score from which on an item is proposed; by default each class's own.

    Raises:
        UsageError: a class has no model yet.
    """
    with workspace.catalogue.read() as connection:
        ids = [classes.find(connection, name).id for name in names]
    parameters = {"names": ids, "collection": collection, "threshold": threshold}
    job = jobs.run(workspace, ENRICH, parameters, progress)
    return EnrichReport(job=job.id, **{name: job.report[name] for name in _REPORTED})


_REPORTED = ("scored", "predicted", "items_per_second")


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    if not job.parameters["names"]:
        raise UsageError("no class given; name the classes to enrich with")
    for name in job.parameters["names"]:
        found, model = class_and_model(workspace, name)
        with workspace.catalogue.read() as connection:
            if job.parameters["collection"]:
                collections.by_slug(connection, job.parameters["collection"])
            known = embeddings.set_by_id(connection, found.set_id)
        threshold = job.parameters["threshold"]
        common = {
            "class": found.id,
            "version": model.version,
            "threshold": model.threshold if threshold is None else float(threshold),
        }
        # ranges of item numbers stay right when shards are merged meanwhile
        numbers = np.sort(workspace.vectors(known).numbers)
        for start in range(0, len(numbers), UNIT_ROWS):
            part = numbers[start : start + UNIT_ROWS]
            yield {**common, "first": int(part[0]), "last": int(part[-1])}


def class_and_model(workspace: Workspace, name: str, version: int | None = None) -> tuple[VisualClass, ClassModel]:
    """A class with a version of its model.

    Raises:
        UsageError: it has none yet.
    """
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id, version)
    if model is None:
        raise UsageError(
            f"class {found.name} has no model yet; mark a positive, then run: snoop-flow class fit {found.name!r}"
        )
    return found, model


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    started = time.perf_counter()
    payload = unit.payload
    found, model = class_and_model(workspace, payload["class"], payload["version"])
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_id(connection, found.set_id)
        present = marks.current(connection, found.id)
        authors = marks.authors(connection, found.id)
    view = workspace.vectors(known)
    inside = (view.numbers >= payload["first"]) & (view.numbers <= payload["last"])
    inside &= scope_mask(workspace, view, job.parameters["collection"])
    rows = _score(view, inside, model, payload["threshold"], present)
    proposals = [_row(job, found, model, number, score, present, authors) for number, score in rows]
    for part in chunks(proposals):
        with workspace.catalogue.write() as connection:
            predictions.propose(connection, part)
    with workspace.catalogue.write() as connection:
        predictions.reject_marked(connection, found.id)
    return {"scored": int(inside.sum()), "predicted": len(rows), "seconds": time.perf_counter() - started}


def _score(
    view: VectorSet, inside: Mask, model: ClassModel, threshold: float, present: Mapping[int, int]
) -> list[tuple[int, float]]:
    """(item number, score) of what is to be proposed."""
    weights = np.frombuffer(model.weights, "<f4")
    kept: list[tuple[int, float]] = []
    start = 0
    for block in view.blocks():
        here = slice(start, start + len(block))
        start += len(block)
        if not inside[here].any():
            continue
        scores = block @ weights + np.float32(model.bias)
        numbers = view.numbers[here]
        positive = np.isin(numbers, [number for number, value in present.items() if value == 1])
        negative = np.isin(numbers, [number for number, value in present.items() if value == -1])
        rows = np.flatnonzero(inside[here] & ~negative & ((scores >= threshold) | positive))
        kept += zip(numbers[rows].tolist(), scores[rows].tolist(), strict=True)
    return kept


def _row(
    job: Job,
    found: VisualClass,
    model: ClassModel,
    number: int,
    score: float,
    present: Mapping[int, int],
    authors: Mapping[int, str],
) -> dict[str, Any]:
    marked = present.get(number) == 1
    return {
        "class_id": found.id,
        "item": number,
        "version": model.version,
        "score": score,
        "status": Status.ACCEPTED if marked else Status.PROPOSED,
        "decided_by": authors[number] if marked else None,
        "decided_at": now() if marked else None,
        "job_id": job.id,
    }


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    slug = job.parameters["collection"]
    with workspace.catalogue.write() as connection:
        scope = collections.by_slug(connection, slug).id if slug else None
        for name in job.parameters["names"]:
            predictions.withdraw_stale(connection, classes.find(connection, name).id, job.id, scope)
    merged = sum(merge_proposals(workspace, class_id) for class_id in _of_regions(workspace, job))
    scored = sum(report["scored"] for report in reports)
    seconds = sum(report["seconds"] for report in reports)
    return {
        "classes": list(job.parameters["names"]),
        "scored": scored,
        "predicted": sum(report["predicted"] for report in reports) - merged,
        "items_per_second": round(scored / seconds, 1) if seconds else 0.0,
    }


def _of_regions(workspace: Workspace, job: Job) -> list[str]:
    """The classes of a job that know parts of images, by id."""
    with workspace.catalogue.read() as connection:
        found = [classes.find(connection, name) for name in job.parameters["names"]]
        kinds = [embeddings.set_by_id(connection, one.set_id).kind for one in found]
    return [one.id for one, kind in zip(found, kinds, strict=True) if kind is SetKind.REGION]


ENRICH = Verb("enrich", _plan, _do_unit, _finish)
