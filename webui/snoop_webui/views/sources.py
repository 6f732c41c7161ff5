"""Sources: where the corpus comes from, and harvesting more of it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow import SnoopError, Workspace
from snoop_flow.entities import Job, JobState
from snoop_flow.errors import UsageError
from snoop_flow.harvesting import Analysis
from snoop_webui import current
from snoop_webui.ingesting import digest, ingest
from snoop_webui.scheduling import WHEN, change_schedule, schedules

SHOWN = ("harvest", "harvest_videos", "embed", "segment", "index")  # kinds of jobs
pages = Blueprint("sources", __name__, url_prefix="/sources")


@pages.get("")
def index() -> str:
    """The form that harvests, what was harvested, and what failed."""
    return _page()


@pages.post("/analyse")
def analyse() -> str:
    """The same with a look at a source; it is posted, so that no link elsewhere makes this server ask an address."""
    location, hosts = request.form.get("location", "").strip(), _hosts(request.form.get("allow_hosts", ""))
    found, refused = _analysed(location, hosts) if location else (None, "")
    return _page(location=location, allow_hosts=" ".join(hosts), analysis=found, refused=refused)


@pages.get("/analyse")
def analysed() -> Answer:
    """A look is not kept, so its address leads to the form."""
    return redirect(url_for("sources.index"), 303)


def _page(location: str = "", allow_hosts: str = "", analysis: Analysis | None = None, refused: str = "") -> str:
    workspace = current.workspace()
    return render_template(
        "sources.html",
        collections={one.collection.id: one for one in workspace.collections()},
        sources=workspace.sources(),
        schedules=schedules(workspace.folder),
        failures=workspace.failures(limit=50),
        hosts=workspace.failures_by_host(),
        now=datetime.now(UTC),
        status=workspace.status(),
        abilities=workspace.abilities(),
        outcomes=_outcomes(workspace),
        jobs=[job for job in workspace.jobs(100) if job.kind in SHOWN][:8],
        location=location,
        allow_hosts=allow_hosts,
        analysis=analysis,
        refused=refused,
        back_to=url_for("sources.index"),
    )


def _outcomes(workspace: Workspace) -> dict[str, Job]:
    """The last harvest of each location that came to its end."""
    found: dict[str, Job] = {}
    for job in workspace.jobs(300):
        locations = job.parameters.get("locations") or ()
        if job.kind == "harvest" and job.state is JobState.DONE:
            for one in locations:
                found.setdefault(one, job)
    return found


def _analysed(location: str, hosts: list[str]) -> tuple[Analysis | None, str]:
    """A look at a location, or the reason why there is nothing to see."""
    try:
        return current.workspace().analyse(location, allow_hosts=hosts), ""
    except SnoopError as error:
        return None, str(error)


@pages.post("")
def harvest() -> Answer:
    """Harvest what was named, then embed and index it."""
    locations = [line.strip() for line in request.form.get("locations", "").splitlines() if line.strip()]
    if not locations:
        raise UsageError(_("give the address of a manifest or collection, or the path of a folder"))
    parameters = {
        "locations": locations,
        "collection": request.form.get("collection", "").strip() or None,
        "limit": _limit(request.form.get("limit", "")),
        "allow_hosts": _hosts(request.form.get("allow_hosts", "")),
    }
    job = ingest(current.workspace(), parameters)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@pages.post("/schedule")
def schedule() -> Answer:
    """Harvest a source again and again, or no more."""
    folder, name = current.workspace().folder, request.form.get("name", "").strip()
    if request.form.get("remove"):
        change_schedule(folder, [name, "--remove"])
    else:
        cron = WHEN.get(request.form.get("when", ""), request.form.get("cron", "").strip())
        asked = [name, "--source", request.form.get("location", ""), "--cron", cron]
        if collection := request.form.get("collection", "").strip():
            asked += ["--collection", collection]
        for host in _hosts(request.form.get("allow_hosts", "")):
            asked += ["--allow-host", host]
        change_schedule(folder, asked)
    return redirect(url_for("sources.index"), 303)


@pages.post("/retry")
def retry() -> Answer:
    """Read again what failed at a host, also before its time: somebody asks for it."""
    workspace, wanted = current.workspace(), {"host": request.form.get("host", ""), "early": True}
    if request.form.get("stage") == "video":
        cutting = workspace.start_videos(retry=wanted)
        return redirect(url_for("jobs.show", job_id=cutting.id) if cutting else url_for("sources.index"), 303)
    job = workspace.start_job("harvest", {"retry": wanted})
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@pages.post("/embed")
def embed() -> Answer:
    """Embed and index what lacks it."""
    job = digest(current.workspace())
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@pages.post("/segment")
def segment() -> Answer:
    """Cut the images of a corpus into parts."""
    job = current.workspace().start_job("segment", {"collection": request.form.get("collection") or None})
    return redirect(url_for("jobs.show", job_id=job.id), 303)


def _hosts(given: str) -> list[str]:
    return given.replace(",", " ").split()


def _limit(given: str) -> int | None:
    if not given.strip():
        return None
    try:
        limit = int(given)
    except ValueError as error:
        raise UsageError(_("the largest number of records must be a whole number")) from error
    if limit < 1:
        raise UsageError(_("the largest number of records must be at least 1"))
    return limit
