"""Routes of predictions and of people's verdicts on them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.reports import Card, ReviewReport
from snoop_webui.api.routes import Body, Route


class PredictionQuery(BaseModel):
    """Which predictions."""

    status: Literal["proposed", "accepted", "rejected"] | None = None
    limit: int = Field(60, ge=1, le=10_000)
    offset: int = Field(0, ge=0)
    below: float | None = None
    above: float | None = None


class Verdicts(Body):
    """Verdicts by item, or on all proposals from a score on."""

    accept: list[str] = Field(default_factory=list)
    reject: list[str] = Field(default_factory=list)
    reset: list[str] = Field(default_factory=list)
    accept_above: float | None = None


def list_predictions(workspace: Workspace, class_id: str, query: PredictionQuery) -> list[Card]:
    """Predictions of a class, by falling score."""
    return list(workspace.predictions(class_id, **query.model_dump()))


def review(workspace: Workspace, class_id: str, body: Verdicts) -> ReviewReport:
    """Keep verdicts."""
    return workspace.review(class_id, **body.model_dump())


ROUTES = (
    Route("GET", "/classes/<class_id>/predictions", list_predictions, list[Card], "predictions", query=PredictionQuery),
    Route("POST", "/classes/<class_id>/review", review, ReviewReport, body=Verdicts),
)
