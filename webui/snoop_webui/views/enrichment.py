"""Enrichment: classes over whole corpora, launched as a job."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow import Workspace
from snoop_flow.errors import UsageError
from snoop_flow.reports import ExpectedCost, ExpectedHits
from snoop_webui import current
from snoop_webui.forms import listed
from snoop_webui.views.class_pages import parse_score

pages = Blueprint("enrichment", __name__, url_prefix="/enrichment")
_FIELDS = ("class", "collection", "threshold", "floor", "most", "everything")


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
        asked=request.args,
        ids={one.visual_class.name: one.visual_class.id for one in summaries},
        estimate=_estimate(workspace) if "estimate" in request.args else None,
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


@pages.post("/estimate")
def ask() -> Answer:
    """From the form to the address of what to expect, without the token that forms carry."""
    kept: dict[str, Any] = {n: request.form.getlist(n) for n in _FIELDS if any(request.form.getlist(n))}
    return redirect(url_for("enrichment.index", estimate=1, _anchor="estimate", **kept), 303)


def _estimate(workspace: Workspace) -> tuple[list[ExpectedHits], ExpectedCost | None]:
    """What each class will give, and what the whole will take, before anything runs."""
    names, given = request.args.getlist("class"), request.args.get("threshold", "").strip()
    if not names:
        raise UsageError(_("choose at least one class"))
    threshold, collection = parse_score(given) if given else None, request.args.get("collection") or None
    hits = [workspace.expected_hits(name, threshold=threshold, collection=collection) for name in names]
    return hits, workspace.expected_cost(sum(one.scored for one in hits))


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
