"""Logging in and out, and what a page asks to know whether it still is who it was."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import ForbiddenError
from snoop_webui import current
from snoop_webui.access import SESSION_KEY, me
from snoop_webui.forms import place
from snoop_webui.languages import KEY, LANGUAGES
from snoop_webui.security import token

pages = Blueprint("login", __name__)


@pages.get("/login")
def show() -> str | Answer:
    """The login form; nothing to do where nobody needs one."""
    if me() is not None:
        return redirect(place(request.args), 303)
    return render_template("login.html", login="", message="", next=place(request.args))


@pages.post("/login")
def enter() -> Answer | tuple[str, int]:
    """Check login and password, and go to where the person wanted to go."""
    login = request.form.get("login", "").strip().lower()
    workspace = current.workspace()
    try:
        user, opened = workspace.log_in(login, request.form.get("password", ""))
    except ForbiddenError as error:
        page = render_template("login.html", login=login, message=str(error), next=place(request.form))
        return page, 403
    language = session.get(KEY)
    session.clear()  # nothing of before the login is taken over, its token least of all
    session[SESSION_KEY] = opened
    with workspace.acting(user):
        preferred = workspace.preferences().get("language", language)
    if preferred in LANGUAGES:
        session[KEY] = preferred
    return redirect(place(request.form), 303)


@pages.post("/logout")
def leave() -> Answer:
    """End the session."""
    if opened := session.get(SESSION_KEY):
        current.workspace().log_out(str(opened))
    session.clear()
    return redirect(url_for("login.show"), 303)


@pages.get("/session")
def state() -> Answer:
    """Who is logged in here, and the token for changes: a page that outlived its session goes on with it."""
    found = me()
    answer = jsonify({"login": found.login if found else None, "token": token()})
    answer.headers["Cache-Control"] = "no-store"
    return answer
