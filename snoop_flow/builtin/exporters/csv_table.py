"""Exporters `csv` and `csv-spreadsheet`: a table for cataloguers, one annotation a line, UTF-8.

`csv-spreadsheet` opens right in a French Excel or Calc by a double click: it begins with a byte order mark, by which
Excel knows UTF-8, and has semicolons between columns and commas in decimals. `csv` is for programs. In both, texts that
a spreadsheet would take for a formula are preceded by an apostrophe (OWASP, CSV injection), and control characters and
line ends within a text are spaces. `start` and `end` are seconds of a film.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from snoop_flow.entities import LanguageMap
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow
from snoop_iiif import media_fragment

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
    "box",
    "ark",
    "view",
    "start",
    "end",
)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide ones count in East Asian locales
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ARK = re.compile(r"ark:/?\d{5,}/[^/?#\s]+")
_VIEW = re.compile(r"/(f\d+)(?=[/?#.]|$)")


def export(
    rows: Iterable[ExportRow], path: Path, _: ExportContext, *, encoding: str, delimiter: str, point: str
) -> ExportReport:
    """Write the table to `path`; `point` is what stands in decimals."""
    count = 0
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(COLUMNS)
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the number of rows
            writer.writerow([_safe(value) for value in _values(row, point)])
    return ExportReport((str(path),), count)


def _values(row: ExportRow, point: str) -> tuple[str, ...]:
    ark = _ARK.search(row.record.uri) or _ARK.search(row.item.uri)
    views = _VIEW.findall(row.item.uri)
    times = [f"{moment:.3f}".rstrip("0").rstrip(".").replace(".", point) for moment in row.annotation.time or ()]
    return (
        row.annotation.id,
        row.collection,
        row.record.uri,
        _text(row.record.label),
        row.item.uri,
        _text(row.item.label),
        media_fragment(row.annotation) if row.annotation.time else row.item.selector,
        row.visual_class.name,
        row.visual_class.concept_uri,
        str(row.version),
        f"{row.score:.4f}".replace(".", point),
        f"{row.annotation.score:.4f}".replace(".", point) if row.annotation.calibrated else "",
        row.status,
        row.decided_by,
        row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
        row.item.id,
        ",".join(map(str, row.annotation.box or ())),
        ark[0] if ark else "",
        str(views[-1]) if views else f"f{row.item.position + 1}",
        *(times or ("", "")),
    )


def _text(label: LanguageMap) -> str:
    return " ; ".join(text for texts in label.values() for text in texts)


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
)
