"""XML written as it comes: elements of one file by and by, or a file for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from snoop_flow.metadata.citing import legal
from snoop_flow.plugin_types import ExportReport, ExportRow

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Element: TypeAlias = etree._Element


def add(parent: Element, tag: str, text: str = "", attributes: Mapping[str, str] | None = None) -> Element:
    """A new last child; characters that XML forbids are left out of its text and attributes."""
    child = etree.SubElement(parent, tag, {name: legal(value) for name, value in (attributes or {}).items()})
    if text:
        child.text = legal(text)
    return child


def write_stream(path: Path, root: str, namespaces: Mapping[str, str], elements: Iterable[Element]) -> None:
    """One file whose root holds elements, each written and let go before the next is made."""
    with etree.xmlfile(str(path), encoding="utf-8") as file:
        file.write_declaration()
        with file.element(root, nsmap=dict(namespaces)):
            file.write("\n")
            for element in elements:
                file.write(element)
                file.write("\n")


def write_files(
    folder: Path, parts: Iterable[tuple[str, list[ExportRow]]], describe: Callable[[list[ExportRow]], Element]
) -> ExportReport:
    """A file of its own for each named part."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    count = 0
    for name, rows in parts:
        path = str(folder / f"{name}.xml")
        etree.ElementTree(describe(rows)).write(path, encoding="utf-8", xml_declaration=True, pretty_print=True)
        files.append(path)
        count += len(rows)
    return ExportReport(tuple(files), count)
