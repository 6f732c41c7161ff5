"""What stands beside a file: a title and lines of description, in JSON, Dublin Core XML or a table for a whole folder.

For `film.mp4` these are looked for, the first that there is: `film.mp4.json`, `film.json`, `film.mp4.xml`, `film.xml`,
and then a row of `metadata.csv` in the same folder whose column `file` (or `filename`, `path`) names it. JSON is an
object of texts or lists of texts; XML is Dublin Core anywhere in the document. `title` (or `label`, `name`) becomes the
label, `rights` (or `license`) the rights if it is an address; everything else becomes a line of metadata.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from snoop_flow.entities import LanguageMap
from snoop_flow.metadata.dublin_core import DC, XML_LANG

TABLE = "metadata.csv"
MOST_BYTES = 4 << 20
MOST_LINES = 100
TITLES = ("title", "label", "name", "titre")
RIGHTS = ("rights", "license", "licence", "droits")
FILES = ("file", "filename", "path", "fichier")
Pairs = tuple[tuple[LanguageMap, LanguageMap], ...]
_Fields = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a file; empty where nothing is. `problems` tell what could not be read, one line each."""

    label: LanguageMap
    metadata: Pairs = ()
    rights: str = ""
    problems: tuple[str, ...] = ()


def described_by(path: Path) -> Described:
    """What stands beside a file."""
    readers: tuple[tuple[str, Callable[[Path], _Fields]], ...] = ((".json", _of_json), (".xml", _of_xml))
    for suffix, read in readers:
        for beside in (path.with_name(path.name + suffix), path.with_suffix(suffix)):
            if beside.is_file() and beside != path:
                return _described(beside, read)
    table = path.with_name(TABLE)
    return _described(table, lambda file: _of_table(file, path)) if table.is_file() else Described({})


def _described(beside: Path, read: Callable[[Path], _Fields]) -> Described:
    try:
        if beside.stat().st_size > MOST_BYTES:
            return Described({}, problems=(f"{beside.name}: larger than {MOST_BYTES} bytes, left out",))
        fields = read(beside)
    except (OSError, ValueError, csv.Error, etree.LxmlError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        return Described({}, problems=(f"{beside.name}: cannot be read ({reason}); correct or remove it",))
    label: LanguageMap = {}
    rights, lines = "", []
    for name, said in fields.items():
        if not label and name.lower() in TITLES:
            label = dict(said)
            continue
        text = next(iter(said.values()))[0]
        if not rights and name.lower() in RIGHTS and text.startswith(("http://", "https://")):
            rights = text
            continue
        shown: LanguageMap = {"none": (name[:1].upper() + name[1:],)}
        lines.append((shown, dict(said)))
    return Described(label, tuple(lines[:MOST_LINES]), rights)


def _of_json(path: Path) -> _Fields:
    """An object of texts, numbers, lists of them, or texts by language."""
    document = json.loads(path.read_text("utf-8-sig"))
    if not isinstance(document, dict):
        raise ValueError("not an object of names and texts")
    found = {}
    for name, value in document.items():
        by_language = value.items() if isinstance(value, dict) else [("none", value)]
        said = {str(language): texts for language, one in by_language if (texts := _texts(one))}
        if said:
            found[str(name)] = said
    return found


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(one).strip() for one in values if isinstance(one, str | int | float) and str(one).strip())


def _of_xml(path: Path) -> _Fields:
    """Dublin Core elements wherever they stand; without a DTD, entities or the network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for element in etree.fromstring(path.read_bytes(), parser).iter(f"{{{DC}}}*"):
        text = " ".join((element.text or "").split())
        if text:
            language = element.get(XML_LANG) or "none"
            said = found.setdefault(etree.QName(element).localname, {})
            said[language] = (*said.get(language, ()), text)
    return found


def _of_table(table: Path, path: Path) -> _Fields:
    """The row that names a file, in a table separated by commas, semicolons or tabs."""
    text = table.read_text("utf-8-sig")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    for row in csv.DictReader(text.splitlines(), delimiter=separator):
        named = {name.lower(): value for name, value in row.items() if name and isinstance(value, str)}
        file = next((named[name] for name in FILES if named.get(name)), "")
        if file and Path(file).name == path.name:
            known = {name: value.strip() for name, value in row.items() if name and isinstance(value, str)}
            return {name: {"none": (value,)} for name, value in known.items() if value and name.lower() not in FILES}
    return {}
