"""Exporter `w3c`: Web Annotations as JSON-LD, one a line; a person's verdict follows what it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_iiif import build_annotation, build_assessment


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the lines to `path`."""
    count = 0
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        for row in rows:
            documents = [build_annotation(row.annotation, "w3c", context.extension_context)]
            if row.annotation.verdict is not None:
                documents.append(build_assessment(row.annotation, "w3c", context.extension_context))
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in documents)
            count += 1
    return ExportReport((str(path),), count)


W3C_LINES = ExporterSpec("w3c", "W3C Web Annotations, one JSON-LD document a line", False, export)
