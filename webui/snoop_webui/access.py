"""Who asks, and what they may: sessions, roles, and the way to the login page.

While nobody has a password the local curator acts and may do everything. What viewers anywhere read (IIIF, published
annotations) needs no login unless the setting `reading` says so, and what machines ask (health) never does. Programs
show a key; who shows one is its holder and nobody else, whatever cookies come along.
"""

from __future__ import annotations

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Role, User
from snoop_flow.errors import ForbiddenError, phrase
from snoop_webui import current
from snoop_webui.failures import failure, speaks_json
from snoop_webui.happenings import role_name
from snoop_webui.security import shows_key

SESSION_KEY = "login"
_OPEN_ROOMS = frozenset({"health", "login"})
_READ_ROOMS = frozenset({"iiif", "annotations", "protocol", "discovery", "oai"})
_OPEN = frozenset({"static", "preferences.change"})
_CHANGES_NEED: dict[str, Role] = {
    "curation.search_image": Role.VIEWER,
    "api.post:/search": Role.VIEWER,
    "api.put:/classes/<class_id>/follow": Role.VIEWER,
    "api.delete:/classes/<class_id>/follow": Role.VIEWER,
    "discovering.follow": Role.VIEWER,
    "preferences.change": Role.VIEWER,
    "preferences.change_keys": Role.VIEWER,
    "preferences.change_password": Role.VIEWER,
    "publishing.launch": Role.PUBLISHER,
    "publishing.push": Role.PUBLISHER,
    "sources": Role.ADMINISTRATOR,
    "administration": Role.ADMINISTRATOR,
}
_API_READS = ("api.post:/search",)  # asked by POST, since an image comes along
_JOBS_NEED = {"publish": Role.PUBLISHER, "enrich": Role.CURATOR, "refine": Role.CURATOR}
LOGGED_OUT = phrase("you are not logged in, or your session is over; log in and try again")


def control(app: Flask) -> None:
    """Install the checks on an application, and tell templates who is there."""
    app.before_request(_enter)
    app.teardown_request(_leave)
    app.context_processor(lambda: {"me": me(), "login_needed": getattr(g, "login_needed", False), "Role": Role})


def me() -> User | None:
    """Who asks; None where nobody is logged in."""
    found: User | None = getattr(g, "me", None)
    return found


def may(role: Role) -> bool:
    """Whether who asks has a role, so that a page offers only what would be done."""
    found = me()
    return found is not None and found.may(role)


def _enter() -> Response | Answer | None:
    workspace = current.workspace()
    g.login_needed = workspace.login_needed()
    token = str(session.get(SESSION_KEY, ""))
    keyed = request.blueprint == "api" and shows_key()
    if keyed:
        g.me = holder(_scope())
    else:
        g.me = (workspace.session_user(token) if token else None) if g.login_needed else workspace.user()
    if request.endpoint in _OPEN or request.blueprint in _OPEN_ROOMS:
        return None
    if request.blueprint in _READ_ROOMS:
        return _read()
    if g.me is None:
        return unauthorized(phrase(f"this key does not open {_scope()} here, or no more")) if keyed else _to_login()
    if not g.me.may(needed := _needed()):
        raise ForbiddenError(_refusal(needed, g.me.role))
    if g.login_needed or keyed:
        g.acting = workspace.acting(g.me)
        g.acting.__enter__()
    return None


def _refusal(needed: Role, has: str) -> str:
    """Why somebody may not, in their language; programs are told by the codes of the roles."""
    if speaks_json() and not request.headers.get("X-CSRF-Token"):
        return f"this needs the role {needed}; you are {has}: ask an administrator"
    text: str = _(
        "This needs the role “%(needed)s”; yours is “%(has)s”. An administrator can change it.",
        needed=role_name(needed),
        has=role_name(has),
    )
    return text


def _scope() -> str:
    """What a key has to open for this request of the REST API."""
    reads = request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in _API_READS
    return "api:read" if reads else "api:write"


def holder(scope: str) -> User | None:
    """Who shows a key (`Authorization: Bearer …`) that opens a scope."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return current.workspace().key_user(token.strip(), scope) if kind.lower() == "bearer" else None


def _read() -> Response | None:
    """What viewers read: by anybody, or by who is logged in or shows a key. The context is only words."""
    public = current.workspace().settings.reading == "public"
    if public or request.method == "OPTIONS" or request.endpoint == "annotations.context" or g.me is not None:
        return None  # where nobody has a password, everybody is the local curator, here as elsewhere
    if holder("annotations:read") or holder("annotations:write"):
        return None
    return unauthorized(phrase("annotations and images are read here with a key; send Authorization: Bearer KEY"))


def unauthorized(message: str) -> Response:
    """401, and by what to show who asks."""
    response = failure(message, 401)
    response.headers["WWW-Authenticate"] = 'Bearer realm="snoop-flow"'
    return response


def _leave(error: BaseException | None) -> None:
    if (acting := g.pop("acting", None)) is not None:
        acting.__exit__(None, None, None)


def _to_login() -> Response | Answer:
    if request.method == "GET" and not speaks_json() and not request.headers.get("X-Fragment"):
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("login.show", next=wanted if wanted != "/" else None), 303)
    return failure(LOGGED_OUT if speaks_json() else _("Your session is over: log in and try again."), 401)


def _needed() -> Role:
    if request.blueprint == "administration":
        return Role.ADMINISTRATOR
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return Role.VIEWER
    if request.endpoint == "api.post:/jobs":
        body = request.get_json(silent=True)
        kind = body.get("kind") if isinstance(body, dict) else None
        return _JOBS_NEED.get(str(kind), Role.ADMINISTRATOR)
    room = _CHANGES_NEED.get(request.blueprint or "", Role.CURATOR)
    return _CHANGES_NEED.get(request.endpoint or "", room)
