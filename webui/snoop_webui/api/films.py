"""Routes of films: shots, keyframes and segments in time, and marks on them."""

from __future__ import annotations

import uuid

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.reports import FilmMarkReport, FilmReport
from snoop_webui.api.marking import Value
from snoop_webui.api.routes import Body, Route


class OfFilm(BaseModel):
    """Which film of the record, and which class's scores and marks are shown."""

    item: str = ""
    class_name: str | None = None


class FilmMark(Body):
    """One mark on a shot, a keyframe or a span, whose keyframes get it. The same `op_id` may be sent again."""

    visual_class: str
    value: Value
    item: str = Field("", description="A shot or a keyframe; all of the film where it is empty and there is no span.")
    span: tuple[float, float] | None = Field(None, description="Seconds at which it begins and ends.")
    op_id: str = Field(default_factory=lambda: uuid.uuid4().hex)


def show_film(workspace: Workspace, record_id: str, query: OfFilm) -> FilmReport:
    """A film: its shots with their keyframes, and the segments in which classes found something."""
    return workspace.film(record_id, query.item, query.class_name)


def mark_film(workspace: Workspace, record_id: str, body: FilmMark) -> FilmMarkReport:
    """Mark the keyframes of a shot or a span."""
    return workspace.mark_film(
        body.visual_class, record_id, body.value, item=body.item, span=body.span, op_id=body.op_id
    )


ROUTES = (
    Route("GET", "/videos/<record_id>", show_film, FilmReport, query=OfFilm),
    Route("POST", "/videos/<record_id>/marks", mark_film, FilmMarkReport, body=FilmMark),
)
