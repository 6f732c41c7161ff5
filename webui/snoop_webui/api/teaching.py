"""Routes of teaching together and over time: rounds, how well positives span a class, where people disagree."""

from __future__ import annotations

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.reports import AgreementReport, ClassCoverage, Disagreement, RoundReport, UndoneRound
from snoop_webui.api.routes import Body, Route


class Rounds(BaseModel):
    """How many rounds."""

    limit: int = Field(50, ge=1, le=1000)


class UndoRound(Body):
    """Which round to take back; by default the latest that has marks."""

    number: int | None = None


class Uncovered(BaseModel):
    """How many uncovered members are shown."""

    count: int = Field(10, ge=1, le=1000)


class Divided(BaseModel):
    """How many disagreements, and whether settled ones are listed, too."""

    count: int = Field(50, ge=1, le=1000)
    settled: bool = False


def list_rounds(workspace: Workspace, class_id: str, query: Rounds) -> list[RoundReport]:
    """The rounds of teaching, newest first: what was shown, and how it was marked."""
    return workspace.rounds(class_id, query.limit)


def undo_round(workspace: Workspace, class_id: str, body: UndoRound) -> UndoneRound:
    """Take back the marks of a round, and what was learned from them."""
    return workspace.undo_round(class_id, body.number)


def show_coverage(workspace: Workspace, class_id: str, query: Uncovered) -> ClassCoverage:
    """How well the positives span the class's likely members."""
    return workspace.class_coverage(class_id, count=query.count)


def list_disagreements(workspace: Workspace, class_id: str, query: Divided) -> list[Disagreement]:
    """Items of which some people say yes and some no, the most divided first."""
    return workspace.disagreements(class_id, count=query.count, settled=query.settled)


def show_agreement(workspace: Workspace, class_id: str) -> AgreementReport:
    """How far the people who mark a class agree."""
    return workspace.agreement(class_id)


ROUTES = (
    Route("GET", "/classes/<class_id>/rounds", list_rounds, list[RoundReport], "rounds", query=Rounds),
    Route("POST", "/classes/<class_id>/rounds/undo", undo_round, UndoneRound, body=UndoRound),
    Route("GET", "/classes/<class_id>/coverage", show_coverage, ClassCoverage, query=Uncovered),
    Route(
        "GET",
        "/classes/<class_id>/disagreements",
        list_disagreements,
        list[Disagreement],
        "disagreements",
        query=Divided,
    ),
    Route("GET", "/classes/<class_id>/agreement", show_agreement, AgreementReport),
)
