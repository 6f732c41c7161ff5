"""What all templates know: the theme, which browser libraries are there, and addresses that carry a version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask, request, url_for

from snoop_flow.entities import Role
from snoop_webui import current
from snoop_webui.access import may, me
from snoop_webui.forms import more_labels
from snoop_webui.happenings import detail, failure_kind, figures, role_name, stage
from snoop_webui.keys import DEFAULTS, keymap
from snoop_webui.languages import translated

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "snoop_flow_theme"


def present(app: Flask) -> None:
    """Give an application's templates their common values."""
    static = Path(app.static_folder or "")
    known = {"plugin_title": plugin_title, "figures": figures}
    app.jinja_env.globals.update(known)  # so that imported macros know them
    app.jinja_env.filters.update(translated=translated, detail=detail, failure_kind=failure_kind, stage=stage)
    app.jinja_env.filters.update(more_labels=more_labels, role_name=role_name)
    app.context_processor(
        lambda: {
            "theme": theme(),
            "has_hls": (static / "vendor/hls/hls.light.min.js").is_file(),
            "has_htmx": (static / "vendor/htmx/htmx.min.js").is_file(),
            "has_viewer": (static / "vendor/openseadragon/openseadragon.min.js").is_file(),
            "has_mirador": (static / "vendor/mirador/mirador.min.js").is_file(),
            "asset": lambda name: _asset(static, name),
            "keymap": _keymap(),
            "may_teach": may(Role.CURATOR),
            "may_govern": may(Role.ADMINISTRATOR),
            "institution": current.workspace().settings.institution,
        }
    )


def plugin_title(kind: str, name: str) -> str:
    """What a plugin's thing calls itself, in the language of the request where the plugin speaks it.

    Args:
        kind: a field of the report of plugins, such as `strategies` or `exporters`.
    """
    titles: Mapping[str, str] = getattr(current.workspace().plugins(), kind)
    return translated(titles.get(name, name))


def _keymap() -> dict[str, str]:
    """The keys of who asks; the usual ones for who is not logged in."""
    return keymap(current.workspace()) if me() is not None else dict(DEFAULTS)


def theme() -> str:
    """The theme that this browser chose."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def _asset(static: Path, name: str) -> str:
    """Address of a static file, new when the file is, so that browsers may keep it."""
    path = static / name
    version = f"{path.stat().st_mtime_ns:x}" if path.is_file() else "0"
    return url_for("static", filename=name, v=version)
