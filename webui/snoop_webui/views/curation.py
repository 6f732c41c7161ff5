"""Search and curation: the grid in which a class is taught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from snoop_flow import Workspace
from snoop_flow.errors import NotFoundError
from snoop_flow.reports import Card, ClassSummary, SearchReport
from snoop_webui import current
from snoop_webui.asked import COUNTS, RANKING, STRATEGIES, Asked, parse
from snoop_webui.operations import Stacks, stacks
from snoop_webui.plots import score_plot
from snoop_webui.query_images import QueryImages
from snoop_webui.wall import wall

pages = Blueprint("curation", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the grid shows: cards, and how they were found where they were."""

    cards: tuple[Card, ...]
    report: SearchReport | None = None
    unready: bool = False

    @property
    def parts(self) -> int:
        """How many of the cards show parts of images."""
        return sum(card.image != card.item for card in self.cards)


@pages.get("/")
def index() -> str | Response:
    """The curation page, or only its results for a script that asks for them."""
    workspace = current.workspace()
    asked = parse(request.args)
    summary = workspace.class_summary(asked.visual_class) if asked.visual_class else None
    shown = find(workspace, current.query_images(), asked, summary)
    if request.headers.get("X-Fragment") == "results":
        abilities = workspace.abilities()
        content = {"asked": asked, "shown": shown, "summary": summary, "abilities": abilities}
        answer = make_response(render_template("curation/results.html", **content))
        answer.headers["Vary"] = "X-Fragment"
        return answer
    return render_template(
        "curation/page.html",
        asked=asked,
        shown=shown,
        summary=summary,
        stacks=_stacks(workspace, summary),
        classes=workspace.classes(),
        collections=workspace.collections(),
        strategies=tuple(dict.fromkeys((*STRATEGIES, *workspace.plugins().strategies))),
        ranking=RANKING,
        offered=COUNTS,
        abilities=workspace.abilities(),
        plot=score_plot(workspace.histogram(asked.visual_class)) if summary and summary.model else None,
    )


@pages.post("/search/image")
def search_image() -> Answer:
    """Search with an uploaded image."""
    file = request.files.get("image")
    if file is None or not file.filename:
        raise NotFoundError("no image was chosen; choose a file and send it again")
    key = current.query_images().keep(file.read())
    asked = Asked(image=key, visual_class=request.form.get("class", ""), collection=request.form.get("collection", ""))
    return redirect(asked.address(), 303)


def find(workspace: Workspace, images: QueryImages, asked: Asked, summary: ClassSummary | None) -> Shown:
    """What a page is to show for what was asked.

    Raises:
        SnoopError: what the search or the suggestion raises.
    """
    class_id = summary.visual_class.id if summary else None
    collection = asked.collection or None
    if asked.searching:
        parts = asked.parts or (summary is not None and summary.regions)
        return _reported(_search(workspace, images, asked, class_id, parts))
    if summary is None or class_id is None:
        return Shown(wall(workspace, asked.collection, asked.results))
    if summary.model is None and not summary.positives:
        return Shown(wall(workspace, asked.collection, 60, class_id), unready=True)
    if asked.show == RANKING:
        bounds: dict[str, Any] = {"collection": collection, "window": asked.window}
        return _reported(workspace.ranking(class_id, count=asked.results, **bounds, **_in_time(asked)))
    report = workspace.suggest(
        class_id,
        asked.show or STRATEGIES[0],
        count=asked.results,
        collection=collection,
        discovery_rate=asked.rate / 100,
        window=asked.window,
        **_in_time(asked),
    )
    return _reported(report)


def _in_time(asked: Asked) -> dict[str, Any]:
    """Which keyframes of a film are shown."""
    return {"temporal_range": asked.seconds, "neighbours": asked.neighbours}


def _reported(report: SearchReport) -> Shown:
    return Shown(report.cards, report)


def _search(workspace: Workspace, images: QueryImages, asked: Asked, class_id: str | None, parts: bool) -> SearchReport:
    return workspace.search(
        text=asked.text or None,
        image=images.content(asked.image) if asked.image else None,
        url=asked.url or None,
        items=asked.items,
        negatives=asked.negatives,
        visual_class=asked.by or None,
        region=asked.box(),
        count=asked.results,
        collection=asked.collection or None,
        class_name=class_id,
        negative_text=asked.without or None,
        regions=parts,
        **_in_time(asked),
    )


def _stacks(workspace: Workspace, summary: ClassSummary | None) -> Stacks:
    if summary is None:
        return Stacks((), ())
    return stacks(workspace.mark_history(summary.visual_class.id, 100))
