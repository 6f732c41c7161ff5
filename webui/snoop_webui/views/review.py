"""Review: people's verdicts on proposals, by score bands."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Status
from snoop_flow.errors import UsageError
from snoop_webui import current
from snoop_webui.forms import listed, place
from snoop_webui.views.class_pages import parse_score

pages = Blueprint("review", __name__, url_prefix="/classes/<class_id>/review")
PAGE = 120
_VERDICTS = ("accept", "reject", "reset")


@pages.get("")
def index(class_id: str) -> str:
    """Proposals of a class, all or of one band and status."""
    workspace = current.workspace()
    status = request.args.get("status", Status.PROPOSED)
    offset = max(request.args.get("offset", 0, int), 0)
    above, below = _bound("above"), _bound("below")
    wanted = None if status == "all" else status
    sampling = above is not None and below is not None and request.args.get("sample") == "1"
    if sampling and above is not None and below is not None:
        cards = workspace.band_sample(class_id, (above, below))
    else:
        cards = workspace.predictions(class_id, status=wanted, limit=PAGE + 1, offset=offset, above=above, below=below)
    marks = workspace.marks(class_id)
    return render_template(
        "review/page.html",
        summary=workspace.class_summary(class_id),
        bands=workspace.band_reports(class_id),
        sampling=sampling,
        plain_score=repr,
        cards=cards[:PAGE],
        more=offset + PAGE if len(cards) > PAGE else None,
        offset=offset,
        page=PAGE,
        status=status,
        above=above,
        below=below,
        statuses=("proposed", "accepted", "rejected", "all"),
        evidence=workspace.cards([item for item, value in marks.items() if value == 1][:8], class_id),
    )


@pages.post("")
def decide(class_id: str) -> Answer:
    """Verdicts from forms: on one image, on those ticked, or on the rest of a band whose sample was looked at."""
    workspace = current.workspace()
    given = request.form.get("verdict", "")
    verdict, _, item = given.partition(":")
    if verdict == "accept-band":
        within = parse_score(request.form.get("above", "")), parse_score(request.form.get("below", ""))
        count = current.workspace().accept_band(class_id, within)
        flash(ngettext("%(num)s image accepted", "%(num)s images accepted", count))
    elif verdict in _VERDICTS:
        items = [item] if item else listed(request.form, "item")
        chosen = {name: items if name == verdict else [] for name in _VERDICTS}
        workspace.review(class_id, accept=chosen["accept"], reject=chosen["reject"], reset=chosen["reset"])
    else:
        raise UsageError(f"verdict {given[:40]!r}: is one of accept, reject, reset and accept-band")
    return redirect(place(request.form, url_for("review.index", class_id=class_id)), 303)


def _bound(name: str) -> float | None:
    given = request.args.get(name, "").strip()
    return parse_score(given) if given else None
