"""Harvest, then cut films into shots, then embed, then index: jobs, each started when the one before is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from snoop_flow import SnoopError, Workspace
from snoop_flow.entities import Job, JobState

FILMS = "harvest_videos"
PAUSE = 0.5  # seconds between two looks at the job that is waited for
_FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
log = logging.getLogger(__name__)


def ingest(workspace: Workspace, parameters: Mapping[str, Any]) -> Job:
    """Start a harvest, and what follows it when it is done.

    Should the server stop in between, the page of sources offers what is left.
    """
    job = workspace.start_job("harvest", dict(parameters))
    _follow(workspace, job, (FILMS, "embed", "index"))
    return job


def digest(workspace: Workspace) -> Job:
    """Embed what lacks a vector, then index."""
    job = workspace.start_job("embed", {})
    _follow(workspace, job, ("index",))
    return job


def _follow(workspace: Workspace, job: Job, kinds: tuple[str, ...]) -> None:
    threading.Thread(target=_run, args=(workspace, job.id, kinds), name="snoop-ingest", daemon=True).start()


def _run(workspace: Workspace, job_id: str, kinds: tuple[str, ...]) -> None:
    pause = threading.Event()
    try:
        for kind in kinds:
            while (job := workspace.job(job_id)).state not in _FINAL:
                if workspace.closing:
                    return
                pause.wait(PAUSE)
            if job.state is not JobState.DONE:
                return
            if kind == FILMS:
                films = workspace.start_videos(job.report.get("collection") or None)
                job_id = films.id if films else job_id
            else:
                job_id = workspace.start_job(kind, {}).id
    except SnoopError as error:
        log.error("after job %s: %s", job_id, error)
