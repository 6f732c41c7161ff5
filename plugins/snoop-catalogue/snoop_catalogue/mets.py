"""Exporter `mets`: METS (https://www.loc.gov/standards/mets/), a file for each document.

The agent is software; each statement has a section of Dublin Core and a `div` whose `area` is its box on the image, or
its stretch of the film. A document with more than `MOST` statements takes several files.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from snoop_catalogue import statements
from snoop_catalogue.grouping import by_record
from snoop_catalogue.xml_files import XML_LANG, Element, add, write_files
from snoop_flow.metadata import citing
from snoop_flow.metadata.dublin_core import DC
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

METS = "http://www.loc.gov/METS/"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NAMESPACES = {"mets": METS, "dc": DC, "xlink": "http://www.w3.org/1999/xlink"}
MOST = 1000


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the files below the folder `path`."""
    parts = (
        (group[0].record.id if number == 1 else f"{group[0].record.id}-{number}", group)
        for number, group in by_record(rows, MOST)
    )
    return write_files(path, parts, lambda group: describe(group, context))


def describe(group: list[ExportRow], context: ExportContext) -> Element:
    """One document, or a part of the statements on it."""
    first = group[0]
    facts = {"OBJID": statements.ark(first) or first.record.uri, "LABEL": statements.title(first)}
    root = etree.Element(f"{{{METS}}}mets", {name: citing.legal(text) for name, text in facts.items()}, _NAMESPACES)
    moment = max(row.annotation.modified or row.annotation.created for row in group)
    agent = _add(
        _add(root, "metsHdr", "", {"CREATEDATE": moment}),
        "agent",
        "",
        {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"},
    )
    generator = first.annotation.generator
    _add(agent, "name", f"{generator.name} {generator.version or ''}".strip() if generator else context.agent)
    for number, row in enumerate(group, 1):
        _statement(root, number, row)
    pictures = {row.item.uri: row for row in group}
    names = {uri: f"FILE_{number}" for number, uri in enumerate(pictures, 1)}
    section = _add(root, "fileSec")
    groups: dict[str, Element] = {}
    for uri, row in pictures.items():
        film = statements.film(row, context)
        use = "video" if film else "image"
        if use not in groups:
            groups[use] = _add(section, "fileGrp", "", {"USE": use})
        media_type = statements.media_type(row) if film else ""
        found = _add(groups[use], "file", "", {"ID": names[uri], **({"MIMETYPE": media_type} if media_type else {})})
        address = film or statements.image(row, context)[0] or uri
        _add(found, "FLocat", "", {"LOCTYPE": "URL", _HREF: address})
    _structure(root, group, names)
    return root


def _statement(root: Element, number: int, row: ExportRow) -> None:
    wrapped = _add(_add(root, "dmdSec", "", {"ID": f"DMD_{number}"}), "mdWrap", "", {"MDTYPE": "DC"})
    data = _add(wrapped, "xmlData")
    for language, text in citing.spoken(row.annotation.label):
        add(data, f"{{{DC}}}subject", text, {XML_LANG: language} if language else None)
    if row.annotation.concept_uri:
        add(data, f"{{{DC}}}subject", row.annotation.concept_uri)
    state = "accepted by a person" if statements.confirmed(row) else "proposed by software"
    add(data, f"{{{DC}}}description", f"{state}, confidence {statements.confidence(row)}, {statements.process(row)}")
    add(data, f"{{{DC}}}source", statements.run(row))
    add(data, f"{{{DC}}}identifier", row.annotation.id)


def _structure(root: Element, group: list[ExportRow], names: dict[str, str]) -> None:
    whole = _add(_add(root, "structMap", "", {"TYPE": "PHYSICAL"}), "div", "", {"TYPE": "document"})
    views: dict[str, Element] = {}
    for number, row in enumerate(group, 1):
        if row.item.uri not in views:
            of_film = row.annotation.time is not None
            facts = {"TYPE": "video", **_lasting(row)} if of_film else {"TYPE": "image", "LABEL": statements.view(row)}
            views[row.item.uri] = view = _add(whole, "div", "", facts)
            _add(view, "fptr", "", {"FILEID": names[row.item.uri]})
        facts = {"TYPE": "statement", "LABEL": statements.term(row), "DMDID": f"DMD_{number}"}
        pointer = _add(_add(views[row.item.uri], "div", "", facts), "fptr")
        _add(pointer, "area", "", {"FILEID": names[row.item.uri], **_area(row)})


def _lasting(row: ExportRow) -> dict[str, str]:
    """How long a film is, as METS has room for it: in words."""
    seconds = statements.length(row)
    return {"LABEL": f"video, {citing.clock(seconds)}"} if seconds else {}


def _area(row: ExportRow) -> dict[str, str]:
    """The box on an image; of a film the stretch, and the box where a part of the picture is meant."""
    area: dict[str, str] = {}
    if row.annotation.time is None or row.annotation.box is not None:
        left, top, width, height = statements.box(row)
        corners = ",".join(str(side) for side in (left, top, left + width, top + height))
        area |= {"SHAPE": "RECT", "COORDS": corners}
    if row.annotation.time is not None:
        start, end = map(citing.clock, row.annotation.time)
        area |= {"BEGIN": _two_digits(start), "END": _two_digits(end), "BETYPE": "TIME"}
    return area


def _two_digits(clock: str) -> str:
    """HH:MM:SS, as METS writes the hours of a TIME."""
    return clock if len(clock.split(":")[0]) > 1 else f"0{clock}"


def _add(parent: Element, name: str, text: str = "", attributes: dict[str, str] | None = None) -> Element:
    return add(parent, f"{{{METS}}}{name}", text, attributes)


METS_FILES = ExporterSpec("mets", "METS, a file for each document", True, export)
