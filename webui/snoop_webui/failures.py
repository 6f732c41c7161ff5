"""Errors as answers: one JSON shape for programs, a fragment for htmx, a page for people."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from snoop_flow import SnoopError
from snoop_webui.languages import translated

_PROGRAMS = ("/api/", "/iiif/", "/annotations/", "/ns/", "/oai", "/healthz", "/readyz")
log = logging.getLogger(__name__)


def answer_errors(app: Flask) -> None:
    """Map every failure of an application to an answer."""
    app.register_error_handler(SnoopError, lambda error: failure(str(error), error.status))
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _unexpected)


def speaks_json() -> bool:
    """Whether a program asks, which reads JSON."""
    return request.path.startswith(_PROGRAMS) or request.accept_mimetypes.best == "application/json"


def failure(message: str, status: int, errors: list[str] | None = None) -> Response:
    """An error in the shape, and the language, that the request understands."""
    message, errors = translated(message), [translated(one) for one in errors or [message]]
    if speaks_json():
        body = jsonify({"ok": False, "error": message, "errors": errors, "status": status})
        body.status_code = status
        return body
    small = bool(request.headers.get("HX-Request") or request.headers.get("X-Fragment"))
    template = "failure_fragment.html" if small else "failure.html"
    return make_response(render_template(template, message=message, status=status), status)


def _invalid(error: ValidationError) -> Response:
    found = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors(include_url=False)]
    return failure(found[0], 400, found)


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    known = {
        404: _("There is nothing at this address."),
        405: _("This address cannot be used in that way."),
        413: _("What was sent is too large."),
    }
    return failure(known.get(status, error.description or error.name), status)


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected failure at %s", request.path, exc_info=error)
    return failure(_("Something unexpected happened here; nothing that was saved is lost."), 500)
