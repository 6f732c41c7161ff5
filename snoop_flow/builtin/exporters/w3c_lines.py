"""Exporter `w3c`: Web Annotations as JSON-LD, one a line; a person's verdict follows what it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_iiif import build_annotation, build_assessment


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the lines to `path`."""
    count = 0
    with path.open("wb") as file:
        for row in rows:
            documents = [build_annotation(row.annotation, "w3c", context.extension_context)]
            if row.annotation.verdict is not None:
                documents.append(build_assessment(row.annotation, "w3c", context.extension_context))
            file.writelines(map(_line, documents))
            count += 1
    return ExportReport((str(path),), count)


def _line(document: Mapping[str, Any]) -> bytes:
    """In UTF-8; half a pair of surrogates in a text, which UTF-8 has not, as JSON escapes it."""
    try:
        return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return json.dumps(document).encode() + b"\n"


W3C_LINES = ExporterSpec("w3c", "W3C Web Annotations, one JSON-LD document a line", False, export)
