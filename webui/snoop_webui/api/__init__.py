"""The REST API under `/api/v1/`: one table of routes gives the addresses, the checks and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from snoop_webui import current
from snoop_webui.api import auditing, classes, corpus, films, jobs, marking, review, teaching
from snoop_webui.api.openapi import document
from snoop_webui.api.routes import Route

ROUTES: tuple[Route, ...] = (
    *corpus.ROUTES,
    *films.ROUTES,
    *classes.ROUTES,
    *marking.ROUTES,
    *teaching.ROUTES,
    *auditing.ROUTES,
    *review.ROUTES,
    *jobs.ROUTES,
)
PREFIX = "/api/v1"


def blueprint() -> Blueprint:
    """All routes of the API, and their description."""
    made = Blueprint("api", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        name = f"{route.method}:{route.path}".replace(".", "-").lower()
        made.add_url_rule(route.path, name, _view(route), methods=[route.method])
    made.add_url_rule("/openapi.json", "openapi", _openapi)
    return made


def _view(route: Route) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        arguments: dict[str, object] = dict(path)
        if route.query is not None:
            arguments["query"] = route.query.model_validate(_parameters(route))
        if route.body is not None:
            arguments["body"] = route.body.model_validate(request.get_json())
        answer = route.view(current.workspace(), **arguments)
        if isinstance(answer, Response):
            return answer
        response = jsonify(route.shown(answer))
        response.status_code = route.status
        return response

    return view


def _parameters(route: Route) -> dict[str, str | list[str]]:
    several = route.repeated()
    return {name: request.args.getlist(name) if name in several else request.args[name] for name in request.args}


def _openapi() -> Response:
    return jsonify(document(ROUTES, PREFIX))
