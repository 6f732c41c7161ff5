"""Reading forms."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from snoop_flow.errors import UsageError

Form = MultiDict[str, str]


def listed(form: Form, name: str) -> list[str]:
    """All values of a field that occurs several times, without doubles and empty ones."""
    return list(dict.fromkeys(one for one in form.getlist(name) if one))


def place(form: Form, default: str = "/") -> str:
    """Where to go after a form: a path of this site, never another."""
    wanted = form.get("next", "")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else default


def class_changes(form: Form) -> dict[str, Any]:
    """The fields that describe a class.

    Raises:
        UsageError: the concept's address is none.
    """
    concept = form.get("concept_uri", "").strip()
    if concept and not concept.startswith(("http://", "https://")):
        raise UsageError(f"concept address {concept[:60]!r}: give one that begins with https://, or none")
    labels = {code: (form.get(f"label_{code}", "").strip(),) for code in ("fr", "en")}
    changes: dict[str, Any] = {
        "name": form.get("name", ""),
        "definition": form.get("definition", "").strip(),
        "concept_uri": concept,
    }
    if given := {code: texts for code, texts in labels.items() if texts[0]}:
        changes["labels"] = given
    if visibility := form.get("visibility"):
        changes["visibility"] = visibility
    return changes
