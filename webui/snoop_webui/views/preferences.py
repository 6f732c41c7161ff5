"""What somebody prefers: language and theme of this browser, keys and password of this person."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import ForbiddenError, UsageError
from snoop_webui import current, keys
from snoop_webui.access import SESSION_KEY, me
from snoop_webui.forms import place
from snoop_webui.languages import KEY, LANGUAGES
from snoop_webui.presentation import THEME_COOKIE, THEMES

pages = Blueprint("preferences", __name__, url_prefix="/preferences")
_YEAR = 365 * 86_400


@pages.get("")
def show() -> str:
    """Language, theme, keys and password."""
    return render_template("preferences.html", keymap=keys.keymap(current.workspace()), usual=keys.DEFAULTS)


@pages.post("")
def change() -> Answer:
    """Keep a language in the session, or a theme in a cookie, and go back."""
    answer = redirect(place(request.form), 303)
    if language := request.form.get("language"):
        if language not in LANGUAGES:
            raise UsageError(f"language {language[:10]!r}: is one of {', '.join(LANGUAGES)}")
        session[KEY] = language
        if (found := me()) is not None:  # it is the person's on every machine
            workspace = current.workspace()
            with workspace.acting(found):
                workspace.set_preferences({"language": language})
    if theme := request.form.get("theme"):
        if theme not in THEMES:
            raise UsageError(f"theme {theme[:10]!r}: is one of {', '.join(THEMES)}")
        answer.set_cookie(THEME_COOKIE, theme, max_age=_YEAR, samesite="Lax", httponly=True)
    return answer


@pages.post("/keys")
def change_keys() -> Answer:
    """Keep other keys than the usual ones, or bring these back."""
    wanted = {} if request.form.get("usual") else request.form
    keys.change(current.workspace(), wanted)
    flash(_("Saved"))
    return redirect(url_for("preferences.show", _anchor="keys"), 303)


@pages.post("/password")
def change_password() -> Answer:
    """Change one's own password, which the present one allows; one stays logged in here."""
    workspace, found = current.workspace(), me()
    if found is None or not session.get(SESSION_KEY):
        raise ForbiddenError(_("nobody is logged in here"))
    workspace.log_in(found.login, request.form.get("present", ""))
    wanted = request.form.get("password", "")
    if wanted != request.form.get("again", ""):
        raise UsageError(_("the new password was not written the same twice; nothing was changed"))
    workspace.set_password(found.login, wanted)
    session[SESSION_KEY] = workspace.log_in(found.login, wanted)[1]
    flash(_("The password is changed"))
    return redirect(url_for("preferences.show"), 303)
