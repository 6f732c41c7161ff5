"""Jobs: what runs, how far it is, what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Job, JobState
from snoop_webui import current
from snoop_webui.forms import place

pages = Blueprint("jobs", __name__, url_prefix="/jobs")
_FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@pages.app_template_filter("is_final")
def is_final(job: Job) -> bool:
    """Whether nothing more will happen to a job."""
    return job.state in _FINAL


@pages.app_template_filter("seconds")
def seconds(job: Job) -> float:
    """How long a job has been running, or ran."""
    if job.started_at is None:
        return 0.0
    return ((job.finished_at or datetime.now(UTC)) - job.started_at).total_seconds()


@pages.app_template_filter("rate")
def rate(job: Job) -> float | None:
    """Units a minute while it runs; None before there is one to tell it by, and where it is over."""
    if is_final(job) or not job.done or not seconds(job):
        return None
    return float(f"{60 * job.done / seconds(job):.2g}")


@pages.app_template_filter("remaining")
def remaining(job: Job) -> float | None:
    """Seconds left at the speed so far; None while nothing can be said."""
    if is_final(job) or not job.done or not job.total:
        return None
    return seconds(job) / job.done * (job.total - job.done)


@pages.get("")
def index() -> str:
    """The newest jobs."""
    return render_template("jobs/index.html", jobs=current.workspace().jobs(100), names=_class_names())


@pages.get("/<job_id>")
def show(job_id: str) -> str:
    """One job; htmx asks for its card every two seconds while it runs."""
    job = current.workspace().job(job_id)
    template = "jobs/card.html" if request.headers.get("HX-Request") else "jobs/show.html"
    return render_template(template, job=job, names=_class_names(), refinable=_refinable(job))


@pages.post("/<job_id>/cancel")
def cancel(job_id: str) -> Answer:
    """Stop a job after its present unit."""
    current.workspace().cancel_job(job_id)
    return redirect(url_for("jobs.show", job_id=job_id), 303)


@pages.post("/<job_id>/<any(pause, resume):what>")
def rest(job_id: str, what: str) -> Answer:
    """Let a job rest after its present unit, or take it up again where it was left."""
    workspace = current.workspace()
    if what == "pause":
        workspace.pause_job(job_id)
    else:
        workspace.resume_job(job_id)
    return redirect(place(request.form, url_for("jobs.show", job_id=job_id)), 303)


def _refinable(job: Job) -> list[str]:
    """The classes of a done enrichment whose proposed boxes can be drawn tighter."""
    if job.kind != "enrich" or job.state is not JobState.DONE:
        return []
    known = _class_names()
    return current.workspace().refinable([one for one in job.parameters["names"] if one in known])


def _class_names() -> dict[str, str]:
    return {one.visual_class.id: one.visual_class.name for one in current.workspace().classes()}
