"""When all units are done: what no longer holds is withdrawn, the cap is kept, and what was seen is entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from snoop_flow.enrichment.planning import pass_of
from snoop_flow.entities import Job, SetKind
from snoop_flow.regions.merging import merge_proposals
from snoop_flow.store import classes, embeddings, enrichments, proposals

NOTHING = {"scored": 0, "predicted": 0}


def finish_classes(
    connection: Connection,
    job: Job,
    passes: Sequence[Mapping[str, Any]],
    scope: str | None,
    counts: Mapping[str, Mapping[str, int]],
) -> list[dict[str, Any]]:
    """Finish an enrichment in the caller's transaction; what came of each class, for the job's report.

    Args:
        passes: how each class was to be applied, see `planning`.
        scope: id of the only collection, or None.
        counts: class id → `scored` and `predicted` of the units.
    """
    names = {one.id: one.name for one in classes.find_all(connection, [one["class"] for one in passes])}
    kinds = {one.id: one.kind for one in embeddings.sets(connection, None)}
    seen, each = [], []
    for planned in passes:
        withdrawn, merged, uncertain, threshold = _tidied(connection, job, planned, scope, kinds)
        whole = scope or enrichments.EVERYWHERE
        seen.append(
            enrichments.Enriched(planned["class"], whole, planned["version"], threshold, epoch=planned["epoch"])
        )
        told = {name: planned[name] for name in ("version", "threshold", "floor", "skipped")}
        told |= {"visual_class": planned["class"], "name": names[planned["class"]]}
        told |= {**NOTHING, **counts.get(planned["class"], {}), "uncertain": uncertain, "withdrawn": withdrawn}
        each.append({**told, "predicted": told["predicted"] - merged})
    enrichments.keep(connection, seen)
    return each


def _tidied(
    connection: Connection, job: Job, planned: Mapping[str, Any], scope: str | None, kinds: Mapping[int, SetKind]
) -> tuple[int, int, int, float]:
    """(proposals withdrawn, merged, uncertain ones left, score from which on every item has a prediction now)."""
    one = pass_of(planned, job.id, scope)
    # where nothing waited when this was planned there is nothing to find, which takes as long as to write it
    withdrawn = proposals.withdraw_stale(connection, one) if planned["waiting"] else 0
    merged = 0
    if kinds[one.set_id] is SetKind.REGION:
        merged = merge_proposals(connection, one.class_id)
    threshold = one.floor
    if planned["most"] is not None:
        dropped, least = proposals.keep_best(connection, one, planned["most"])
        withdrawn += dropped
        threshold = threshold if least is None else max(threshold, least)
    return withdrawn, merged, proposals.flag_uncertain(connection, one, planned["threshold"]), threshold
