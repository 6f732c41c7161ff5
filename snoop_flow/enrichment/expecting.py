"""What an enrichment will take, by what the last ones took here."""

from __future__ import annotations

from snoop_flow import jobs
from snoop_flow.entities import JobState
from snoop_flow.reports import ExpectedCost
from snoop_flow.workspace import Workspace

MOST_JOBS = 200  # looked through for an enrichment
MANY = 5  # the newest of them that count


def expected_cost(workspace: Workspace, scores: int) -> ExpectedCost | None:
    """Seconds and energy of scoring so many items × classes; None where no enrichment ran here yet.

    The newest enrichments count by how much they scored, so that many small ones, which take mostly what any job takes,
    do not make a large one look slow.
    """
    ran = [
        job
        for job in jobs.latest(workspace, MOST_JOBS)
        if job.kind == "enrich" and job.state is JobState.DONE and job.report.get("scored") and job.cost
    ][:MANY]
    scored = sum(job.report["scored"] for job in ran)
    if not scored:
        return None
    seconds, joules = (sum(job.cost[name] for job in ran) / scored * scores for name in ("seconds", "joules"))
    return ExpectedCost(seconds, joules, len(ran))
