"""Sources: where the corpus comes from, and harvesting more of it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import UsageError
from snoop_webui import current
from snoop_webui.ingesting import digest, ingest

pages = Blueprint("sources", __name__, url_prefix="/sources")


@pages.get("")
def index() -> str:
    """The form that harvests, what was harvested, what failed."""
    workspace = current.workspace()
    collections = workspace.collections()
    return render_template(
        "sources.html",
        collections={one.collection.id: one for one in collections},
        sources=workspace.sources(),
        failures=workspace.failures(limit=50),
        status=workspace.status(),
        abilities=workspace.abilities(),
        jobs=[job for job in workspace.jobs(100) if job.kind in ("harvest", "embed", "segment", "index")][:8],
    )


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
        "allow_hosts": [one for one in request.form.get("allow_hosts", "").replace(",", " ").split() if one],
    }
    job = ingest(current.workspace(), parameters)
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
