"""Reading when something was made as cataloguers write it, in French, English, some German, and EDTF.

`1914-18`, `vers 1890`, `XIXe siècle`, `[18..]`, `fin du XVe s.`, `an VII`, `15. Jh.`, `between 816 and 855`,
`1914/1918`, `50 av. J.-C.`. Read are years; days and months are dropped. Conventions:

- early, mid and late are thirds of a century (Getty, Categories for the Description of Works of Art, Creation Date);
- `1905-06` is June 1905 (EDTF, https://www.loc.gov/standards/datetime/), `1914-18` and `1905–06` are ranges;
- a year of the Republic, which begins in September, is both years that it lies in, unless its month is told;
- years before Christ are counted as astronomers do, 0 being 1 BC;
- several dates in one text are the span from the first to the last; a year within a century that is told counts alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from snoop_flow.metadata.words import (
    ABOUT,
    AFTER_CHRIST,
    BEFORE_CHRIST,
    CENTURY,
    ORDINAL,
    REPUBLICAN,
    SINCE,
    UP_TO,
    fold,
    number,
    roman,
)

LATEST = 2100  # what is beyond is no year
LONGEST = 300  # of a text that is read, in characters


def _part_as(name: str) -> str:
    """The pattern of a part of a century, as a group of this name."""
    return (
        rf"(?:(?P<{name}>(?:(?:{ORDINAL})\s?)?(?:moitie|half|halfte|quart(?:er)?|viertel|tiers|third|drittel)|debut|early|"
        r"beginning|anfang|milieu|mid(?:dle)?|mitte|fin|late|end|ende)[\s-]*(?:d[ue]s?|of)?\s*(?:the\s+|le\s+)?)?"
    )


_JOIN = r"\s*(?:-|/|,|et|ou|a|au|to|and|or|und|bis|oder)\s*(?:du\s+|the\s+|le\s+)?"
_CENTURIES = re.compile(
    rf"{_part_as('early')}\b(?P<one>{ORDINAL})(?:\s?{CENTURY})?"
    rf"(?:{_JOIN}{_part_as('late')}\b(?P<two>{ORDINAL}))?\s?{CENTURY}(?P<before>\s*{BEFORE_CHRIST})?"
)
_CENTURY_FIRST = re.compile(r"\b(?:siecle|saec\.?|s\.)\s*(?P<one>[ivxl]+)\b(?:-(?P<two>[ivxl]+)\b)?")
_BEFORE_CHRIST = re.compile(rf"(?:\b(\d{{1,4}})\s*(?:-|/|et|and|a|to)\s*)?\b(\d{{1,4}})\s*{BEFORE_CHRIST}")
_ISO = re.compile(r"\b(\d{4})-(?:0[1-9]|1[0-2])(?:-[0-3]\d(?:t[\d:.+z-]*)?)?(?![\d.])")
_COMPACT = re.compile(r"\b(\d{4})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b")
_MASKED = re.compile(r"(?<!\d)(?:(1\d\d|20\d)[.x?u_*-]{1,2}|(1\d|20)[.x?u_*-]{2,3})(?![\d\w])")
_DECADE = re.compile(r"\b(?:(?P<french>annees)\s+)?(?P<year>\d{3}0)(?(french)|\s?(?:'?s|er)\b)")
_RANGE = re.compile(r"(?<![\d.])(\d{3,4})\s*(?:-|/|a|au|to|et|and|ou|or|bis|und)\s*(\d{1,4})(?![\d.]\d|\d)")
_YEAR = re.compile(r"(?<!\d)(?:c|cop\.?|p)?(1\d{3}|20\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d.])([1-9]\d{2})(?![\d.]\d|\d)")
_REPUBLICAN = re.compile(rf"(?:\b({'|'.join(REPUBLICAN)})\s+)?\b(?:l')?an\.?\s+([ivx]+|\d{{1,2}})\b")
_PLAINLY = re.compile(r"([12]\d{3})(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_EITHER = re.compile(r"\b(?:ou|or|oder)\b")
_OPEN_END = re.compile(r"\s*(?:-\s*$|/\s*(?:\.\.)?\s*$)")


@dataclass(frozen=True, slots=True)
class Period:
    """The years that something was made in, both included.

    Attributes:
        first: None where only the end is told. last: None where only the beginning is.
        approximate: its source says about, or doubts.
    """

    first: int | None
    last: int | None
    approximate: bool = False

    @property
    def closed(self) -> tuple[int, int] | None:
        """First and last year where both are told."""
        return None if self.first is None or self.last is None else (self.first, self.last)


Span = tuple[int, int]


@lru_cache(maxsize=65_536)
def read_period(text: str) -> Period | None:
    """The period that a text tells; None where it tells none."""
    if plainly := _PLAINLY.fullmatch(text):  # most are; the rest takes ten times longer
        return Period(int(plainly[1]), int(plainly[1]))
    folded = AFTER_CHRIST.sub(" ", fold(text[:LONGEST]))
    masked = list(_masks(folded))
    plain = _MASKED.sub(" ", folded) if masked else folded
    approximate = bool(ABOUT.search(plain))
    plain = " ".join(ABOUT.sub(" ", plain).split())
    found, rest = _spans(plain)
    found += masked
    if not found:
        found = list(_republican(rest))
    if not (spans := _told_best([one for one in found if one[1] <= LATEST], plain)):
        return None
    first, last = min(one[0] for one in spans), max(one[1] for one in spans)
    if len(spans) == 1 and not masked:
        return _opened(plain, first, last, approximate)
    return Period(first, last, approximate)


def _told_best(spans: list[Span], text: str) -> list[Span]:
    """Without a century that a year in it makes needless: `XIXe siècle (1850)`, but not `900 or 10th century`."""
    if _EITHER.search(text):
        return spans
    return [
        one
        for one in spans
        if one[1] - one[0] != 99 or not any(one[0] <= other[0] <= other[1] <= one[1] for other in spans if other != one)
    ]


def _opened(plain: str, first: int, last: int, approximate: bool) -> Period:
    """The period of a text with one date: before it, since it, or just it."""
    date = re.search(r"\d|\b[ivxl]+e?\b", plain)
    before = plain[: date.start()] if date else ""
    if UP_TO.search(before):
        return Period(None, last, approximate)
    end = re.search(rf"{last}(.*)$", plain)
    if SINCE.search(before) or (end and _OPEN_END.fullmatch(end[1])):
        return Period(first, None, approximate)
    return Period(first, last, approximate)


def _spans(text: str) -> tuple[list[Span], str]:
    """Every date of a text but masked and Republican ones, and what is left of the text."""
    found: list[Span] = []
    for pattern, read in _READERS:
        for match in list(pattern.finditer(text)):
            if span := read(match):
                found.append(span)
                text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    if not found:
        found = [(int(one[1]), int(one[1])) for one in _SHORT_YEAR.finditer(text)]
    return found, text


def _centuries(match: re.Match[str]) -> Span | None:
    named = match.groupdict()
    one, two = number(named["one"]), number(named["two"] or named["one"])
    if not 1 <= one <= 21 or not 1 <= two <= 21:
        return None
    before = bool(named.get("before"))
    first = _part(_century(one, before), named.get("early"))
    last = _part(_century(two, before), named.get("late") if named["two"] else named.get("early"))
    return (min(first[0], last[0]), max(first[1], last[1]))


def _century(ordinal: int, before: bool) -> Span:
    """Its years as people count them, 1800 to 1899 being the nineteenth; before Christ, in astronomers' years."""
    return (1 - 100 * ordinal, -100 * (ordinal - 1)) if before else (100 * (ordinal - 1), 100 * ordinal - 1)


