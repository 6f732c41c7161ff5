"""Exporter `dc`: simple Dublin Core as OAI-PMH carries it, one `oai_dc:dc` for each image.

http://www.openarchives.org/OAI/2.0/oai_dc.xsd. Each class is a `dc:subject` in every language that it has a label in,
and another one with the URI of its concept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from snoop_catalogue import statements
from snoop_catalogue.grouping import by_page
from snoop_catalogue.xml_files import XML_LANG, Element, add, write_stream
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
NAMESPACES = {"oai_dc": OAI_DC, "dc": DC}


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write one file."""
    count = 0

    def descriptions() -> Iterator[Element]:
        nonlocal count
        for _, group in by_page(rows, context):
            count += len(group)
            yield describe(group)

    write_stream(path, "records", NAMESPACES, descriptions())
    return ExportReport((str(path),), count)


def describe(group: list[ExportRow]) -> Element:
    """What is said of one image, by statements on it and its regions."""
    first = group[0]
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap=NAMESPACES)

    def say(name: str, text: str, language: str = "") -> None:
        add(root, f"{{{DC}}}{name}", text, {XML_LANG: language} if language else None)

    for language, text in list(statements.spoken(first.record.label)) or [("", first.record.uri)]:
        say("title", text, language)
    for text, language in _subjects(group):
        say("subject", text, language)
    say("type", "StillImage")
    for one in dict.fromkeys((statements.identifier(first), first.item.uri)):
        say("identifier", one)
    say("relation", first.record.uri)
    if first.record.rights:
        say("rights", first.record.rights)
    return root


def _subjects(group: list[ExportRow]) -> dict[tuple[str, str], None]:
    """Labels with their languages, then URIs; a class found several times on an image counts once."""
    found: dict[tuple[str, str], None] = {}
    for row in group:
        found.update({(text, language): None for language, text in statements.spoken(row.annotation.label)})
        if row.annotation.concept_uri:
            found[statements.legal(row.annotation.concept_uri), ""] = None
    return found


DUBLIN_CORE = ExporterSpec("dc", "Dublin Core (oai_dc), one description for each image", False, export)
