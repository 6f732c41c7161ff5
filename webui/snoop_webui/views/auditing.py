"""The audit of a class: images judged blindly, one by one, and what the answers say."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Role
from snoop_flow.errors import UsageError
from snoop_webui import current
from snoop_webui.access import may

pages = Blueprint("auditing", __name__, url_prefix="/classes/<class_id>/audit")
BATCH = 10
GOAL = 100  # answers after which the intervals are usually narrow enough
PRECISIONS = (80, 90, 95, 99)
_ANSWERS = {"yes": 1, "no": -1, "unsure": 0}


@pages.get("")
def index(class_id: str) -> str:
    """The next images to judge, and what is known from the answers so far."""
    workspace = current.workspace()
    summary = workspace.class_summary(class_id)
    if summary.model is None:
        return render_template("audit.html", summary=summary, sheet=None, report=None)
    wanted = request.args.get("precision", type=int)
    return render_template(
        "audit.html",
        summary=summary,
        sheet=workspace.audit_next(class_id, BATCH) if may(Role.CURATOR) else None,
        report=workspace.audit_report(class_id, precision=wanted / 100 if wanted in PRECISIONS else None),
        precisions=PRECISIONS,
        precision=wanted,
        goal=GOAL,
    )


@pages.post("")
def answer(class_id: str) -> Answer:
    """One answer from a page without scripts; `answer` is `<yes, no or unsure>:<item>`."""
    given, separator, item = request.form.get("answer", "").partition(":")
    if given not in _ANSWERS or not separator:
        raise UsageError(f"answer {given[:20]!r}: is one of {', '.join(_ANSWERS)}, then a colon and the image")
    current.workspace().audit_answers(class_id, {item: _ANSWERS[given]})
    return redirect(url_for("auditing.index", class_id=class_id), 303)


@pages.post("/new")
def renew(class_id: str) -> Answer:
    """Draw a new sample, such as when many images came since."""
    current.workspace().audit_next(class_id, 1, fresh=True)
    flash(_("A new sample is drawn"))
    return redirect(url_for("auditing.index", class_id=class_id), 303)


@pages.post("/learn")
def learn(class_id: str) -> Answer:
    """Turn the answers into marks."""
    done = current.workspace().learn_audit(class_id)
    flash(ngettext("%(num)s answer became a mark", "%(num)s answers became marks", done.marks))
    return redirect(url_for("auditing.index", class_id=class_id), 303)
