"""What a request works on: the workspace that the application serves."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from snoop_flow import Workspace
from snoop_webui.query_images import QueryImages

_WORKSPACE = "snoop_flow_workspace"
_QUERY_IMAGES = "snoop_flow_query_images"


def serve(app: Flask, workspace: Workspace) -> None:
    """Make `workspace` the one that requests to `app` work on."""
    app.extensions[_WORKSPACE] = workspace
    app.extensions[_QUERY_IMAGES] = QueryImages(workspace.folder / "queries")


def workspace() -> Workspace:
    """The workspace of this application."""
    return cast(Workspace, current_app.extensions[_WORKSPACE])


def query_images() -> QueryImages:
    """The pictures that were searched with."""
    return cast(QueryImages, current_app.extensions[_QUERY_IMAGES])
