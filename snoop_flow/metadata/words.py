"""The words of dates in French, English and German, folded: lower case, without accents."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {"–": " - ", "—": " - ", "−": "-", "\u2010": "-", "\u2011": "-", "’": "'", "[": "", "]": "", "(": " ", ")": " "}
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
_ENGLISH = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
_ENGLISH += "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
_FRENCH = "premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme onzieme douzieme "
_FRENCH += "treizieme quatorzieme quinzieme seizieme dix-septieme dix-huitieme dix-neuvieme vingtieme vingt-et-unieme"
_ORDINALS = {word: place for words in (_ENGLISH, _FRENCH) for place, word in enumerate(words.split(), 1)}
_PLACES = {"premiere": 1, "erste": 1, "seconde": 2, "second": 2, "zweite": 2, "dernier": -1, "derniere": -1, "last": -1}

ORDINAL = r"(?:[ivxl]+|\d{1,2})(?:\s?(?:e|eme|er|ere|re|nd|rd|st|th|de)\b|\.)?|" + "|".join(
    sorted((*_ORDINALS, *_PLACES), key=len, reverse=True)
)
CENTURY = r"(?:siecles?|centur(?:y|ies)|jahrhunderts?|jh\.?|jhd?t?\.?|s\.|c\.(?=\s*$|\s*[,;])|cent\.)"
BEFORE_CHRIST = r"(?:av(?:\.|ant)?\s*(?:j\.?\s?-?\s?c\b\.?|jesus-christ|notre ere)|b\.?c\.?e?\b\.?|v\.?\s?chr\b\.?)"
AFTER_CHRIST = re.compile(
    r"\b(?:ap(?:\.|r\.?|res)?\s*(?:j\.?\s?-?\s?c\b\.?|jesus-christ)|a\.?d\b\.?|c\.?e\b\.?|n\.?\s?chr\b\.?)"
)
ABOUT = re.compile(
    r"\b(?:vers|environ|env\.?|circa|ca\.?|[cv]\.(?=\s*\d{3})|um|about|around|approximately|approx\.?|probabl[ey]ment|probably|"
    r"possibly|peut-etre|wohl)(?=[\s\d])|[?~%]"
)
UP_TO = re.compile(
    r"(?:\b(?:avant|before|ante|jusqu'(?:en|a|au)|until|up to|vor|anterieur a)\s+(?:l'an\s+)?|\.\./|<\s*)$"
)
SINCE = re.compile(r"(?:\b(?:apres|after|post|depuis|a partir de|since|nach|posterieur a)\s+(?:l'an\s+)?|>\s*)$")
REPUBLICAN = {
    **dict.fromkeys("vendemiaire brumaire frimaire".split(), (0, 0)),
    "nivose": (0, 1),
    **dict.fromkeys("pluviose ventose germinal floreal prairial messidor thermidor fructidor".split(), (1, 1)),
}
"""Which of the two years that a year of the Republic lies in has a month: the second begins on the 12th of Nivose."""


def fold(text: str) -> str:
    """A text without case, accents and brackets; long dashes stand apart, since `1905–06` is no month."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def number(ordinal: str) -> int:
    """The number that an ordinal or a Roman numeral means, -1 for the last, 0 for none."""
    word = ordinal.strip(" .")
    if found := _ORDINALS.get(word) or _PLACES.get(word):
        return found
    if digits := re.match(r"\d+", word):
        return int(digits[0])
    numeral = re.match(r"[ivxl]+", word)
    return roman(numeral[0]) if numeral else 0


def roman(numeral: str) -> int:
    """The value of a Roman numeral up to 89."""
    values = [_ROMAN[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))
