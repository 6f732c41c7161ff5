"""The log in the language of who reads it: events keep codes and figures, words are made when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from snoop_flow.entities import Event
from snoop_webui.languages import number, score

_UNTOLD = frozenset(
    {"moment", "login", "operation", "seconds", "name", "fields"}
)  # for programs, or told in another column


def figures(kind: str) -> dict[str, str]:
    """What the figures of a job's report are called, in the order in which they are told."""
    enriching = kind == "enrich"
    return {
        "records": _("records"),
        "items": _("images"),
        "new": _("new"),
        "changed": _("changed"),
        "unchanged": _("unchanged"),
        "gone": _("gone"),
        "added": _("added"),
        "removed": _("removed"),
        "films": _("films"),
        "shots": _("shots"),
        "keyframes": _("keyframes"),
        "embedded": _("embedded"),
        "segmented": _("images cut into parts"),
        "regions": _("parts"),
        "refined": _("boxes refined"),
        "merged": _("of the same object"),
        "skipped": _("skipped"),
        "scored": _("scored"),
        "predicted": _("proposed or kept"),
        "uncertain": _("uncertain"),
        "annotations": _("annotations"),
        "withdrawn": _("withdrawn"),
        "sent": _("sent"),
        "updated": _("updated"),
        "verdicts": _("verdicts"),
        "items_per_second": _("scores a second") if enriching else _("images a second"),
    }


def failure_kind(kind: str) -> str:
    """The family of a failure in plain words."""
    words: dict[str, str] = {
        "transient": _("passing problem"),
        "blocked": _("blocked"),
        "gone": _("not there"),
        "forbidden": _("access refused"),
        "invalid": _("cannot be read"),
        "too-big": _("too large"),
        "hostile": _("refused for safety"),
    }
    return words.get(kind, kind)


def stage(name: str) -> str:
    """During what something failed."""
    words: dict[str, str] = {
        "harvest": _("while harvesting"),
        "video": _("while cutting films into shots"),
        "embed": _("while embedding"),
        "segment": _("while cutting images into parts"),
        "refine": _("while refining boxes"),
    }
    return words.get(name, name)


def detail(event: Event) -> str:
    """What an event's figures say, in one line."""
    kind, _dot, what = event.name.partition(".")
    if what == "done" and kind != "login":
        names = figures(kind)
        return ", ".join(f"{names[name]} {number(event.detail[name])}" for name in names if event.detail.get(name))
    told = [_told(name, value, event.detail) for name, value in event.detail.items() if name not in _UNTOLD]
    return ", ".join(one for one in told if one)


def _told(name: str, value: Any, all_: Mapping[str, Any]) -> str:
    """One figure; nothing where it is told with another, or is none."""
    if value is None or value == 0:
        return ""
    words: dict[str, Callable[[], object]] = {
        "answers": lambda: ngettext("%(num)s answer", "%(num)s answers", len(value)),
        "low": lambda: _("scores from %(low)s to %(high)s", low=score(value), high=score(all_.get("high"))),
        "high": lambda: "",
        "above": lambda: _("all from %(score)s on", score=score(value)),
        "disabled_at": lambda: _("let in again") if value == "None" else _("shut out"),
        "role": lambda: role_name(value),
    }
    if name in words:
        return str(words[name]())
    label = _labels().get(name)
    if label and isinstance(value, int | float):
        return f"{label} {number(value)}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)[:60]


def _labels() -> dict[str, str]:
    return {
        "version": _("version"),
        "positives": _("positives"),
        "negatives": _("negatives"),
        "round": _("round"),
        "marks": _("marks"),
        "accepted": _("accepted"),
        "rejected": _("rejected"),
        "sampled": _("looked at"),
        "right": _("of them right"),
        "annotations": _("annotations"),
    }


def role_name(role: str) -> str:
    """What a role is called."""
    names: dict[str, str] = {
        "viewer": _("viewer"),
        "curator": _("curator"),
        "publisher": _("publisher"),
        "administrator": _("administrator"),
    }
    return names.get(role, role)
