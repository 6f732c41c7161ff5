"""Concepts of vocabularies by the address that means them; people copy the address of the page that they look at.

What Wikidata, Getty, Iconclass and the BnF show under one address they mean by another, which catalogues compare.
"""

from __future__ import annotations

import re

from snoop_flow.errors import UsageError

_CHECK = "0123456789bcdfghjkmnpqrstvwxz"
_MEANT = (
    (
        re.compile(r"https?://(?:www\.|m\.)?wikidata\.org/(?:wiki|entity)/(Q\d+)(?:[?#].*)?"),
        r"http://www.wikidata.org/entity/\1",
    ),
    (
        re.compile(r"https?://vocab\.getty\.edu/(?:page/)?(aat|ulan|tgn)/(\d+)(?:[/?#.].*)?"),
        r"http://vocab.getty.edu/\1/\2",
    ),
    (
        re.compile(r"https?://(?:www\.)?getty\.edu/vow/AATFullDisplay\?(?:.*&)?subjectid=(\d+).*"),
        r"http://vocab.getty.edu/aat/\1",
    ),
    (re.compile(r"https?://(?:www\.)?iconclass\.org/(?:[a-z]{2}/|rkd/)?([0-9][^/?#]*)/?"), r"https://iconclass.org/\1"),
    (
        re.compile(r"https?://data\.bnf\.fr/(?:[a-z]{2}/)?ark:/12148/(cb\w+)(?:[/?#.].*)?"),
        r"https://data.bnf.fr/ark:/12148/\1",
    ),
    (
        re.compile(r"https?://catalogue\.bnf\.fr/ark:/12148/(cb\w+)(?:[/?#.].*)?"),
        r"https://catalogue.bnf.fr/ark:/12148/\1",
    ),
)
_BNF_PAGE = re.compile(r"https?://data\.bnf\.fr/(?:[a-z]{2}/)?(\d{8})(?:[/?#].*)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+")


def concept_address(text: str) -> str:
    """The address that means a concept, "" for none.

    Raises:
        UsageError: it is no web address.
    """
    given = text.strip()
    for page, meant in _MEANT:
        if page.fullmatch(given):
            return page.sub(meant, given)
    if found := _BNF_PAGE.fullmatch(given):
        return f"https://data.bnf.fr/ark:/12148/{_checked(f'cb{found[1]}')}"
    if given and not _ADDRESS.fullmatch(given):
        raise UsageError(f"concept address {given[:60]!r}: give one that begins with https://, or none")
    return given


def _checked(name: str) -> str:
    """A name of the BnF with its check character (Noid check digit algorithm, applied to the name alone)."""
    total = sum(place * _CHECK.index(letter) for place, letter in enumerate(name, 1))
    return name + _CHECK[total % len(_CHECK)]
