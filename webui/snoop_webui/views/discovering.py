"""Discover: the classes that people of this installation share, to try, to fork, and to bring in as files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Role, Visibility
from snoop_flow.errors import UsageError
from snoop_flow.licences import licence_of
from snoop_flow.reports import ClassSummary
from snoop_webui import current
from snoop_webui.access import me
from snoop_webui.asked import Asked
from snoop_webui.forms import place
from snoop_webui.views.publishing import attachment

pages = Blueprint("discovering", __name__)
_REFERENCES = 6


@pages.get("/discover")
def index() -> str:
    """Shared classes as cards with reference images, others' first."""
    workspace, mine = current.workspace(), me()
    words, institution = request.args.get("words", "").strip(), request.args.get("institution", "")
    shared = [one for one in workspace.classes() if one.visual_class.visibility is not Visibility.PRIVATE]
    institutions = sorted({one.institution for one in shared})
    shared = [one for one in shared if words.casefold() in _said(one) and institution in ("", one.institution)]
    shared.sort(key=lambda one: (mine is not None and one.visual_class.owner_id == mine.id, one.visual_class.name))
    references = {}
    for one in shared:
        marks = workspace.marks(one.visual_class.id)
        positives = [item for item, value in marks.items() if value == 1][:_REFERENCES]
        references[one.visual_class.id] = workspace.cards(positives)
    return render_template(
        "discover.html",
        shared=shared,
        references=references,
        words=words,
        institutions=institutions,
        chosen=institution,
        followed={one.id for one in workspace.followed_classes()},
        licences={one.visual_class.id: licence_of(one.visual_class.licence) for one in shared},
        may_copy=mine is not None and mine.may(Role.CURATOR),
    )


@pages.post("/classes/<class_id>/follow")
def follow(class_id: str) -> Answer:
    """Follow a class, to be told on one's home page what is new of it; or no longer."""
    workspace = current.workspace()
    if request.form.get("stop"):
        workspace.unfollow_class(class_id)
        flash(_("You follow this class no longer"))
    else:
        workspace.follow_class(class_id)
        flash(_("You follow this class: its news will be on your home page"))
    return redirect(place(request.form, url_for("discovering.index")), 303)


@pages.post("/classes/<class_id>/fork")
def fork(class_id: str) -> Answer:
    """Go on from a class in a copy of one's own."""
    workspace = current.workspace()
    found = workspace.class_summary(class_id).visual_class
    name = request.form.get("name", "").strip() or _("%(name)s, copy", name=found.name)
    copy = workspace.fork_class(class_id, name)
    return redirect(Asked(visual_class=copy.id).address(), 303)


@pages.post("/classes/<class_id>/merge")
def merge(class_id: str) -> Answer:
    """Bring another class's marks into a class."""
    current.workspace().merge_class(class_id, request.form.get("other", ""))
    flash(_("The marks are brought in; undo takes them out again"))
    return redirect(url_for("classes.show", class_id=class_id), 303)


@pages.get("/classes/<class_id>/file")
def take(class_id: str) -> Response:
    """A class with its newest version as a small file."""
    workspace = current.workspace()
    name = workspace.class_summary(class_id).visual_class.name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "class.json"
        workspace.export_class(class_id, path)
        stem = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-") or "class"
        return attachment(path.read_bytes(), f"{stem}.json")


@pages.post("/discover")
def bring() -> Answer:
    """Make a class of a file that somebody gave away."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise UsageError(_("choose the file of a class"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "class.json"
        file.save(path)
        made = current.workspace().import_class(path, request.form.get("name", "").strip() or None)
    return redirect(url_for("classes.show", class_id=made.id), 303)


def _said(one: ClassSummary) -> str:
    found = one.visual_class
    labels = " ".join(text for texts in found.labels.values() for text in texts)
    said = (found.name, found.definition, found.intended_use, labels, one.owner, one.institution)
    return " ".join(said).casefold()
