"""My classes, a class's own page, and what is done to a class by forms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from snoop_flow import Workspace
from snoop_flow.entities import JobState, Role
from snoop_flow.errors import UsageError
from snoop_flow.licences import LICENCES
from snoop_flow.reports import Card, Figure
from snoop_webui import current
from snoop_webui.access import me
from snoop_webui.asked import Asked, parse
from snoop_webui.forms import card_changes, class_changes, listed, place
from snoop_webui.operations import inverse_of, is_undone, stacks
from snoop_webui.plots import round_curve, score_plot

pages = Blueprint("classes", __name__, url_prefix="/classes")
MOST_ROUNDS = 200  # in the curve
_ROUNDS = 12  # the latest rounds shown
_DIVIDED = 12  # disagreements shown at once
_VALUES = {"positive": 1, "negative": -1, "unsure": 0, "clear": None}


@pages.get("")
def index() -> str:
    """All classes."""
    workspace = current.workspace()
    summaries = workspace.classes()
    examples = {one.visual_class.id: _examples(workspace, one.visual_class.id, 4) for one in summaries}
    return render_template("classes/index.html", summaries=summaries, examples=examples, enriched=_enriched(workspace))


def _enriched(workspace: Workspace) -> dict[str, list[str]]:
    """The corpora that each class was applied to, by the enrichments that are remembered; "" is all of them."""
    found: dict[str, list[str]] = {}
    for job in workspace.jobs(500):
        if job.kind == "enrich" and job.state is JobState.DONE:
            for class_id in job.parameters["names"]:
                where = str(job.parameters.get("collection") or "")
                if where not in found.setdefault(class_id, []):
                    found[class_id].append(where)
    return found


@pages.get("/new")
def new() -> str:
    """The form of a new class, maybe with its first examples."""
    workspace = current.workspace()
    items = request.args.getlist("item")
    images = [one.partition("#")[0] for one in items]
    return render_template(
        "classes/new.html",
        items=items,
        cards=workspace.cards(images) if images else (),
        parts=images != items,
        abilities=workspace.abilities(),
    )


@pages.post("")
def create() -> Answer:
    """Create a class, teach it with its first examples, and go on with it."""
    workspace = current.workspace()
    changes = class_changes(request.form)
    positives, regions = listed(request.form, "item"), bool(request.form.get("regions"))
    created = workspace.create_class(changes.pop("name"), positives=positives, regions=regions, **changes)
    if positives:
        workspace.fit(created.id)
    return redirect(Asked(visual_class=created.id).address(), 303)


@pages.post("/add")
def add() -> Answer:
    """Mark items as positives of a class chosen in the form."""
    class_id = request.form.get("class", "")
    items = listed(request.form, "item")
    if not class_id or not items:
        raise UsageError(_("choose a class and at least one image"))
    current.workspace().mark(class_id, dict.fromkeys(items, 1), op_id=uuid.uuid4().hex)
    if request.form.get("next"):
        flash(_("Added"))
    return redirect(place(request.form, Asked(visual_class=class_id).address()), 303)


@pages.get("/<class_id>")
def show(class_id: str) -> str:
    """A class: what it means, how it scores the corpus, its versions and history."""
    workspace = current.workspace()
    summary = workspace.class_summary(class_id)
    history = workspace.mark_history(summary.visual_class.id, 30)
    taken_back = set(stacks(history).undo)
    workspace.seen_class(class_id)
    model = summary.model
    return render_template(
        "classes/show.html",
        summary=summary,
        plot=score_plot(workspace.histogram(class_id)) if model else None,
        history=[(one, one.op_id in taken_back and not is_undone(one.op_id)) for one in history],
        examples=_examples(workspace, class_id, 12),
        counterexamples=_examples(workspace, class_id, 6, -1),
        agreement=workspace.agreement(class_id),
        divided=workspace.disagreements(class_id, count=_DIVIDED),
        rounds=workspace.rounds(class_id, _ROUNDS),
        coverage=workspace.class_coverage(class_id, count=6) if model and summary.positives else None,
        frontier=workspace.frontier(class_id, count=12).cards if model else (),
        twins=workspace.twins(class_id, count=8) if model else (),
        curve=round_curve(workspace.rounds(class_id, MOST_ROUNDS)),
        audit=_audit_curve(workspace, class_id) if model else None,
        card=workspace.class_card(class_id),
        editable=_editable(workspace, class_id),
        licences=LICENCES.values(),
        others=[one.visual_class for one in workspace.classes() if one.visual_class.id != summary.visual_class.id],
    )


@pages.get("/<class_id>/figures")
def figures(class_id: str) -> str:
    """What blind answers tell of a class, as one line for the cards of classes, which ask for it when they are seen."""
    workspace = current.workspace()
    answered = sum(one.answered for one in workspace.audits(class_id))
    report = workspace.audit_report(class_id) if answered and workspace.class_summary(class_id).model else None
    return render_template("classes/figures.html", report=report)


@pages.get("/<class_id>/versions")
def versions(class_id: str) -> str:
    """What one version proposes that another does not."""
    workspace = current.workspace()
    summary = workspace.class_summary(class_id)
    numbers = [one.version for one in summary.models]
    if len(numbers) < 2:
        raise UsageError(_("there is only one version; refine the class to compare"))
    after = request.args.get("after", max(numbers), int)
    before = request.args.get("before", max((one for one in numbers if one < after), default=min(numbers)), int)
    report = workspace.compare_versions(class_id, before, after, count=24)
    return render_template("classes/versions.html", summary=summary, report=report, numbers=sorted(numbers))


@pages.post("/<class_id>/range")
def mark_range(class_id: str) -> Answer:
    """Mark what nobody marked yet in a range of scores, all at once; undo takes it back."""
    workspace = current.workspace()
    value = _VALUES.get(request.form.get("value", ""))
    if value not in (1, -1):
        raise UsageError(_("say whether the range is positive or negative"))
    low, high = parse_score(request.form.get("low", "")), parse_score(request.form.get("high", ""))
    done = workspace.mark_range(class_id, (low, high), value)
    flash(ngettext("%(num)s image marked", "%(num)s images marked", done.marked))
    return redirect(url_for("classes.show", class_id=class_id, _anchor="history"), 303)


def _editable(workspace: Workspace, class_id: str) -> bool:
    """Whether who asks may change what a class is: curators of its institution, who see it."""
    mine = me()
    return mine is not None and mine.may(Role.CURATOR) and workspace.editable(class_id)


def _audit_curve(workspace: Workspace, class_id: str) -> dict[str, Any]:
    """Precision and recall at thresholds, for the slider; or how many answers are missing."""
    if not any(one.answered for one in workspace.audits(class_id)):
        return {"needed": 30, "curve": []}
    report = workspace.audit_report(class_id)
    points = [
        [one.threshold, one.proposed, *_triple(one.precision), *_triple(one.recall)]
        for one in report.curve
        if one.precision and one.recall
    ]
    return {"needed": report.needed, "curve": points}


def _triple(figure: Figure | None) -> tuple[float, float, float]:
    return (0.0, 0.0, 1.0) if figure is None else (figure.value, *figure.interval)


@pages.post("/<class_id>")
def change(class_id: str) -> Answer:
    """Change what a class is called and means."""
    current.workspace().update_class(class_id, **class_changes(request.form))
    flash(_("Saved"))
    return redirect(url_for("classes.show", class_id=class_id), 303)


@pages.post("/<class_id>/card")
def change_card(class_id: str) -> Answer:
    """Change what people write on a class's card."""
    current.workspace().update_class(class_id, **card_changes(request.form))
    flash(_("Saved"))
    return redirect(url_for("classes.show", class_id=class_id, _anchor="card"), 303)


