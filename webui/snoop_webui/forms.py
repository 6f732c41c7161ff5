"""Reading forms."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.datastructures import MultiDict

from snoop_flow.entities import LanguageMap
from snoop_flow.errors import UsageError

Form = MultiDict[str, str]
_LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*|none")  # BCP 47, as far as its shape goes


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
        UsageError: a line of the other labels is none.
    """
    changes: dict[str, Any] = {
        "name": form.get("name", ""),
        "definition": form.get("definition", "").strip(),
        "concept_uri": form.get("concept_uri", ""),
    }
    if given := _labels(form):
        changes["labels"] = given
    if visibility := form.get("visibility"):
        changes["visibility"] = visibility
    return changes


def card_changes(form: Form) -> dict[str, str]:
    """What people write on a class's card; the address of a licence counts where none is chosen from the list."""
    licence = form.get("licence", "") or form.get("licence_address", "")
    return {"licence": licence, **{name: form.get(name, "") for name in ("intended_use", "limits")}}


def _labels(form: Form) -> dict[str, tuple[str, ...]]:
    """The label in French, the one in English, and others: `de: Ballon`, one a line."""
    found: dict[str, tuple[str, ...]] = {}
    for code in ("fr", "en"):
        if text := form.get(f"label_{code}", "").strip():
            found[code] = (text,)
    for line in form.get("labels_more", "").splitlines():
        if not line.strip():
            continue
        code, separator, text = (part.strip() for part in line.partition(":"))
        if not separator or not text or not _LANGUAGE.fullmatch(code):
            raise UsageError(f"label {line[:60]!r}: write the language, a colon and the label, such as de: Ballon")
        found[code] = (*found.get(code, ()), text)
    return found


def more_labels(labels: LanguageMap) -> str:
    """The labels that have no field of their own, as they are written in one."""
    rest = {code: texts[1:] if code in ("fr", "en") else texts for code, texts in labels.items()}
    return "\n".join(f"{code}: {text}" for code, texts in rest.items() for text in texts)
