"""The columns of the tables that are exported: what one annotation says, and of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from snoop_flow.entities import LanguageMap
from snoop_flow.metadata import Dating, citing, dating, places
from snoop_flow.plugin_types import ExportRow
from snoop_iiif import media_fragment

Value = str | int | float | datetime | list[int] | list[str] | None


def _text(label: LanguageMap) -> str:
    return " ; ".join(text for texts in label.values() for text in texts)


def _dated(row: ExportRow) -> Dating | None:
    return dating(row.record.metadata)


def _year(row: ExportRow, end: str) -> int | None:
    found = _dated(row)
    return getattr(found.period, end) if found and found.period else None


COLUMNS: Mapping[str, tuple[type, Callable[[ExportRow], Value]]] = {
    "annotation": (str, lambda row: row.annotation.id),
    "collection": (str, lambda row: row.collection),
    "record": (str, lambda row: row.record.uri),
    "title": (str, lambda row: _text(row.record.label)),
    "canvas": (str, lambda row: row.item.uri),
    "label": (str, lambda row: _text(row.item.label)),
    "selector": (str, lambda row: media_fragment(row.annotation) if row.annotation.time else row.item.selector),
    "class": (str, lambda row: row.visual_class.name),
    "concept": (str, lambda row: row.visual_class.concept_uri),
    "version": (int, lambda row: row.version),
    "score": (float, lambda row: round(row.score, 4)),
    "probability": (float, lambda row: row.annotation.score if row.annotation.calibrated else None),
    "decision": (str, lambda row: row.status.value),
    "reviewer": (str, lambda row: row.decided_by),
    "decided": (datetime, lambda row: row.decided_at),
    "item": (str, lambda row: row.item.id),
    "box": (list[int], lambda row: list(row.annotation.box or ())),
    "ark": (str, lambda row: citing.ark(row.record, row.item)),
    "view": (str, lambda row: citing.stretch(row.annotation.time) if row.annotation.time else citing.view(row.item)),
    "start": (float, lambda row: row.annotation.time[0] if row.annotation.time else None),
    "end": (float, lambda row: row.annotation.time[1] if row.annotation.time else None),
    "date": (str, lambda row: found.text if (found := _dated(row)) else ""),
    "first_year": (int, lambda row: _year(row, "first")),
    "last_year": (int, lambda row: _year(row, "last")),
    "places": (list[str], lambda row: list(places(row.record.metadata))),
}
"""Name of a column → the type of its values, and how a row's is had; what is not known is None or empty.

`start` and `end` are seconds of a film.
"""
