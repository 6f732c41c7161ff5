"""One unit: a range of items × classes, scored exactly and kept in one transaction; or the marked items of a set."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from snoop_flow.entities import ClassModel, Job, Unit
from snoop_flow.errors import NotFoundError
from snoop_flow.jobs import Payload
from snoop_flow.plugin_types import RowArray
from snoop_flow.searching import scope_mask
from snoop_flow.store import classes, embeddings, marks, proposals
from snoop_flow.store.proposals import Proposals
from snoop_flow.vectors import Reached, VectorSet
from snoop_flow.workspace import Workspace

RESIDENT_BYTES = 1 << 30  # sets larger than this let go of the memory of each unit


def do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    """Do one unit; what it wrote before a kill is written over, not beside.

    Raises:
        NotFoundError: a class is gone.
    """
    began, payload = time.time(), unit.payload
    with workspace.catalogue.read() as connection:
        view = workspace.vectors(embeddings.set_by_id(connection, payload["set"]))
    if "passes" in payload:
        counts, rescored = _marked(workspace, job, view, payload["passes"])
    else:
        counts, rescored = _range(workspace, job, view, payload)
    span = [began, time.time()]
    return {"passes": payload.get("passes", []), "counts": counts, "rescored": rescored, "span": span}


Counts = dict[str, dict[str, int]]


def _range(workspace: Workspace, job: Job, view: VectorSet, payload: Mapping[str, Any]) -> tuple[Counts, int]:
    ids = [class_id for class_id, _, _ in payload["classes"]]
    rows = view.rows_between(payload["first"], payload["last"])
    if job.parameters["collection"]:
        rows = rows[scope_mask(workspace, view, job.parameters["collection"])[rows]]
    with workspace.catalogue.read() as connection:
        if payload["since"] is not None:
            new = embeddings.newer(connection, payload["set"], payload["since"], payload["first"], payload["last"])
            rows = rows[np.isin(view.numbers[rows], new)]
        models = _models(connection, [(class_id, version) for class_id, version, _ in payload["classes"]])
        touched = proposals.marked(connection, ids, payload["first"], payload["last"])
    reached = _reached(view, rows, models, [floor for _, _, floor in payload["classes"]])
    ends = np.searchsorted(reached.columns, np.arange(len(ids) + 1))
    found = []
    for place, model in enumerate(models):
        here = slice(ends[place], ends[place + 1])
        numbers, scores = view.numbers[reached.rows[here]], reached.scores[here]
        if model.class_id in touched:  # they have a unit of their own
            others = ~np.isin(numbers, touched[model.class_id])
            numbers, scores = numbers[others], scores[others]
        if payload["most"] is not None and len(scores) > payload["most"]:
            best = np.sort(np.lexsort((numbers, -scores))[: payload["most"]])
            numbers, scores = numbers[best], scores[best]
        found.append(Proposals(model.class_id, model.version, job.id, numbers.tolist(), scores.tolist()))
    with workspace.catalogue.write() as connection:
        proposals.propose(connection, found)
    if 3 * view.dimension * len(view) > RESIDENT_BYTES:
        view.release(rows)
    return {one.class_id: {"scored": len(rows), "predicted": len(one.items)} for one in found}, reached.rescored


def _models(connection: Connection, wanted: Sequence[tuple[str, int]]) -> list[ClassModel]:
    found = classes.models_of(connection, wanted)
    for class_id, version in wanted:
        if (class_id, version) not in found:
            raise NotFoundError(f"class {class_id} was deleted while it was applied; run the enrichment without it")
    return [found[one] for one in wanted]


def _reached(view: VectorSet, rows: RowArray, models: Sequence[ClassModel], floors: Sequence[float]) -> Reached:
    weights = np.stack([np.frombuffer(model.weights, "<f4") for model in models])
    biases = np.array([model.bias for model in models], np.float32)
    return view.reaching(rows, weights, biases, np.array(floors, np.float32))


# --- items that somebody marked ----------------------------------------------------------------------------------


def _marked(workspace: Workspace, job: Job, view: VectorSet, passes: Sequence[Mapping[str, Any]]) -> tuple[Counts, int]:
    """Accept what is marked positive; propose what is marked neither way, as its score says."""
    counts: Counts = {}
    rescored = 0
    inside = scope_mask(workspace, view, job.parameters["collection"])
    for one in passes:
        class_id = one["class"]
        with workspace.catalogue.read() as connection:
            touched = proposals.marked(connection, [class_id], 0, 2**63 - 1).get(class_id, [])
            values, authors = marks.current(connection, class_id), marks.authors(connection, class_id)
            models = _models(connection, [(class_id, one["version"])])
        rows = np.sort(view.rows_of(touched))
        rows = rows[rows >= 0]
        rows = rows[inside[rows]]
        reached = _reached(view, rows, models, [-np.inf])
        rescored += reached.rescored
        scored = dict(zip(view.numbers[reached.rows].tolist(), reached.scores.tolist(), strict=True))
        positive = [number for number in scored if values.get(number) == 1]
        floor = np.float32(one["floor"])
        unsure = [number for number, score in scored.items() if not values.get(number) and score >= floor]
        with workspace.catalogue.write() as connection:
            kept = _proposals(job, models[0], unsure, scored)
            proposals.propose(connection, [kept])
            accepted = proposals.accept_marked(connection, _proposals(job, models[0], positive, scored), authors)
        counts[class_id] = {"predicted": accepted + len(unsure)}
    return counts, rescored


def _proposals(job: Job, model: ClassModel, numbers: Sequence[int], scored: Mapping[int, float]) -> Proposals:
    return Proposals(model.class_id, model.version, job.id, numbers, [scored[number] for number in numbers])
