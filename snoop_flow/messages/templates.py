"""A message with numbered values: `class {0} has no version {1}`, written as `str.format` takes it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cached_property


class Template:
    """Tells whether a text was made from a message, and with which values."""

    def __init__(self, message: str) -> None:
        """Take a message as it stands in a catalogue; raises `ValueError` where its values are not numbered."""
        self.message = message
        self._literals, self._places = [""], list[int]()
        for literal, place, _spec, _conversion in string.Formatter().parse(message):
            self._literals[-1] += literal  # a doubled brace ends a literal that goes on
            if place is not None:
                self._places.append(int(place))
                self._literals.append("")

    @property
    def places(self) -> frozenset[int]:
        """The numbers of its values; none where it is made of nothing but itself."""
        return frozenset(self._places)

    @cached_property
    def said(self) -> int:
        """How many letters are the message's own: of two that fit a text, the one that says more of it made it."""
        return sum(letter.isalpha() for literal in self._literals for letter in literal)

    def values(self, text: str) -> Sequence[str] | None:
        """The values by their numbers; None where the text was not made from this message.

        What stands between two values is looked for from the left, so it takes time in proportion to the text.
        """
        if not self._places:
            return () if text == self._literals[0] else None
        first, *between, last = self._literals
        end = len(text) - len(last)
        if len(first) > end or not text.startswith(first) or not text.endswith(last):
            return None
        found, position = [""] * (max(self._places) + 1), len(first)
        for place, literal in zip(self._places, between, strict=False):
            stop = text.find(literal, position, end)
            if stop < 0:
                return None
            found[place], position = text[position:stop], stop + len(literal)
        found[self._places[-1]] = text[position:end]
        return found

    def fill(self, values: Sequence[str]) -> str:
        """The message with values in their places."""
        return self.message.format(*values)
