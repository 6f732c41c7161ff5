"""Routes of jobs: harvest, embed, segment, index, enrich, refine, publish."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from snoop_flow import Workspace
from snoop_flow.entities import Job
from snoop_webui.api.routes import Body, Route


class NewJob(Body):
    """A job to start; the parameters are those of the verb."""

    kind: Literal["harvest", "harvest_videos", "embed", "segment", "index", "enrich", "refine", "publish"]
    parameters: dict[str, Any] = Field(default_factory=dict)


class Nothing(Body):
    """An empty object."""


class Limit(BaseModel):
    """How many."""

    limit: int = Field(50, ge=1, le=1000)


def list_jobs(workspace: Workspace, query: Limit) -> list[Job]:
    """The newest jobs."""
    return workspace.jobs(query.limit)


def start_job(workspace: Workspace, body: NewJob) -> Job:
    """Start a job."""
    return workspace.start_job(body.kind, body.parameters)


def show_job(workspace: Workspace, job_id: str) -> Job:
    """One job."""
    return workspace.job(job_id)


def cancel_job(workspace: Workspace, job_id: str, body: Nothing) -> Job:
    """Stop a job after its present unit."""
    return workspace.cancel_job(job_id)


ROUTES = (
    Route("GET", "/jobs", list_jobs, list[Job], "jobs", query=Limit),
    Route("POST", "/jobs", start_job, Job, body=NewJob, status=202),
    Route("GET", "/jobs/<job_id>", show_job, Job),
    Route("POST", "/jobs/<job_id>/cancel", cancel_job, Job, body=Nothing),
)
