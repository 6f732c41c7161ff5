"""Exporter `alto`: ALTO 4.4 (https://www.loc.gov/standards/alto/), a file for each image.

Every statement is an `Illustration` whose tag (`OtherTag`) names the class and its concept. `Processing` says which
class version found it, in which run, and how sure it was, since ALTO keeps confidence for text alone.

ALTO is the layout of a page. It has no place for times, and a keyframe as a page would say nothing of the film: what
was found in films is left out, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from snoop_catalogue import statements
from snoop_catalogue.grouping import by_page
from snoop_catalogue.xml_files import Element, add, write_files
from snoop_flow.errors import UsageError
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

ALTO = "http://www.loc.gov/standards/alto/ns-v4#"

_DEFAULT: Any = {None: ALTO}  # lxml-stubs knows no namespace without a prefix


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the files below the folder `path`.

    Raises:
        UsageError: all that there is was found in films.
    """
    left_out = 0

    def on_pages() -> Iterator[ExportRow]:
        nonlocal left_out
        for row in rows:
            if row.annotation.time is None:
                yield row
            else:
                left_out += 1

    report = write_files(path, by_page(on_pages(), context), lambda group: describe(group, context))
    if left_out and not report.files:
        raise UsageError(
            f"alto describes pages and has no place for times, and all {left_out} statements are on films; "
            "export mets, csv or iiif"
        )
    why = f"Left out: {left_out} on films. ALTO describes pages and has no place for times; export mets, csv or iiif"
    return replace(report, left_out=why if left_out else "")


def describe(group: list[ExportRow], context: ExportContext) -> Element:
    """One page; the unit is the pixel of the canvas, as in the boxes of annotations."""
    root = etree.Element(f"{{{ALTO}}}alto", {"SCHEMAVERSION": "4.4"}, nsmap=_DEFAULT)
    _description(root, group, context)
    tags = _add(root, "Tags")
    classes = {row.visual_class.id: row for row in group}
    names = {id_: f"TAG_{number}" for number, id_ in enumerate(classes, 1)}
    for id_, row in classes.items():
        concept = {"URI": row.annotation.concept_uri} if row.annotation.concept_uri else {}
        _add(tags, "OtherTag", "", {"ID": names[id_], "TYPE": "visual class", "LABEL": statements.term(row), **concept})
    _page(_add(root, "Layout"), group, names)
    return root


def _description(root: Element, group: list[ExportRow], context: ExportContext) -> None:
    first = group[0]
    description = _add(root, "Description")
    _add(description, "MeasurementUnit", "pixel")
    source = _add(description, "sourceImageInformation")
    picture, _ = statements.image(first, context)
    if picture:
        _add(source, "fileName", picture)
    _add(source, "fileIdentifier", first.item.uri)
    _add(source, "documentIdentifier", statements.ark(first) or first.record.uri)
    for number, row in enumerate(group, 1):
        step = _add(description, "Processing", "", {"ID": f"PROCESSING_{number}"})
        _add(step, "processingCategory", "contentGeneration")
        _add(step, "processingDateTime", row.annotation.modified or row.annotation.created)
        _add(step, "processingAgency", context.institution)
        _add(step, "processingStepDescription", statements.process(row))
        verdict = "accepted" if statements.confirmed(row) else "proposed"
        settings = f"confidence={statements.confidence(row)} decision={verdict} run={statements.run(row)}"
        _add(step, "processingStepSettings", settings)
        software = _add(step, "processingSoftware")
        _add(software, "softwareName", row.annotation.generator.name if row.annotation.generator else context.agent)
        if row.annotation.generator and row.annotation.generator.version:
            _add(software, "softwareVersion", row.annotation.generator.version)


def _page(layout: Element, group: list[ExportRow], names: dict[str, str]) -> None:
    item = group[0].item
    size = {"WIDTH": str(item.width), "HEIGHT": str(item.height)}
    page = _add(layout, "Page", "", {"ID": "PAGE_1", "PHYSICAL_IMG_NR": str(item.position + 1), **size})
    space = _add(page, "PrintSpace", "", {"HPOS": "0", "VPOS": "0", **size})
    for number, row in enumerate(group, 1):
        left, top, width, height = map(str, statements.box(row))
        _add(
            space,
            "Illustration",
            "",
            {
                "ID": f"ILLUSTRATION_{number}",
                "HPOS": left,
                "VPOS": top,
                "WIDTH": width,
                "HEIGHT": height,
                "TAGREFS": names[row.visual_class.id],
                "PROCESSINGREFS": f"PROCESSING_{number}",
                "TYPE": statements.term(row),
            },
        )


def _add(parent: Element, name: str, text: str = "", attributes: dict[str, str] | None = None) -> Element:
    return add(parent, f"{{{ALTO}}}{name}", text, attributes)


ALTO_FILES = ExporterSpec("alto", "ALTO 4.4, a file for each image", True, export)
