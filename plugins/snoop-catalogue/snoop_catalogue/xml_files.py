"""XML written as it comes: elements of one file by and by, or a file for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from snoop_flow.citing import legal

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


def write_file(path: Path, root: Element) -> str:
    """A file of its own; returns its path as a report names it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    etree.ElementTree(root).write(str(path), encoding="utf-8", xml_declaration=True, pretty_print=True)
    return str(path)
