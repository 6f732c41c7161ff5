"""The OpenAPI 3.1 document, generated from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from snoop_webui.api.routes import Route

_REFERENCE = "#/components/schemas/{model}"
_ERROR = {
    "type": "object",
    "required": ["ok", "error", "errors", "status"],
    "properties": {
        "ok": {"const": False},
        "error": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "string"}},
        "status": {"type": "integer"},
    },
}


def document(routes: Sequence[Route], prefix: str) -> dict[str, Any]:
    """The description of the whole API."""
    schemas: dict[str, Any] = {"Error": _ERROR}
    bodies = [route.body for route in routes if route.body is not None]
    schemas.update(models_json_schema([(b, "validation") for b in bodies], ref_template=_REFERENCE)[1].get("$defs", {}))
    paths: dict[str, Any] = {}
    for route in routes:
        path = prefix + re.sub(r"<(\w+)>", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "snoop-flow",
            "version": version("snoop-flow"),
            "description": "See the docs for how to use it.",
        },
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}, {}],  # none is needed while nobody has a password
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    parameters = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in route.names()]
    operation: dict[str, Any] = {
        "operationId": route.view.__name__,
        "summary": route.summary,
        "tags": [route.path.split("/")[1]],
        "parameters": parameters + _query(route),
        "responses": {
            str(route.status): {"description": "done", "content": _content(route, schemas)},
            "default": {"description": "not done", "content": _json({"$ref": "#/components/schemas/Error"})},
        },
    }
    if route.body is not None:
        reference = {"$ref": _REFERENCE.format(model=route.body.__name__)}
        operation["requestBody"] = {"required": True, "content": _json(reference)}
    return operation


def _query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": one}
        for name, one in schema["properties"].items()
    ]


def _content(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    if route.answer is None:
        return {"application/octet-stream": {}}
    schema = TypeAdapter(route.answer).json_schema(mode="serialization", ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    if route.named:
        schema = {"type": "object", "required": [route.named], "properties": {route.named: schema}}
    return _json(schema)


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
