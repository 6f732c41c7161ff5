"""Texts in another language, by the gettext catalogues of the engine and of plugins."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from snoop_flow.messages.templates import Template
from snoop_flow.messages.typography import typeset

DOMAIN = "snoop_flow"  # gettext's word for the name of a catalogue
_COLON = ": "
_COLONS = 8  # that may stand before a message
_LEAST = 4  # letters of its own that a message has to have, to be recognised with values in it
_LONGEST = 4000  # characters; what is longer was not written by us
_DEEP = 3  # messages inside messages: why something failed, of which something failed
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Language:
    """The messages of one language: those without values by their text, the others the most telling first."""

    fixed: Mapping[str, str] = field(default_factory=dict)
    varying: Sequence[tuple[Template, Template]] = ()


class Translator:
    """Says the texts of the engine and of plugins in other languages; safe to share between threads."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Take folders of catalogues, `LANGUAGE/LC_MESSAGES/snoop_flow.po`; the first that knows a text counts."""
        self._folders = tuple(folders)
        self._language = lru_cache(maxsize=16)(self._read)
        self.translate = lru_cache(maxsize=4096)(self._translate)

    def _translate(self, text: str, language: str) -> str:
        """A text in a language, as a whole or from one of its colons on; what nobody translated is given as it is.

        Texts say where something is wrong before they say what: `https://…: the server did not answer in time`.
        """
        known = self._language(language)
        if not text or len(text) > _LONGEST:
            return text
        if (found := _said(known, text, _DEEP)) is not None:
            return found
        for start in accumulate(len(part) + len(_COLON) for part in text.split(_COLON, _COLONS)[:-1]):
            if " " in text[start:] and (found := _said(known, text[start:], _DEEP)) is not None:
                return text[:start] + found
        return text

    def _read(self, language: str) -> _Language:
        fixed: dict[str, str] = {}
        varying: dict[str, tuple[Template, Template]] = {}
        for folder in self._folders:
            for message, translation in _messages(folder / language / "LC_MESSAGES" / f"{DOMAIN}.po", language):
                if message.places:
                    varying.setdefault(message.message, (message, translation))
                else:
                    fixed.setdefault(message.fill(()), translation.fill(()))
        telling = [one for one in varying.values() if one[0].said >= _LEAST]
        return _Language(fixed, sorted(telling, key=lambda one: -one[0].said))


def _messages(file: Path, language: str) -> list[tuple[Template, Template]]:
    """The messages of a catalogue with their translations; what is broken in it is logged, and shown untranslated."""
    if not file.is_file():
        return []
    try:
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=language, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        log.warning("%s: cannot be read (%s)", file, error)
        return []
    said = [(str(one.id), str(one.string)) for one in catalog if one.id and one.string and not one.fuzzy]
    found = [_pair(message, typeset(text) if language == "fr" else text, file) for message, text in said]
    return [pair for pair in found if pair]


def _pair(message: str, text: str, file: Path) -> tuple[Template, Template] | None:
    try:
        pair = Template(message), Template(text)
    except ValueError as error:
        log.warning("%s: %r is left out (%s)", file, message, error)
        return None
    if not pair[1].places <= pair[0].places:
        log.warning("%s: %r is left out: its translation has other values", file, message)
        return None
    return pair


def _said(known: _Language, text: str, deep: int) -> str | None:
    """A text in the language of `known`; None where it was made from no message of it."""
    if (found := known.fixed.get(text)) is not None:
        return found
    for message, translation in known.varying if deep else ():
        if (values := message.values(text)) is not None:
            return translation.fill([_value(known, one, deep - 1) for one in values])
    return None


def _value(known: _Language, value: str, deep: int) -> str:
    """A value in a message, which may be a message itself; a single word is a name, such as a class's."""
    return (_said(known, value, deep) if " " in value else None) or value
