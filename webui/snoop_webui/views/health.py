"""Whether the server lives, and whether it can work."""

from __future__ import annotations

from flask import Blueprint

from snoop_webui import current

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> dict[str, object]:
    """The process answers."""
    return {"ok": True}


@pages.get("/readyz")
def readyz() -> dict[str, object]:
    """The catalogue answers, too."""
    status = current.workspace().status()
    return {"ok": True, "items": status.items, "embedded": status.embedded, "running_jobs": status.running_jobs}
