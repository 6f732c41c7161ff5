"""Rows in the groups that a document of a format is about, bounded, so that memory never grows with an archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from snoop_flow.entities import image_of
from snoop_flow.plugin_types import ExportContext, ExportRow

MOST = 100
"""Statements in one description of a record: about 40 KB of MARC, whose records end at 99 999 bytes (ISO 2709)."""

Part = tuple[int, list[ExportRow]]


def by_record(rows: Iterable[ExportRow], most: int = MOST) -> Iterator[Part]:
    """Groups of at most so many rows of one record, numbered from 1 within the record."""
    for _, group in groupby(rows, key=lambda row: row.record.id):
        number = 0
        while part := list(islice(group, most)):
            number += 1
            yield number, part


def by_image(rows: Iterable[ExportRow], context: ExportContext) -> Iterator[tuple[str, list[ExportRow]]]:
    """As `by_page`, but a film by its keyframes: each is a picture of its own."""

    def picture(row: ExportRow) -> tuple[str, int]:
        return context.page_uri(row.item), image_of(row.item) if row.annotation.time else 0

    for (uri, keyframe), group in groupby(rows, key=picture):
        found = list(group)
        yield found[0].item.id if keyframe else uri.rsplit("/", 1)[-1], found


def by_page(rows: Iterable[ExportRow], context: ExportContext) -> Iterator[tuple[str, list[ExportRow]]]:
    """Groups of all rows of one image and its regions, or of one film, with its id, which is safe in a file name."""
    for uri, group in groupby(rows, key=lambda row: context.page_uri(row.item)):
        yield uri.rsplit("/", 1)[-1], list(group)
