"""The Flask application of one workspace."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from snoop_flow import Workspace
from snoop_flow.errors import WorkspaceError
from snoop_webui import access, api, current, failures, languages, security
from snoop_webui.presentation import present
from snoop_webui.query_images import MOST_BYTES
from snoop_webui.views import BLUEPRINTS


def create_app(workspace: Workspace) -> Flask:
    """Make the application that serves a workspace: pages, REST API, IIIF and annotations.

    Raises:
        WorkspaceError: the workspace has no secret key to sign sessions with.
    """
    if not workspace.settings.secret_key:
        raise WorkspaceError(f"{workspace.folder}: its settings have no secret_key; run: snoop-flow init")
    app = Flask("snoop_webui", root_path=str(Path(__file__).parent))
    app.secret_key = workspace.settings.secret_key
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES + (1 << 20),
        MAX_FORM_MEMORY_SIZE=2 << 20,
        SESSION_COOKIE_NAME="snoop_flow_session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=workspace.settings.public_url.startswith("https:"),
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    current.serve(app, workspace)
    security.protect(app, workspace.settings.public_url)
    languages.speak(app)
    access.control(app)
    failures.answer_errors(app)
    present(app)
    for blueprint in (*BLUEPRINTS, api.blueprint()):
        app.register_blueprint(blueprint)
    return app
