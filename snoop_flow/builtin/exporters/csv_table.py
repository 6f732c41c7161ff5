"""Exporters `csv` and `csv-spreadsheet`: a table for cataloguers, one annotation a line, UTF-8.

`csv-spreadsheet` opens right in a French Excel or Calc by a double click: it begins with a byte order mark, by which
Excel knows UTF-8, and has semicolons between columns and commas in decimals. `csv` is for programs. In both, texts that
a spreadsheet would take for a formula are preceded by an apostrophe (OWASP, CSV injection), and control characters and
line ends within a text are spaces.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from snoop_flow.builtin.exporters.columns import COLUMNS, Value
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide ones count in East Asian locales
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def export(
    rows: Iterable[ExportRow], path: Path, _: ExportContext, *, encoding: str, delimiter: str, point: str
) -> ExportReport:
    """Write the table to `path`; `point` is what stands in decimals."""
    count = 0
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(COLUMNS)
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the number of rows
            writer.writerow([_safe(_written(read(row), point)) for _kind, read in COLUMNS.values()])
    return ExportReport((str(path),), count)


def _written(value: Value, point: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, float):
        return f"{value:.4f}".replace(".", point)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, list):  # numbers of a box, or names
        return ",".join(map(str, value)) if all(isinstance(one, int) for one in value) else " ; ".join(map(str, value))
    return str(value)


def _safe(value: str) -> str:
    text = _CONTROL.sub(" ", value)
    is_number = bool(re.fullmatch(r"-?\d+([.,]\d+)?", text))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) and not is_number else text


CSV = ExporterSpec(
    "csv", "A table for programs, with commas", False, partial(export, encoding="utf-8", delimiter=",", point=".")
)
CSV_SPREADSHEET = ExporterSpec(
    "csv-spreadsheet",
    "A table for cataloguers, as a French spreadsheet opens it",
    False,
    partial(export, encoding="utf-8-sig", delimiter=";", point=","),
    "CSV ;",
)