@pages.post("/<class_id>/fit")
def fit(class_id: str) -> Answer:
    """Refine: fit a new version and show what comes next."""
    current.workspace().fit(class_id)
    asked = parse(request.form)
    kept = {name: getattr(asked, name) for name in ("show", "collection", "count", "rate", "seconds")}
    return redirect(Asked(visual_class=class_id, **kept).address(), 303)


@pages.post("/<class_id>/marks")
def mark(class_id: str) -> Answer:
    """One mark from a page without scripts; `mark` is `<value>:<item>`."""
    item, value = _one_mark()
    current.workspace().mark(class_id, {item: value}, op_id=uuid.uuid4().hex)
    return redirect(f"{place(request.form)}#i-{item}", 303)


@pages.post("/<class_id>/settle")
def settle(class_id: str) -> Answer:
    """Decide for everybody what an image is on which people disagree; `mark` is `<value>:<item>`."""
    item, value = _one_mark()
    current.workspace().mark(class_id, {item: value}, op_id=uuid.uuid4().hex, settle=True)
    flash(_("Settled"))
    return redirect(url_for("classes.show", class_id=class_id, _anchor="disagreements"), 303)


def _one_mark() -> tuple[str, int | None]:
    value, separator, item = request.form.get("mark", "").partition(":")
    if value not in _VALUES or not separator:
        raise UsageError(f"mark {value[:20]!r}: is one of {', '.join(_VALUES)}, then a colon and the image")
    return item, _VALUES[value]


@pages.post("/<class_id>/undo")
def undo(class_id: str) -> Answer:
    """Take an operation back: the one named, else the last that stands."""
    workspace = current.workspace()
    op_id = request.form.get("op_id", "")
    if not op_id:
        standing = stacks(workspace.mark_history(class_id, 100)).undo
        if not standing:
            raise UsageError(_("there is nothing to undo"))
        op_id = standing[-1]
    workspace.undo(class_id, op_id, new_op_id=inverse_of(op_id))
    flash(_("Undone"))
    return redirect(place(request.form, url_for("classes.show", class_id=class_id)), 303)


@pages.post("/<class_id>/rounds/<int:number>/undo")
def undo_round(class_id: str, number: int) -> Answer:
    """Take a whole round of teaching back, and what was learned from it."""
    current.workspace().undo_round(class_id, number)
    flash(_("The round is taken back"))
    return redirect(url_for("classes.show", class_id=class_id, _anchor="rounds"), 303)


@pages.post("/<class_id>/threshold")
def threshold(class_id: str) -> Answer:
    """Choose from which score on images are proposed."""
    wanted = parse_score(request.form.get("threshold", ""))
    current.workspace().set_threshold(class_id, wanted)
    flash(_("Saved"))
    return redirect(url_for("classes.show", class_id=class_id), 303)


@pages.post("/<class_id>/archive")
def archive(class_id: str) -> Answer:
    """Take a class out of the lists."""
    current.workspace().archive_class(class_id)
    flash(_("Archived; all that the class gave is kept"))
    return redirect(url_for("classes.index"), 303)


def _examples(workspace: Workspace, class_id: str, count: int, value: int = 1) -> Sequence[Card]:
    marked = [item for item, told in workspace.marks(class_id).items() if told == value]
    return workspace.cards(marked[:count], class_id)


def parse_score(given: str) -> float:
    """A score as people write it, with a comma or a point; raises `UsageError`."""
    try:
        return float(given.strip().replace(",", ".").replace("−", "-"))
    except ValueError as error:
        raise UsageError(_("the threshold must be a number")) from error
