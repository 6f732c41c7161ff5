"""Language and theme of this browser."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response as Answer

from snoop_flow.errors import UsageError
from snoop_webui.forms import place
from snoop_webui.languages import KEY, LANGUAGES
from snoop_webui.presentation import THEME_COOKIE, THEMES

pages = Blueprint("preferences", __name__, url_prefix="/preferences")
_YEAR = 365 * 86_400


@pages.post("")
def change() -> Answer:
    """Keep a language in the session, or a theme in a cookie, and go back."""
    answer = redirect(place(request.form), 303)
    if language := request.form.get("language"):
        if language not in LANGUAGES:
            raise UsageError(f"language {language[:10]!r}: is one of {', '.join(LANGUAGES)}")
        session[KEY] = language
    if theme := request.form.get("theme"):
        if theme not in THEMES:
            raise UsageError(f"theme {theme[:10]!r}: is one of {', '.join(THEMES)}")
        answer.set_cookie(THEME_COOKIE, theme, max_age=_YEAR, samesite="Lax", httponly=True)
    return answer
