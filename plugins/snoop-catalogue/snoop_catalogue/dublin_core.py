"""Exporter `dc`: simple Dublin Core as OAI-PMH carries it, one `oai_dc:dc` for each image, in one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from snoop_catalogue.grouping import by_page
from snoop_catalogue.xml_files import Element, write_stream
from snoop_flow.metadata.dublin_core import NAMESPACES, describe_image
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write one file."""
    count = 0

    def descriptions() -> Iterator[Element]:
        nonlocal count
        for _, group in by_page(rows, context):
            count += len(group)
            said = ((row.annotation.label, row.annotation.concept_uri) for row in group)
            times = ((row.annotation.label, row.annotation.time) for row in group)
            yield describe_image(group[0].record, group[0].item, said, times)

    write_stream(path, "records", NAMESPACES, descriptions())
    return ExportReport((str(path),), count)


DUBLIN_CORE = ExporterSpec("dc", "Dublin Core (oai_dc), one description for each image", False, export, "Dublin Core")
