"""Simple Dublin Core as OAI-PMH carries it: what is said of one image.

http://www.openarchives.org/OAI/2.0/oai_dc.xsd. Exported to files by a plugin, and given to harvesters by the web UI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.metadata.citing import clock, legal, spoken, stretch, view_name
from snoop_iiif import LanguageMap

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
NAMESPACES = {"oai_dc": OAI_DC, "dc": DC}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
Statement = tuple[LanguageMap, str | None]
"""What a class is called, by language, and the URI of its concept."""
Stretch = tuple[LanguageMap, tuple[float, float] | None]
"""What a class is called, and the seconds of a film in which it was found."""


def describe_image(
    record: Record, item: Item, statements: Iterable[Statement], stretches: Iterable[Stretch] = ()
) -> etree._Element:
    """An `oai_dc:dc` about an image or a film, by statements on it and its regions.

    Each class is a `dc:subject` in every language that it has a label in, and another one with the URI of its concept.
    Dublin Core has no element for moments of a film: where a class was found is told in words, in a `dc:description`.
    Characters that XML forbids are left out.
    """
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap=NAMESPACES)

    def say(name: str, text: str, language: str = "") -> None:
        child = etree.SubElement(root, f"{{{DC}}}{name}", in_language(language))
        child.text = legal(text)

    for language, text in list(spoken(record.label)) or [("", record.uri)]:
        say("title", text, language)
    for text, language in _subjects(statements):
        say("subject", text, language)
    for text in described(stretches):
        say("description", text)
    say("type", "MovingImage" if _of_film(item) else "StillImage")
    for text in _formats(record, item):
        say("format", text)
    for one in dict.fromkeys((view_name(record, item), item.uri)):
        say("identifier", one)
    say("relation", record.uri)
    if record.rights:
        say("rights", record.rights)
    return root


def described(stretches: Iterable[Stretch]) -> list[str]:
    """Of each class in which stretches it was found: `Balloon: 0:00:02-0:00:04, 0:01:10-0:01:12`."""
    found: dict[str, list[str]] = {}
    for label, time in stretches:
        if time is not None:
            found.setdefault(next((text for _, text in spoken(label)), ""), []).append(stretch(time))
    return [f"{name}: {', '.join(dict.fromkeys(times))}" for name, times in found.items()]


def duration_of(record: Record, item: Item) -> float | None:
    """How many seconds the film lasts that an item is of; None of a picture, and where that is not known."""
    told = medium_of(record, item).get("duration")
    return float(told) if isinstance(told, int | float) and told > 0 else None


def _of_film(item: Item) -> bool:
    return item.kind is ItemKind.KEYFRAME or item.selector.startswith("t=")


def medium_of(record: Record, item: Item) -> Mapping[str, Any]:
    """What a record tells of the film that an item is of; empty for a picture."""
    videos = [one for one in record.media if str(one.get("kind", "")).lower() == "video"] if _of_film(item) else []
    mine = [one for one in videos if one.get("canvas") == item.uri]
    return mine[0] if mine else videos[0] if record.local and len(videos) == 1 else {}


def _formats(record: Record, item: Item) -> list[str]:
    """Media type and duration of a film."""
    seconds = duration_of(record, item)
    told = str(medium_of(record, item).get("format") or "")
    return [one for one in (told, clock(seconds) if seconds else "") if one]


def in_language(language: str) -> dict[str, str]:
    """The attribute that says a language; none where the text is no language tag, as `fr_FR` in some manifests."""
    return {XML_LANG: language} if _LANGUAGE.fullmatch(language) else {}


def _subjects(statements: Iterable[Statement]) -> dict[tuple[str, str], None]:
    """Labels with their languages, then URIs; a class found several times on an image counts once."""
    found: dict[tuple[str, str], None] = {}
    for label, concept_uri in statements:
        found.update({(text, language): None for language, text in spoken(label)})
        if concept_uri:
            found[legal(concept_uri), ""] = None
    return found