def _part(years: Span, part: str | None) -> Span:
    """A half, third or quarter of a century."""
    if not part:
        return years
    words = part.split()
    name = re.sub(r"[\s-]+.*", "", words[-1])
    whole = next((size for stems, size in _SIZES if name.startswith(stems)), 3)
    place = number(" ".join(words[:-1])) if whole != 3 or len(words) > 1 else _THIRDS.get(name, 1)
    place = whole if place == -1 else min(max(place, 1), whole)
    low, high = 100 * (place - 1) // whole, 100 * place // whole
    return (years[0] + low, years[0] + high - 1)


_SIZES = ((("moitie", "half", "halfte"), 2), (("quart", "viertel"), 4), (("tiers", "third", "drittel"), 3))
_THIRDS = dict.fromkeys(("milieu", "mid", "middle", "mitte"), 2) | dict.fromkeys(("fin", "late", "end", "ende"), 3)


def _before_christ(match: re.Match[str]) -> Span | None:
    years = [1 - int(year) for year in match.groups() if year]
    return min(years), max(years)


def _decade(match: re.Match[str]) -> Span | None:
    year = int(match["year"])
    return year, year + (99 if year % 100 == 0 and not match["french"] else 9)


def _range(match: re.Match[str]) -> Span | None:
    """`1914-1918`, `1914-18`, `1470-7`; a second number that leads back is no year."""
    start, end = match.groups()
    whole = int(start[: len(start) - len(end)] + end) if len(end) < len(start) else int(end)
    return (int(start), whole) if whole >= int(start) else None


def _one(match: re.Match[str]) -> Span | None:
    return int(match[1]), int(match[1])


_READERS = (
    (_BEFORE_CHRIST, _before_christ),
    (_CENTURIES, _centuries),
    (_CENTURY_FIRST, _centuries),
    (_COMPACT, _one),
    (_ISO, _one),
    (_DECADE, _decade),
    (_RANGE, _range),
    (_YEAR, _one),
)


def _masks(text: str) -> Iterator[Span]:
    """`18..`, `189-`, `18xx`, `189?`: years of which the last digits are not told."""
    for decade, century in _MASKED.findall(text):
        yield (int(decade) * 10, int(decade) * 10 + 9) if decade else (int(century) * 100, int(century) * 100 + 99)


def _republican(text: str) -> Iterator[Span]:
    for month, year in _REPUBLICAN.findall(text):
        count = int(year) if year.isdigit() else roman(year)
        if 1 <= count <= 14:
            low, high = REPUBLICAN.get(month, (0, 1))
            yield 1791 + count + low, 1791 + count + high
