"""From texts to the words by which they are found: without case and accents, with the stems of French and English.

Nobody says in which language a title is, so each word is kept as it is and as both stemmers leave it (Snowball); a word
that is asked for is found by any of its forms. Scripts that write no spaces are cut into pairs of characters, as search
engines do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

Word = tuple[str, ...]

# Thai, Lao, Myanmar, Khmer, kana, Han: written without spaces between words
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})
LONGEST_WORD = 100
_FRENCH, _ENGLISH = snowballstemmer.stemmer("french"), snowballstemmer.stemmer("english")


def fold(text: str) -> str:
    """Text in lower case, without accents and ligatures."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LIGATURES)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def words_of(text: str) -> list[Word]:
    """The words of a text in their order, each with all forms by which it is found, itself first.

    Example:
        >>> words_of("L’église")
        [('l',), ('eglise', 'eglis')]
    """
    return [forms for word in _split(text) for forms in _forms(word[:LONGEST_WORD])]


@lru_cache(maxsize=16_384)
def indexed(text: str) -> str:
    """What is kept of a text for searching: all forms of all its words, each once."""
    return " ".join(dict.fromkeys(form for word in words_of(text) for form in word))


def _split(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text.casefold())
    # marks belong to the letter before them; everything else is no part of a word
    return iter("".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in plain).split())


@lru_cache(maxsize=65_536)
def _forms(word: str) -> tuple[Word, ...]:
    found: list[Word] = []
    for run in _RUNS.findall(word):
        if _IS_UNSPACED.match(run):
            pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
            found += [(fold(pair),) for pair in pairs]
        elif run.isdigit():
            found.append((fold(run),))
        elif plain := fold(run):
            stems = (plain, fold(_FRENCH.stemWord(run)), _ENGLISH.stemWord(plain))
            found.append(tuple(dict.fromkeys(form for form in stems if form)))
    return tuple(found)
