"""What every request and answer is held to: known host names, no forged changes, a strict content policy.

Changes made with a cookie need the session's token; changes without one (programs) must be JSON or a DELETE, which
a foreign page cannot send unasked, and must not come from a foreign origin. A key comes in a header that a browser
never sends by itself, and then cookies count for nothing.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session

from snoop_flow.errors import ForbiddenError, UsageError

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match, If-Range, Range",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, ETag, Link, Location",
}
# annotation clients of any site may write with a key; a browser sends none by itself, as it would a cookie
_PROTOCOL = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Match, If-None-Match, Prefer, Slug",
    "Access-Control-Expose-Headers": (
        "Accept-Post, Allow, Content-Location, ETag, Link, Location, Preference-Applied, Vary, WWW-Authenticate"
    ),
    "Access-Control-Max-Age": "86400",
}
ANNOTATIONS = "/annotations/"  # written to with a key only, whatever cookies come along
HARVESTED = "/oai"  # asked by POST as well, which changes nothing
_OPEN = (
    "/iiif/",
    "/annotations/",
    "/ns/",
    HARVESTED,
)  # read by viewers anywhere, so they carry CORS headers of their own


def protect(app: Flask, public_url: str) -> None:
    """Install the checks and headers on an application."""
    hosts = {urlsplit(public_url).hostname or "", socket.gethostname().lower(), "localhost"}
    app.before_request(lambda: _check_host(hosts))
    app.before_request(_check_change)
    app.after_request(_add_headers)
    app.jinja_env.globals[FIELD] = token  # a global, so that imported macros know it


def token() -> str:
    """The session's secret that forms and scripts send back with a change."""
    if FIELD not in session:
        session[FIELD] = secrets.token_urlsafe(24)
    return str(session[FIELD])


def allow_images_from(uri: str) -> None:
    """Let this answer's page load pictures and `info.json` from the server of `uri`."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https") and parts.netloc:
        g.image_servers = getattr(g, "image_servers", set()) | {f"{parts.scheme}://{parts.netloc}"}


def allow_media_from(uri: str = "", *, pieced: bool = False) -> None:
    """Let this answer's page play films of this server, and of the server of `uri`.

    Args:
        pieced: a script of ours may fetch the pieces of a stream there and give them to the player, as `blob:`.
    """
    parts = urlsplit(uri)
    there = {f"{parts.scheme}://{parts.netloc}"} if parts.scheme in ("http", "https") and parts.netloc else set()
    g.media_servers = getattr(g, "media_servers", {"'self'"}) | there | ({"blob:"} if pieced and there else set())
    g.asked_servers = getattr(g, "asked_servers", set()) | (there if pieced else set())


def allow_inline_styles() -> None:
    """Let this answer's page write styles of its own, which Mirador needs; scripts stay strict."""
    g.inline_styles = True


def _check_host(hosts: set[str]) -> None:
    # a foreign name that resolves to this machine (DNS rebinding) would make the browser think it is its own site
    name = urlsplit(f"//{request.host}").hostname or ""
    if name not in hosts and not name.endswith(".localhost") and not _is_address(name):
        raise UsageError(f"this server is not known as {name[:80]!r}; set public_url in snoop-flow.toml")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def shows_key() -> bool:
    """Whether the request comes with a key, right or wrong."""
    return request.headers.get("Authorization", "")[:7].lower() == "bearer "


def _check_change() -> None:
    if request.method in _SAFE or request.path.startswith(ANNOTATIONS) or request.path == HARVESTED:
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise ForbiddenError("this change was asked for by another site; open the page here and try again")
    program = request.path.startswith("/api/") and (shows_key() or not request.cookies)
    if not program:
        given = request.headers.get(HEADER) or request.form.get(FIELD, "")
        if not hmac.compare_digest(given, token()):
            raise ForbiddenError("the page is too old or cookies are off; reload it and try again")
    elif request.method != "DELETE" and not request.is_json:
        raise UsageError("send the body as application/json")


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if request.path.startswith(_OPEN):
        headers.update(_SHARED | (_PROTOCOL if request.path.startswith(ANNOTATIONS) else {}))
        return response
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    servers = "".join(f" {server}" for server in sorted(getattr(g, "image_servers", ())))
    media = "".join(f" {server}" for server in sorted(getattr(g, "media_servers", ())))
    asked = "".join(f" {server}" for server in sorted(getattr(g, "asked_servers", ())))
    style = "'self' 'unsafe-inline'" if getattr(g, "inline_styles", False) else "'self'"
    return (
        f"default-src 'none'; script-src 'self'; style-src {style}; font-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors 'none'; img-src 'self' data: blob:{servers}; "
        f"connect-src 'self'{servers}{asked}" + (f"; media-src{media}" if media else "")
    )
