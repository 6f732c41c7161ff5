"""Home: what to go on with, what waits, and what a content state link points at."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import JobState, Status
from snoop_flow.errors import UsageError
from snoop_iiif import IIIFError, decode_content_state
from snoop_webui import current

pages = Blueprint("home", __name__)
_CLASSES = 6
_OPEN = (JobState.QUEUED, JobState.RUNNING)


@pages.get("/home")
def index() -> str:
    """The classes worked on last, what waits and what is new of followed classes, jobs, searches of this browser."""
    workspace = current.workspace()
    summaries = workspace.classes()
    touched = {one.visual_class.id: workspace.mark_history(one.visual_class.id, 1) for one in summaries}
    worked_on = sorted(
        (one for one in summaries if touched[one.visual_class.id]),
        key=lambda one: touched[one.visual_class.id][0].created_at,
        reverse=True,
    )
    jobs = workspace.jobs(30)
    return render_template(
        "home.html",
        recent=[(one, touched[one.visual_class.id][0], _examples(one.visual_class.id)) for one in worked_on[:_CLASSES]],
        waiting=[one for one in summaries if one.predictions.get(Status.PROPOSED, 0)],
        divided=[(one, count) for one in worked_on if (count := _open_disagreements(one.visual_class.id))],
        running=[job for job in jobs if job.state in _OPEN],
        failed=[job for job in jobs if job.state is JobState.FAILED][:5],
        news=[one for one in workspace.followed_classes() if one.news],
        names={one.visual_class.id: one.visual_class.name for one in summaries},
        status=workspace.status(),
    )


@pages.get("/open")
def resume() -> Answer:
    """What a IIIF Content State points at; also `?manifest=` and `?canvas=`, as viewers write it."""
    canvas, manifest = request.args.get("canvas", ""), request.args.get("manifest", "")
    given = request.args.get("iiif-content", "") or canvas or manifest
    if not given:
        raise UsageError("give what to open as ?iiif-content=…")
    try:
        state = decode_content_state(given)
    except IIIFError as error:
        raise UsageError(error.reason) from error
    parent = state.manifest or (manifest if canvas else "")
    record_id, item_id = current.workspace().locate(state.uri, parent)
    region, time = state.region.removeprefix("xywh="), state.time.removeprefix("t=").split(",")[0]
    part: dict[str, Any] = {"xywh": region or None, "t": time or None}
    return redirect(url_for("documents.show", record_id=record_id, item=item_id, **part))


def _examples(class_id: str) -> list[str]:
    workspace = current.workspace()
    positives = [item for item, value in workspace.marks(class_id).items() if value == 1]
    return [card.thumbnail for card in workspace.cards(positives[:4])]


def _open_disagreements(class_id: str) -> int:
    report = current.workspace().agreement(class_id)
    return report.contested - report.settled
