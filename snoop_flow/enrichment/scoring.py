"""One unit: a range of items × classes, scored exactly and kept in one transaction; or the marked items of a set."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from snoop_flow.entities import Job, Unit
from snoop_flow.errors import NotFoundError
from snoop_flow.jobs import Payload
from snoop_flow.plugin_types import FloatArray, RowArray
from snoop_flow.searching.running import scope_mask
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
    return {
        "passes": payload.get("passes", []),
        "counts": counts,
        "rescored": rescored,
        "span": [began, time.time()],
        "worker": f"{socket.gethostname()}:{os.getpid()}",
    }


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
        question = _question(connection, payload["classes"])
        touched = proposals.marked(connection, ids, payload["first"], payload["last"])
    reached = view.reaching(rows, *question)
    ends = np.searchsorted(reached.columns, np.arange(len(ids) + 1))
    found = []
    for place, (class_id, version, _) in enumerate(payload["classes"]):
        here = slice(ends[place], ends[place + 1])
        numbers, scores = view.numbers[reached.rows[here]], reached.scores[here]
        if class_id in touched:  # they have a unit of their own
            others = ~np.isin(numbers, touched[class_id])
            numbers, scores = numbers[others], scores[others]
        if payload["most"] is not None and len(scores) > payload["most"]:
            best = np.sort(np.lexsort((numbers, -scores))[: payload["most"]])
            numbers, scores = numbers[best], scores[best]
        found.append(Proposals(class_id, version, job.id, numbers.tolist(), scores.tolist()))
    # items are never deleted, only classes are
    with workspace.catalogue.write(trusting=True) as connection:
        _check(classes.existing(connection, ids), ids)
        proposals.propose(connection, found)
    if 3 * view.dimension * len(view) > RESIDENT_BYTES:
        view.release(rows)
    return {one.class_id: {"scored": len(rows), "predicted": len(one.items)} for one in found}, reached.rescored


def _question(
    connection: Connection, asked: Sequence[tuple[str, int, float]]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights (C, D), biases and floors (C,) of (class id, version, floor)."""
    planes = classes.hyperplanes(connection, [(class_id, version) for class_id, version, _ in asked])
    _check({class_id for class_id, _ in planes}, [class_id for class_id, *_ in asked])
    mine = [planes[class_id, version] for class_id, version, _ in asked]
    weights = np.stack([np.frombuffer(one, "<f4") for one, _ in mine])
    return weights, np.array([bias for _, bias in mine], np.float32), np.array([f for *_, f in asked], np.float32)


def _check(existing: Collection[str], wanted: Sequence[str]) -> None:
    for class_id in wanted:
        if class_id not in existing:
            raise NotFoundError(f"class {class_id} was deleted while it was applied; run the enrichment without it")


# --- items that somebody marked ----------------------------------------------------------------------------------


def _marked(workspace: Workspace, job: Job, view: VectorSet, passes: Sequence[Mapping[str, Any]]) -> tuple[Counts, int]:
    """Accept what is marked positive; propose what is marked neither way, as its score says."""
    counts: Counts = {}
    rescored = 0
    with workspace.catalogue.read() as connection:
        touched = proposals.marked(connection, [one["class"] for one in passes], 0, 2**63 - 1)
    inside = scope_mask(workspace, view, job.parameters["collection"]) if touched else np.zeros(0, bool)
    for one in (one for one in passes if one["class"] in touched):
        rows = np.sort(view.rows_of(touched[one["class"]]))
        rows = rows[rows >= 0]
        reached, predicted = _marked_of(workspace, job, view, rows[inside[rows]], one)
        counts[one["class"]] = {"predicted": predicted}
        rescored += reached.rescored
    return counts, rescored


def _marked_of(
    workspace: Workspace, job: Job, view: VectorSet, rows: RowArray, one: Mapping[str, Any]
) -> tuple[Reached, int]:
    with workspace.catalogue.read() as connection:
        said = marks.decisive(connection, one["class"])
        question = _question(connection, [(one["class"], one["version"], -np.inf)])
    reached = view.reaching(rows, *question)
    scored = dict(zip(view.numbers[reached.rows].tolist(), reached.scores.tolist(), strict=True))
    positive = [number for number in scored if number in said and said[number].value == 1]
    floor = np.float32(one["floor"])
    unsure = [number for number, score in scored.items() if number not in said and score >= floor]
    with workspace.catalogue.write() as connection:
        proposals.propose(connection, [_proposals(job, one, unsure, scored)])
        accepted = proposals.accept_marked(connection, _proposals(job, one, positive, scored), said)
        proposals.reject_marked(connection, one["class"], said)
    return reached, accepted + len(unsure)


def _proposals(job: Job, one: Mapping[str, Any], numbers: Sequence[int], scored: Mapping[int, float]) -> Proposals:
    return Proposals(one["class"], one["version"], job.id, numbers, [scored[number] for number in numbers])
