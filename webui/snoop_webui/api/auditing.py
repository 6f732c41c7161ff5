"""Routes of blind audits: what to judge next, answers, what they tell; and what an enrichment will give."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.reports import AuditReport, AuditSheet, AuditSummary, ExpectedHits, LearnedAudit
from snoop_webui.api.classes import Nothing
from snoop_webui.api.routes import Body, Route


class NextItems(Body):
    """How many items are to be judged; `fresh` draws a new sample even if the present one has items left."""

    count: int = Field(10, ge=1, le=1000)
    fresh: bool = False


class BlindAnswers(Body):
    """Item → 1 (yes), -1 (no), 0 (cannot be decided) or null (takes an answer back); the same may be sent again."""

    answers: dict[str, Literal[1, -1, 0] | None] = Field(min_length=1, max_length=1000)


class AuditQuery(BaseModel):
    """At which threshold, for which wanted precision, and of which version."""

    threshold: float | None = None
    precision: float | None = Field(None, gt=0, le=1)
    version: int | None = Field(None, ge=1)


class ExpectationQuery(BaseModel):
    """At which threshold, and in which collection."""

    threshold: float | None = None
    collection: str | None = None


def show_audit(workspace: Workspace, class_id: str, query: AuditQuery) -> AuditReport:
    """What blind answers tell of a class: figures with intervals, a curve of them, thresholds for a precision."""
    return workspace.audit_report(class_id, **query.model_dump())


def ask_next(workspace: Workspace, class_id: str, body: NextItems) -> AuditSheet:
    """Items to judge next, without score or mark; the same until they are answered."""
    return workspace.audit_next(class_id, body.count, fresh=body.fresh)


def answer_audit(workspace: Workspace, class_id: str, body: BlindAnswers) -> AuditSummary:
    """Keep blind answers, all or none."""
    return workspace.audit_answers(class_id, body.answers)


def learn_audit(workspace: Workspace, class_id: str, body: Nothing) -> LearnedAudit:
    """Turn the blind answers into marks: versions fitted from then on need a new audit."""
    return workspace.learn_audit(class_id)


def list_audits(workspace: Workspace, class_id: str) -> list[AuditSummary]:
    """The audits of a class, the newest first."""
    return workspace.audits(class_id)


def expect_hits(workspace: Workspace, class_id: str, query: ExpectationQuery) -> ExpectedHits:
    """What an enrichment will give: how many items, how many of them right, how many members missed."""
    return workspace.expected_hits(class_id, **query.model_dump())


ROUTES = (
    Route("GET", "/classes/<class_id>/audit", show_audit, AuditReport, query=AuditQuery),
    Route("POST", "/classes/<class_id>/audit/next", ask_next, AuditSheet, body=NextItems),
    Route("POST", "/classes/<class_id>/audit/answers", answer_audit, AuditSummary, body=BlindAnswers),
    Route("POST", "/classes/<class_id>/audit/learn", learn_audit, LearnedAudit, body=Nothing),
    Route("GET", "/classes/<class_id>/audits", list_audits, list[AuditSummary], "audits"),
    Route("GET", "/classes/<class_id>/expected", expect_hits, ExpectedHits, query=ExpectationQuery),
)
