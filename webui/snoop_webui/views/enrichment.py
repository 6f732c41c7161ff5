"""Enrichment: classes over whole corpora, launched as a job."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import UsageError
from snoop_webui import current
from snoop_webui.forms import listed
from snoop_webui.views.class_pages import parse_score

pages = Blueprint("enrichment", __name__, url_prefix="/enrichment")


@pages.get("")
def index() -> str:
    """The form that launches an enrichment, and those that ran."""
    workspace = current.workspace()
    summaries = workspace.classes()
    return render_template(
        "enrichment.html",
        ready=[one for one in summaries if one.model],
        unready=[one for one in summaries if not one.model],
        collections=workspace.collections(),
        chosen=request.args.getlist("class"),
        jobs=[job for job in workspace.jobs(100) if job.kind in ("enrich", "refine")][:10],
        names={one.visual_class.id: one.visual_class.name for one in summaries},
    )


@pages.post("")
def launch() -> Answer:
    """Launch an enrichment."""
    names = listed(request.form, "class")
    if not names:
        raise UsageError(_("choose at least one class"))
    scores = {name: request.form.get(name, "").strip() for name in ("threshold", "floor")}
    parameters = {
        "names": names,
        "collection": request.form.get("collection") or None,
        **{name: parse_score(given) if given else None for name, given in scores.items()},
        "most": _count(request.form.get("most", "").strip()),
        "everything": bool(request.form.get("everything")),
    }
    job = current.workspace().start_job("enrich", parameters)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


def _count(given: str) -> int | None:
    """A whole number above 0 as people write it, or nothing; raises `UsageError`."""
    if not given:
        return None
    if not given.isdecimal() or int(given) < 1:
        raise UsageError(_("the number of proposals must be a whole number above 0"))
    return int(given)


@pages.post("/refine")
def refine() -> Answer:
    """Draw the proposed boxes of classes of parts tighter around the objects."""
    names = listed(request.form, "class")
    if not names:
        raise UsageError(_("choose at least one class"))
    job = current.workspace().start_job("refine", {"names": names})
    return redirect(url_for("jobs.show", job_id=job.id), 303)
