"""Which vocabulary the URI of a concept is of, and what kind of heading that makes it in MARC.

Codes are those of the Library of Congress (https://www.loc.gov/standards/sourcelist/). A class says nothing of being a
topic, a genre or a person, so its vocabulary decides; without one it is a genre or form, what an image *is*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """What a heading names."""

    TOPIC = "topic"
    FORM = "form"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary by its code in $2, "" where there is none."""

    code: str
    kind: Kind


UNKNOWN = Vocabulary("", Kind.FORM)
_BY_ADDRESS = {
    "vocab.getty.edu/ulan/": Vocabulary("ulan", Kind.PERSON),
    "vocab.getty.edu/aat/": Vocabulary("aat", Kind.FORM),
    "vocab.getty.edu/page/aat/": Vocabulary("aat", Kind.FORM),
    "id.loc.gov/authorities/subjects/": Vocabulary("lcsh", Kind.TOPIC),
    "id.loc.gov/authorities/genreForms/": Vocabulary("lcgft", Kind.FORM),
    "id.loc.gov/authorities/names/": Vocabulary("naf", Kind.PERSON),
    "viaf.org/viaf/": Vocabulary("viaf", Kind.PERSON),
    "iconclass.org/": Vocabulary("iconclass", Kind.TOPIC),
    "data.bnf.fr/": Vocabulary("ram", Kind.TOPIC),
    "catalogue.bnf.fr/": Vocabulary("ram", Kind.TOPIC),
    "idref.fr/": Vocabulary("idref", Kind.TOPIC),
    "id.worldcat.org/fast/": Vocabulary("fast", Kind.TOPIC),
    "d-nb.info/gnd/": Vocabulary("gnd", Kind.TOPIC),
    "wikidata.org/": Vocabulary("wikidata", Kind.FORM),
}


@lru_cache(maxsize=4096)
def vocabulary(uri: str | None) -> Vocabulary:
    """The vocabulary of a concept; `UNKNOWN` for none or another one."""
    bare = (uri or "").partition("://")[2].removeprefix("www.")
    return next((found for start, found in _BY_ADDRESS.items() if bare.startswith(start)), UNKNOWN)
