"""The Web Annotation Protocol: containers that are read in pages and written to with a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, cast

from flask import Blueprint, Response, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue

from snoop_flow.entities import Role, User
from snoop_flow.errors import ForbiddenError, SnoopError, UsageError
from snoop_webui import current
from snoop_webui.access import holder, unauthorized

pages = Blueprint("protocol", __name__, url_prefix="/annotations")
W3C = 'application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"'
ACCEPT_POST = f"{W3C}, application/ld+json, application/json"
LINES = "application/x-ndjson"
_READ = "GET, HEAD, OPTIONS"
_CONTAINER_LINKS = (
    '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"',
    '<http://www.w3.org/TR/annotation-protocol/>; rel="http://www.w3.org/ns/ldp#constrainedBy"',
)
_RESOURCE_LINK = '<http://www.w3.org/ns/ldp#Resource>; rel="type"'
_PREFERENCES: Mapping[str, Literal["descriptions", "iris", "none"]] = {
    "http://www.w3.org/ns/oa#PreferContainedDescriptions": "descriptions",
    "http://www.w3.org/ns/oa#PreferContainedIRIs": "iris",
    "http://www.w3.org/ns/ldp#PreferMinimalContainer": "none",
}
View = Callable[..., ResponseReturnValue]


class _NoKeyError(UsageError):
    status = 401


class _UnconditionalError(UsageError):
    status = 428


@pages.errorhandler(_NoKeyError)
def _ask_for_key(error: SnoopError) -> Response:
    return unauthorized(str(error))


def _containers(suffix: str, methods: list[str]) -> Callable[[View], View]:
    """The same view for every kind of container."""

    def add(view: View) -> View:
        for name, rule in (("all", "/"), ("class", "/classes/<name>/"), ("collection", "/collections/<name>/")):
            kind = {"class": "classes/", "collection": "collections/"}.get(name, "")

            def of_path(name: str = "", kind: str = kind) -> ResponseReturnValue:
                return view(f"{kind}{name}")

            endpoint = f"{view.__name__}_{name}"
            pages.add_url_rule(rule + suffix, endpoint, of_path, methods=methods, provide_automatic_options=False)
        return view

    return add


@_containers("", ["GET", "HEAD", "OPTIONS"])
def read(path: str) -> Response:
    """A container with its first page, or one of its pages."""
    workspace = current.workspace()
    found = workspace.container(path)
    if request.method == "OPTIONS":
        return _as_container(Response(status=204), f"{_READ}, POST")
    iris = request.args.get("iris")
    if "page" in request.args:
        text = request.args["page"]
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise UsageError(f"page {text[:20]!r}: is a number from 0 on")
        response = _document(workspace.container_page(found, int(text), iris == "1"), f"{found.version}-{text}-{iris}")
        response.headers["Allow"] = _READ
        return response
    contents, preferred = _preference()
    if iris in ("0", "1"):
        contents, preferred = ("iris" if iris == "1" else "descriptions"), False
    response = _document(workspace.container_document(found, contents), f"{found.version}-{contents}")
    if preferred:
        response.headers["Preference-Applied"] = "return=representation"
        response.headers["Content-Location"] = found.uri + {"iris": "?iris=1", "descriptions": "?iris=0"}.get(
            contents, ""
        )
    return _as_container(response, f"{_READ}, POST")


@_containers("", ["POST"])
def write(path: str) -> Response:
    """A new annotation in a container."""
    user, sent = _writer(), _sent()
    found = current.workspace().container(path)
    made = current.workspace().receive_annotations(found.path, [sent], user, request.headers.get("Slug", ""))[0]
    response = _document(made.document, made.digest)
    response.status_code = 201
    response.headers["Location"] = str(made.document["id"])
    return _as_resource(response)


@_containers("bulk", ["GET", "HEAD"])
def read_all(path: str) -> Response:
    """All annotations of a container, one a line."""
    workspace = current.workspace()
    found = workspace.container(path)

    def lines() -> Iterator[bytes]:
        for document in workspace.stream_container(found):
            yield json.dumps(document, ensure_ascii=False).encode() + b"\n"

    response = Response(stream_with_context(lines()), content_type=LINES)
    response.set_etag(f"{found.version}-bulk")
    response.headers["Cache-Control"] = "no-cache"
    return response


@_containers("bulk", ["POST"])
def write_all(path: str) -> Response:
    """Many new annotations at once: a list, a page, or one a line; all are kept, or none."""
    user, sent = _writer(), _several()
    found = current.workspace().container(path)
    made = current.workspace().receive_annotations(found.path, sent, user)
    told = [{"id": one.document["id"], "etag": one.digest, "via": one.document.get("via")} for one in made]
    response = jsonify({"total": len(told), "items": told})
    response.status_code = 201
    return response


@pages.route("/received/<name>", methods=["GET", "HEAD"])
def show(name: str) -> Response:
    """An annotation that a program wrote."""
    found = current.workspace().received_annotation(f"received/{name}")
    return _as_resource(_document(found.document, found.digest))


@pages.put("/received/<name>")
def replace(name: str) -> Response:
    """Another text of it, by who saw the present one."""
    user, sent = _writer(), _sent()
    found = current.workspace().received_annotation(f"received/{name}")
    made = current.workspace().replace_received(f"received/{name}", sent, _seen(found.digest), user)
    return _as_resource(_document(made.document, made.digest))


@pages.delete("/received/<name>")
def remove(name: str) -> Response:
    """Its end, by who saw the present one."""
    user = _writer()
    found = current.workspace().received_annotation(f"received/{name}")
    current.workspace().remove_received(f"received/{name}", _seen(found.digest), user)
    return Response(status=204)


def _writer() -> User:
    user = holder("annotations:write")
    if user is None:
        raise _NoKeyError(
            "writing needs a key; make one with: snoop-flow key add NAME, and send Authorization: Bearer KEY"
        )
    if not user.may(Role.CURATOR):
        raise ForbiddenError(f"writing annotations needs the role curator; {user.login} is a {user.role}")
    return user


def _sent() -> Any:
    if not request.is_json:
        raise _unsupported()
    return request.get_json()


def _several() -> list[Any]:
    if request.mimetype == LINES:
        try:
            return [json.loads(line) for line in request.get_data().splitlines() if line.strip()]
        except ValueError as error:
            raise UsageError(f"a line is no JSON ({error})") from error
    sent = _sent()
    found = sent.get("items") if isinstance(sent, Mapping) and sent.get("type") == "AnnotationPage" else sent
    if not isinstance(found, list):
        raise UsageError("send a list of annotations, an AnnotationPage, or one annotation a line")
    context = sent.get("@context") if isinstance(sent, Mapping) else None
    if context is None:
        return found
    return [{"@context": context, **one} if isinstance(one, Mapping) else one for one in found]


class _UnsupportedError(UsageError):
    status = 415


def _unsupported() -> UsageError:
    return _UnsupportedError("send the annotation as application/ld+json or application/json")


def _seen(present: str) -> str:
    """The digest that the writer saw."""
    if not request.if_match:
        raise _UnconditionalError("send If-Match with the ETag of what you read, so that nobody's work is lost")
    return present if request.if_match.contains(present) else ""


def _preference() -> tuple[Literal["descriptions", "iris", "none"], bool]:
    """What the client prefers to see of a container (Web Annotation Protocol, 4.2), and whether it said so."""
    for prefer in request.headers.getlist("Prefer"):
        for name, contents in _PREFERENCES.items():
            if name in prefer and "include" in prefer:
                return contents, True
    return "descriptions", False


def _document(document: Mapping[str, Any], version: str) -> Response:
    response = jsonify(document)
    response.content_type = W3C
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(version)
    return cast(Response, response.make_conditional(request)) if request.method in ("GET", "HEAD") else response


def _as_container(response: Response, allow: str) -> Response:
    for link in _CONTAINER_LINKS:
        response.headers.add("Link", link)
    response.headers["Allow"] = allow
    response.headers["Accept-Post"] = ACCEPT_POST
    response.headers["Vary"] = "Accept, Prefer"
    return response


def _as_resource(response: Response) -> Response:
    response.headers["Link"] = _RESOURCE_LINK
    response.headers["Allow"] = f"{_READ}, PUT, DELETE"
    response.headers["Vary"] = "Accept"
    return response
