"""Routes of predictions, of where they lie, and of people's verdicts on them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.reports import Card, Distribution, ReviewReport
from snoop_webui.api.routes import Body, Route


class PredictionQuery(BaseModel):
    """Which predictions."""

    status: Literal["proposed", "accepted", "rejected"] | None = None
    limit: int = Field(60, ge=1, le=10_000)
    offset: int = Field(0, ge=0)
    below: float | None = None
    above: float | None = None


class DistributionQuery(BaseModel):
    """What counts as a hit, in which collection, and in which language places are told."""

    policy: Literal["accepted", "all"] = "all"
    collection: str | None = None
    language: str = ""


class Verdicts(Body):
    """Verdicts by item, or on all proposals from a score on."""

    accept: list[str] = Field(default_factory=list)
    reject: list[str] = Field(default_factory=list)
    reset: list[str] = Field(default_factory=list)
    accept_above: float | None = None


def list_predictions(workspace: Workspace, class_id: str, query: PredictionQuery) -> list[Card]:
    """Predictions of a class, by falling score."""
    return list(workspace.predictions(class_id, **query.model_dump()))


def show_distribution(workspace: Workspace, class_id: str, query: DistributionQuery) -> Distribution:
    """Hits over time, by collection and by place, beside all images that the class could find."""
    return workspace.distribution(class_id, **query.model_dump())


def review(workspace: Workspace, class_id: str, body: Verdicts) -> ReviewReport:
    """Keep verdicts."""
    return workspace.review(class_id, **body.model_dump())


ROUTES = (
    Route("GET", "/classes/<class_id>/predictions", list_predictions, list[Card], "predictions", query=PredictionQuery),
    Route("GET", "/classes/<class_id>/distribution", show_distribution, Distribution, query=DistributionQuery),
    Route("POST", "/classes/<class_id>/review", review, ReviewReport, body=Verdicts),
)
