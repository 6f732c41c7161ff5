"""The verb, and what it reports."""

from __future__ import annotations

from collections.abc import Sequence

from snoop_flow import jobs
from snoop_flow.classes.costs import charge_enrichment
from snoop_flow.enrichment.finishing import finish_classes
from snoop_flow.enrichment.planning import checked, plan
from snoop_flow.enrichment.scoring import do_unit
from snoop_flow.entities import Job
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.reports import EnrichedClass, EnrichReport
from snoop_flow.store import classes, collections
from snoop_flow.workspace import Workspace

SUMS = ("scored", "skipped", "predicted", "uncertain", "withdrawn")


def enrich(
    workspace: Workspace,
    names: Sequence[str],
    *,
    collection: str | None = None,
    threshold: float | None = None,
    floor: float | None = None,
    most: int | None = None,
    everything: bool = False,
    progress: Progress | None = None,
) -> EnrichReport:
    """Score the corpus with classes and keep what reaches the threshold as proposals.

    Only what is new is scored: all items for a new version of a class or a lower threshold, else those embedded since.

    Args:
        names: classes, by name or id; each needs a model.
        collection: slug of the only collection to enrich.
        threshold: score from which on an item is proposed; by default each class's own.
        floor: lower score from which on an item is proposed as uncertain: for people to look at, never published
            before somebody accepted it.
        most: proposals of each class that may wait for review; the best are kept.
        everything: score all items again.

    Raises:
        UsageError: a class has no model yet, its vectors are gone, or a number makes no sense.
    """
    with workspace.catalogue.read() as connection:
        ids = [one.id for one in classes.find_all(connection, names)]
    parameters = {
        "names": ids,
        "collection": collection,
        "threshold": threshold,
        "floor": floor,
        "most": most,
        "everything": everything,
    }
    job = jobs.run(workspace, ENRICH, checked(parameters), progress)  # checked before a job is kept
    each = tuple(EnrichedClass(**one) for one in job.report["classes"])
    sums = {name: job.report[name] for name in (*SUMS, "items_per_second")}
    return EnrichReport(job=job.id, classes=each, cost=job.cost, **sums)


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    slug, passes = job.parameters["collection"], [one for report in reports for one in report["passes"]]
    counts = _counts(reports)
    with workspace.catalogue.write() as connection:
        scope = collections.by_slug(connection, slug).id if slug else None
        each = finish_classes(connection, job, passes, scope, counts)
    seconds = jobs.busy_seconds(reports)
    scored = sum(one["scored"] for one in each)
    return {
        "classes": each,
        **{name: sum(one[name] for one in each) for name in SUMS},
        "rescored": sum(report["rescored"] for report in reports),
        "workers": len({report["worker"] for report in reports}),
        "items_per_second": round(scored / seconds, 1) if seconds else 0.0,
    }


def _counts(reports: Sequence[Payload]) -> dict[str, dict[str, int]]:
    """Class id → what the units say of it, added up."""
    counts: dict[str, dict[str, int]] = {}
    for report in reports:
        for class_id, mine in report["counts"].items():
            sums = counts.setdefault(class_id, {"scored": 0, "predicted": 0})
            for name, value in mine.items():
                sums[name] += value
    return counts


# while one unit is written, the next one is scored
ENRICH = Verb("enrich", plan, do_unit, _finish, at_once=2, charge=charge_enrichment)
