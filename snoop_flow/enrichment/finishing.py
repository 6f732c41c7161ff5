"""When all units are done: what no longer holds is withdrawn, the cap is kept, and what was seen is entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from snoop_flow.enrichment.planning import pass_of
from snoop_flow.entities import Job, SetKind
from snoop_flow.regions.merging import merge_proposals
from snoop_flow.store import classes, embeddings, enrichments, proposals


def finish_class(
    connection: Connection, job: Job, planned: Mapping[str, Any], scope: str | None, counts: Mapping[str, int]
) -> dict[str, Any]:
    """Finish one class, in the caller's transaction; what came of it, for the job's report.

    Args:
        planned: how the class was to be applied, see `planning`.
        counts: `scored` and `predicted` of the units.
    """
    one = pass_of(planned, job.id, scope)
    proposals.reject_marked(connection, one.class_id)
    withdrawn = proposals.withdraw_stale(connection, one)
    merged = 0
    if embeddings.set_by_id(connection, one.set_id).kind is SetKind.REGION:
        merged = merge_proposals(connection, one.class_id)
    threshold = one.floor
    if planned["most"] is not None:
        dropped, least = proposals.keep_best(connection, one, planned["most"])
        withdrawn += dropped
        threshold = threshold if least is None else max(threshold, least)
    uncertain = proposals.flag_uncertain(connection, one, planned["threshold"])
    known = enrichments.Enriched(one.class_id, scope or enrichments.EVERYWHERE, one.version, threshold, epoch=one.epoch)
    enrichments.keep(connection, known)
    found = classes.find(connection, one.class_id)
    return {
        "visual_class": found.id,
        "name": found.name,
        "version": one.version,
        "threshold": planned["threshold"],
        "floor": planned["floor"],
        "scored": counts["scored"],
        "skipped": planned["skipped"],
        "predicted": counts["predicted"] - merged,
        "uncertain": uncertain,
        "withdrawn": withdrawn,
    }
