"""Administration: people and roles, what the installation consists of, and the log of who did what."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Role
from snoop_webui import current

pages = Blueprint("administration", __name__, url_prefix="/admin")
PAGE = 50
_KINDS = ("", "login.", "user.", "class.", "predictions.", "enrich.", "publish.", "harvest.", "annotation.", "key.")


@pages.get("")
def index() -> str:
    """People, corpora, backbones, and the log."""
    workspace = current.workspace()
    kind = request.args.get("kind", "")
    kind = kind if kind in _KINDS else ""
    log = workspace.audit_log(PAGE + 1, before=request.args.get("before", None, int), name=kind)
    return render_template(
        "admin.html",
        users=workspace.users(),
        able=workspace.who_can_log_in(),
        roles=list(Role),
        collections=workspace.collections(),
        backbones=workspace.backbones(),
        status=workspace.status(),
        plugins=workspace.plugins(),
        log=log[:PAGE],
        more=log[PAGE - 1][0].sequence if len(log) > PAGE else None,
        kinds=_KINDS,
        kind=kind,
        names={one.visual_class.id: one.visual_class.name for one in workspace.classes()},
        logins={one.id: one.login for one in workspace.users()},
    )


@pages.post("/users")
def add() -> Answer:
    """Enter a person, maybe with a password."""
    workspace = current.workspace()
    login = request.form.get("login", "").strip().lower()
    workspace.add_user(login, request.form.get("name", ""), role=request.form.get("role", ""))
    if password := request.form.get("password", ""):
        workspace.set_password(login, password)
    flash(_("Saved"))
    return redirect(url_for("administration.index"), 303)


@pages.post("/users/<login>")
def change(login: str) -> Answer:
    """Change somebody's name, role or password, or whether they may log in."""
    workspace = current.workspace()
    form = request.form
    if "disabled" in form:
        workspace.change_user(login, disabled=form["disabled"] == "1")
    else:
        workspace.change_user(login, name=form.get("name"), role=form.get("role"))
    if password := form.get("password", ""):
        workspace.set_password(login, password)
    flash(_("Saved"))
    return redirect(url_for("administration.index"), 303)
