"""Which lines of a document's metadata tell when and where it was made, in French, English and German.

Institutions name their lines as they like. Lines of making come before those of publishing; when a scan was made or put
online, and where the thing is kept, is not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from snoop_flow.metadata.citing import one_line
from snoop_flow.metadata.periods import LONGEST, Period, read_period
from snoop_flow.metadata.words import fold

Texts = Mapping[str, Sequence[str]]
Lines = Sequence[tuple[Texts, Texts]]
MAKING, PLAIN, PUBLISHING, COVERAGE = range(4)

_OTHER = re.compile(
    r"digit|numeris|upload|modif|en ligne|online|harvest|record|metadata|notice|depot|acqui|update|scan|publish ?date|"
    r"created on|naissance|birth|death|deces|conserv|holding|repositor|standort|physical|electronic|geburt|source"
)
_MAKING = re.compile(
    r"creat|origin|execut|realis|fabric|prise de vue|made|production|entsteh|photograph|copie|"
    r"repres|depict|subject|sujet"
)
_PUBLISHING = re.compile(r"publi|editi|edite|issu|erschein|impr|print|copyright|verlag")
_DATE = re.compile(
    r"dat(?:e|es|ed|ing|um|ation|ierung)\b|annee|year|jahr|period|epoque|century|siecle|temporal|temps|zeit"
)
_PLACE = re.compile(r"place|lieu|spatial|geograph|pays|country|ville|city|\bort$|ort\b|region|provenance geo")
_BOTH = re.compile(r"^(?:coverage|couverture)$")
_IMPRINT = re.compile(
    r"^(?:published|publication|publie|created published|publication/creation|imprint|edition|creation)$"
)
_SCANNED = re.compile(r"\b(?:digiti[sz]|numeris|scann)")
_NOWHERE = re.compile(
    r"\b(?:s\.? ?l\.?|sine loco|n\.? ?p\.?|(?:place|lieu)[^,:;]*(?:not identified|inconnue?|unknown)|"
    r"unknown|inconnue?)$"
)
_REMARK = re.compile(r"\s*\((?:\?|printed|made|published|imprime|probably|circa)\)|\s*\?+$")
_LEAD = re.compile(r"^[^:;,(]{3,30} : ")


@dataclass(frozen=True, slots=True)
class Dating:
    """When a document was made: as it is written, and read; None where it was not understood."""

    text: str
    period: Period | None


def dating(metadata: Lines) -> Dating | None:
    """When a document was made, by the line that tells it best; None where no line is about it."""
    unread: Dating | None = None
    for rank in (MAKING, PLAIN, PUBLISHING, COVERAGE):
        for label, value in metadata:
            if any(_asked(text, "date") == rank for texts in label.values() for text in texts):
                for text in (text for texts in value.values() for text in texts):
                    if _SCANNED.search(fold(text[:LONGEST])):
                        continue
                    if period := read_period(text):
                        return Dating(one_line(text), period)
                    if rank < PUBLISHING:
                        unread = unread or Dating(one_line(text), None)
    return unread


def places(metadata: Lines, language: str = "") -> tuple[str, ...]:
    """Where a document was made or what place it shows, by the lines that tell it best.

    Args:
        language: in which places are wanted, where the metadata has them in several.
    """
    for rank in (MAKING, PLAIN, COVERAGE, PUBLISHING):
        found: dict[str, None] = {}
        for label, value in metadata:
            if any(_asked(text, "place") == rank for texts in label.values() for text in texts):
                named = map(_place, _spoken(value, language))
                found |= dict.fromkeys(name for name in named if name and not (rank == COVERAGE and read_period(name)))
        if found:
            return tuple(found)
    return ()


@lru_cache(maxsize=8192)
def _asked(label: str, wanted: str) -> int | None:
    """How well a line of this name tells the date or the place that is wanted, the lowest best; None for not at all."""
    name = fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)).strip(" :_-")
    if _OTHER.search(name):
        return None
    if _BOTH.match(name):
        return COVERAGE
    if wanted == "date" and _IMPRINT.match(name):
        return PUBLISHING
    if not (_DATE if wanted == "date" else _PLACE).search(name):
        return None
    return MAKING if _MAKING.search(name) else PUBLISHING if _PUBLISHING.search(name) else PLAIN


def _spoken(value: Texts, language: str) -> Sequence[str]:
    """The texts in the language that is wanted, else in none, else in the first."""
    wanted = (language, "none", "@none", *value)
    return next((value[one] for one in wanted if value.get(one)), ())


@lru_cache(maxsize=65_536)
def _place(text: str) -> str:
    """A place's name without brackets, remarks and what is no place."""
    name = _LEAD.sub("", one_line(text).translate({ord("["): "", ord("]"): ""}))
    name = _REMARK.sub("", name).strip(" ,:;.")
    return "" if _NOWHERE.search(fold(name)) or not any(letter.isalpha() for letter in name) else name
