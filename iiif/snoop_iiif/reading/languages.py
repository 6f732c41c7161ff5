"""Texts in several languages, as each version writes them, made one: a map of languages to plain texts.

Presentation 2 writes `"text"`, `{"@value": …, "@language": …}` and lists of both; Presentation 3 writes
`{"fr": ["text"]}`. Real documents mix them and write `@none` or an empty language.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

import nh3

from snoop_iiif.model import LanguageMap, MetadataEntry
from snoop_iiif.reading.context import MAX_METADATA, OBJECT, Reading, listed, objects

_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div|/h[1-6]|/tr|/dd|/dt)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<!--")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINE_ENDS = re.compile(r" ?\n[ \n]*")


def plain_text(text: str) -> str:
    """A text without markup: tags go, scripts and styles with their content, entities become characters."""
    if "<" not in text and "&" not in text and "  " not in text and text.isprintable():
        return text.strip()  # nearly always
    if _TAG.search(text):
        text = nh3.clean(_BREAK.sub("\n", text), tags=set())
    if "&" in text:
        text = html.unescape(text)
    return _LINE_ENDS.sub("\n", _SPACES.sub(" ", text)).strip()


def language_map(value: object, reading: Reading, place: str = "label") -> LanguageMap:
    """The texts of a property by language.

    Args:
        value: in any of the notations.
        place: what the texts are, for the quirk `html-in-…`.
    """
    texts: dict[str, tuple[str, ...]] = {}
    for language, text in _texts(value, reading):
        if "<" in text and _TAG.search(text):
            reading.note(f"html-in-{place}")
        plain = plain_text(text)
        if plain:
            texts[language] = (*texts.get(language, ()), plain)
    return texts


def metadata_entries(value: object, reading: Reading) -> tuple[MetadataEntry, ...]:
    """The descriptive metadata of a resource; entries without any text are left out."""
    entries = []
    for pair in objects(reading.bounded(value, MAX_METADATA, "lines of metadata")):
        label = language_map(pair.get("label"), reading, "metadata-label")
        content = language_map(pair.get("value"), reading, "metadata")
        if content:
            entries.append(MetadataEntry(label, content))
    return tuple(entries)


def _texts(value: object, reading: Reading) -> Iterator[tuple[str, str]]:
    for item in listed(value):
        if isinstance(item, str):
            yield "none", item
        elif isinstance(item, int | float) and not isinstance(item, bool):
            reading.note("number-as-text")
            yield "none", str(item)
        elif isinstance(item, OBJECT):
            yield from _texts_of_object(item, reading)


def _texts_of_object(item: Mapping[str, object], reading: Reading) -> Iterator[tuple[str, str]]:
    if "@value" in item or "@language" in item:
        language = _language(item.get("@language"), reading)
        yield from ((language, text) for text in listed(item.get("@value")) if isinstance(text, str))
        return
    for key, texts in item.items():
        if key.startswith("@") and key != "@none":
            continue
        language = _language(key, reading)
        if isinstance(texts, str):
            reading.note("language-value-not-a-list")
        for text in listed(texts):
            if isinstance(text, str):
                yield language, text
            elif isinstance(text, OBJECT) and isinstance(text.get("@value"), str):
                yield language, text["@value"]


def _language(tag: object, reading: Reading) -> str:
    if tag == "none" or tag is None:
        return "none"
    if not isinstance(tag, str) or not tag.strip() or tag == "@none":
        reading.note("language-none-misspelt")
        return "none"
    return tag.strip()
