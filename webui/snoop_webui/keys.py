"""The keys of the curation page and the viewer, which everybody may change for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from snoop_flow import Workspace
from snoop_flow.errors import UsageError

DEFAULTS = {
    "positive": "p",
    "negative": "x",
    "unsure": "i",
    "clear": "u",
    "refine": "r",
    "relevant": "1",
    "most-useful": "2",
    "ambiguous": "3",
    "discovery": "4",
    "random": "5",
    "search": "s",
    "new-class": "c",
    "add-to-class": "a",
    "query": "/",
    "region": "t",
    "fit": "f",
    "grid": "g",
    "before": ",",
    "after": ".",
    "span-start": "b",
    "span-end": "e",
    "help": "?",
}
_TAKEN = frozenset(" ")  # it selects
PREFERENCE = "keys"


def keymap(workspace: Workspace) -> dict[str, str]:
    """Action → key of who asks."""
    chosen = workspace.preferences().get(PREFERENCE, {})
    return {action: str(chosen.get(action, key)) for action, key in DEFAULTS.items()}


def change(workspace: Workspace, wanted: Mapping[str, str]) -> None:
    """Keep the keys that differ from the usual ones; an empty one brings the usual one back.

    Raises:
        UsageError: a key is no single character, or does two things.
    """
    chosen = {action: (wanted.get(action, "").strip().lower() or key) for action, key in DEFAULTS.items()}
    for action, key in chosen.items():
        if len(key) != 1 or key in _TAKEN or not key.isprintable():
            raise UsageError(f"key {key[:20]!r} for {action}: give one letter, digit or sign")
        if twice := [other for other, same in chosen.items() if same == key and other != action]:
            raise UsageError(f"key {key!r} is given to {action} and to {twice[0]}; choose another one for either")
    differing = {action: key for action, key in chosen.items() if key != DEFAULTS[action]}
    workspace.set_preferences({PREFERENCE: differing or None})
