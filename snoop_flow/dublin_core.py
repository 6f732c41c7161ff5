"""Simple Dublin Core as OAI-PMH carries it: what is said of one image.

http://www.openarchives.org/OAI/2.0/oai_dc.xsd. Exported to files by a plugin, and given to harvesters by the web UI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from snoop_flow.citing import legal, spoken, view_name
from snoop_flow.entities import Item, ItemKind, Record
from snoop_iiif import LanguageMap

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
NAMESPACES = {"oai_dc": OAI_DC, "dc": DC}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
Statement = tuple[LanguageMap, str | None]
"""What a class is called, by language, and the URI of its concept."""


def describe_image(record: Record, item: Item, statements: Iterable[Statement]) -> etree._Element:
    """An `oai_dc:dc` about an image, by statements on it and its regions.

    Each class is a `dc:subject` in every language that it has a label in, and another one with the URI of its concept.
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
    say("type", "MovingImage" if item.kind is ItemKind.KEYFRAME else "StillImage")
    for one in dict.fromkeys((view_name(record, item), item.uri)):
        say("identifier", one)
    say("relation", record.uri)
    if record.rights:
        say("rights", record.rights)
    return root


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
