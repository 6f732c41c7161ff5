"""What a language wants between its signs."""

from __future__ import annotations

import re

_SPACES = (
    (re.compile(r" (?=[;!?])"), "\u202f"),
    (re.compile(r" (?=[:»]|%(?![(\w]))"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
)


def typeset(french: str) -> str:
    """French typography: spaces before high punctuation and inside guillemets do not break, and are narrow where due.

    Source: Imprimerie nationale, Lexique des règles typographiques: narrow before ; ! ?, whole before : and %.
    """
    for pattern, replacement in _SPACES:
        french = pattern.sub(replacement, french)
    return french
