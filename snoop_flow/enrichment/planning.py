"""What has to be scored: for each class the vectors that no enrichment by its present version has seen.

A unit is a range of item numbers × all classes of an embedding set that have the same to see. Ranges of item numbers
stay right when shards are merged meanwhile. The first unit of a set has no range: it is for the items that were marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from snoop_flow.entities import ClassModel, EmbeddingSet, Job, VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.jobs import Payload
from snoop_flow.searching.running import scope_mask
from snoop_flow.store import classes, collections, embeddings, enrichments, proposals
from snoop_flow.workspace import Workspace

LARGEST = float(np.finfo(np.float32).max)


def plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    """The payloads of an enrichment's units.

    Raises:
        UsageError: what is asked makes no sense, or a class cannot be applied.
        NotFoundError: no such class or collection.
    """
    asked = checked(job.parameters)
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, asked["collection"]).id if asked["collection"] else None
        sets = {one.id: one for one in embeddings.sets(connection, None)}
        passes = _passes(connection, asked, job.id, sets, scope)
    for set_id in dict.fromkeys(one["set"] for one in passes):
        mine = [one for one in passes if one["set"] == set_id]
        yield from _units(workspace, sets[set_id], mine, asked["collection"])


def checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """An enrichment's parameters, those left out with their defaults; raises `UsageError`."""
    asked = {"collection": None, "threshold": None, "floor": None, "most": None, "everything": False, **parameters}
    if not asked["names"]:
        raise UsageError("no class given; name the classes to enrich with")
    for name in ("threshold", "floor"):
        value = asked[name]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise UsageError(f"{name} {value!r}: is no number")
        if value is not None and not abs(value) <= LARGEST:
            raise UsageError(f"{name} {value}: give a finite score, such as 0.2")
    most = asked["most"]
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
        raise UsageError(f"most {most!r}: give the number of proposals to keep of each class, 1 or more")
    return asked


def _passes(
    connection: Connection, asked: Mapping[str, Any], job_id: str, sets: Mapping[int, EmbeddingSet], scope: str | None
) -> list[dict[str, Any]]:
    """How each class is to be applied, as small JSON."""
    found = classes.find_all(connection, asked["names"])
    models = classes.models_of(connection, [(one.id, one.version) for one in found])
    waiting = proposals.waiting(connection, [one.id for one in found])
    passes = [_pass(asked, one, models.get((one.id, one.version)), sets[one.set_id]) for one in found]
    known = enrichments.seen(connection, [one.id for one in found], scope or enrichments.EVERYWHERE)
    for one in passes:
        one["waiting"] = one["class"] in waiting
        if not asked["everything"]:
            one["since"] = _since(connection, one, known.get(one["class"], []), job_id, scope)
    return passes


def _pass(
    asked: Mapping[str, Any], found: VisualClass, model: ClassModel | None, known: EmbeddingSet
) -> dict[str, Any]:
    if model is None:
        raise UsageError(
            f"class {found.name} has no model yet; mark a positive, then run: snoop-flow class fit {found.name!r}"
        )
    threshold = float(model.threshold if asked["threshold"] is None else asked["threshold"])
    floor = threshold if asked["floor"] is None else float(asked["floor"])
    if floor > threshold:
        raise UsageError(f"floor {floor:g} lies above the threshold of class {found.name}, {threshold:g}; lower it")
    common = {"class": found.id, "version": model.version, "threshold": threshold, "floor": floor}
    return {**common, "set": known.id, "epoch": known.epoch, "most": asked["most"], "since": None}


def _since(
    connection: Connection,
    one: Mapping[str, Any],
    known: Sequence[enrichments.Enriched],
    job_id: str,
    scope: str | None,
) -> int | None:
    """The epoch up to which everything that this enrichment would keep is there; None where nothing is known."""
    for seen in known:
        if seen.version != one["version"]:
            continue
        if seen.threshold <= one["floor"]:
            return seen.epoch
        # an earlier cap left out what scores less; as many as are wanted may still be there
        before = pass_of({**one, "since": seen.epoch, "floor": seen.threshold}, job_id, scope)
        if one["most"] is not None and proposals.standing(connection, before) >= one["most"]:
            return seen.epoch
    return None


def pass_of(one: Mapping[str, Any], job_id: str, scope: str | None) -> proposals.Pass:
    """A pass as the store takes it."""
    floor = float(np.float32(one["floor"]))  # as scores are kept
    return proposals.Pass(
        one["class"], one["version"], one["set"], job_id, floor, scope, since=one["since"], epoch=one["epoch"]
    )


def _units(
    workspace: Workspace, known: EmbeddingSet, passes: Sequence[Mapping[str, Any]], collection: str | None
) -> Iterator[Payload]:
    view = workspace.vectors(known)
    if not len(view):
        raise UsageError(
            f"there are no vectors of the backbone {known.backbone}, on which the class was taught; "
            f"run: snoop-flow embed --backbone {known.backbone}"
        )
    everything = np.sort(view.numbers[scope_mask(workspace, view, collection)])
    numbers: dict[int | None, NDArray[np.int64]] = {}
    for since in {one["since"] for one in passes}:
        numbers[since] = everything if since is None else _newer(workspace, known, since, everything)
    told = [{**one, "skipped": len(everything) - len(numbers[one["since"]])} for one in passes]
    yield {"set": known.id, "passes": told}
    rows = max(1, workspace.settings.enrich_batch)
    for since, mine in numbers.items():
        floors = [[one["class"], one["version"], one["floor"]] for one in passes if one["since"] == since]
        for start in range(0, len(mine), rows):
            part = mine[start : start + rows]
            bounds = {"first": int(part[0]), "last": int(part[-1])}
            yield {"set": known.id, "since": since, "classes": floors, "most": passes[0]["most"], **bounds}


def _newer(workspace: Workspace, known: EmbeddingSet, since: int, everything: NDArray[np.int64]) -> NDArray[np.int64]:
    with workspace.catalogue.read() as connection:
        numbers = np.array(embeddings.newer(connection, known.id, since), np.int64)
    return np.intersect1d(numbers, everything, assume_unique=True)
