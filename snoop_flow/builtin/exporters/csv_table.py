"""Exporter `csv`: a table for cataloguers, one annotation a line, UTF-8.

Texts that a spreadsheet would take for a formula are preceded by an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from snoop_flow.entities import LanguageMap
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

COLUMNS = (
    "annotation",
    "collection",
    "record",
    "title",
    "canvas",
    "label",
    "selector",
    "class",
    "concept",
    "version",
    "score",
    "probability",
    "decision",
    "reviewer",
    "decided",
    "item",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(rows: Iterable[ExportRow], path: Path, _: ExportContext) -> ExportReport:
    """Write the table to `path`."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the number of rows
            writer.writerow([_safe(value) for value in _values(row)])
    return ExportReport((str(path),), count)


def _values(row: ExportRow) -> tuple[str, ...]:
    return (
        row.annotation.id,
        row.collection,
        row.record.uri,
        _text(row.record.label),
        row.item.uri,
        _text(row.item.label),
        row.item.selector,
        row.visual_class.name,
        row.visual_class.concept_uri,
        str(row.version),
        f"{row.score:.4f}",
        f"{row.annotation.score:.4f}" if row.annotation.calibrated else "",
        row.status,
        row.decided_by,
        row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
        row.item.id,
    )


def _text(label: LanguageMap) -> str:
    return " ; ".join(text for texts in label.values() for text in texts)


def _safe(value: str) -> str:
    is_number = value.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{value}" if value.startswith(_FORMULA) and not is_number else value


CSV = ExporterSpec("csv", "A table for cataloguers", False, export)
