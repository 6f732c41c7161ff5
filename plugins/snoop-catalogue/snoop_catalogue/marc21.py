"""Exporter `marcxml`: MARC 21 bibliographic records (https://www.loc.gov/marc/bibliographic/), by pymarc.

Each statement is a heading (655 form, 650 topic or 600 person, as its vocabulary has it) with its provenance in 883:
how it was made, how sure that is, when, by whom and in which run. $8 of type p links the two. 856 leads to the view. Of
a film, $3 says the stretch, 306 how long it lasts, and 856 leads to the stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from pathlib import Path

from pymarc import Field, Record

from snoop_catalogue import statements
from snoop_catalogue.marc_files import FILM_LEADER, LEADER, MARCXML, control, field, name_of, write
from snoop_catalogue.vocabularies import Kind, vocabulary
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

_TAGS = {Kind.FORM: "655", Kind.TOPIC: "650", Kind.PERSON: "600"}
_INDICATORS = {Kind.FORM: " ", Kind.TOPIC: " ", Kind.PERSON: "1"}
FULLY_BY_MACHINE, PARTLY_BY_MACHINE = "0", "1"


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write one file of MARCXML."""
    return write(rows, path, context, describe, MARCXML)


def describe(number: int, group: list[ExportRow], context: ExportContext) -> Record:
    """The record of one document, or of one part of its statements."""
    first = group[0]
    record = Record(leader=FILM_LEADER if first.annotation.time else LEADER)
    record.add_field(*_document(number, first, context))
    record.add_field(*(_heading(link, row) for link, row in enumerate(group, 1)))
    record.add_field(*_views(group))
    record.add_field(*(_provenance(link, row, context) for link, row in enumerate(group, 1)))
    return record


def _document(number: int, row: ExportRow, context: ExportContext) -> Iterator[Field]:
    day = statements.day(row)
    yield control("001", name_of(number, row))
    yield control("005", f"{day}000000.0")
    # visual material of which no date, place, technique or language is told; of a film its minutes, and that it is one
    seconds = statements.length(row)
    minutes = "|||" if row.annotation.time is None else _minutes(seconds)
    kind = "|" if row.annotation.time is None else "v"
    yield control("008", f"{day[2:]}nuuuuuuuuxx {minutes}{'|' * 12}{kind}|und d")
    if ark := statements.ark(row):
        yield field("024", "7 ", ("a", ark), ("2", "ark"))
    yield field("040", "  ", ("a", context.institution), ("c", context.institution))
    yield field("245", "00", ("a", statements.title(row)))
    if seconds:
        whole = round(seconds)
        yield field("306", "  ", ("a", f"{whole // 3600:02}{whole // 60 % 60:02}{whole % 60:02}"))
    if row.record.rights:
        yield field("540", "  ", ("u", row.record.rights))


def _minutes(seconds: float | None) -> str:
    """Running time in 008/18-20: whole minutes, 000 where they are more than three digits, --- where nobody knows."""
    minutes = 0 if seconds is None else ceil(seconds / 60)
    return "---" if seconds is None else f"{minutes:03}" if minutes < 1000 else "000"


def _heading(link: int, row: ExportRow) -> Field:
    source = vocabulary(row.annotation.concept_uri)
    indicators = _INDICATORS[source.kind] + ("7" if source.code else "4")
    return field(
        _TAGS[source.kind],
        indicators,
        ("8", f"{link}\\p"),
        ("3", statements.view(row)),
        ("a", statements.term(row)),
        ("2", source.code),
        ("0", row.annotation.concept_uri or ""),
    )


def _views(group: list[ExportRow]) -> Iterator[Field]:
    for address, row in {statements.view_page(row): row for row in group}.items():
        yield field("856", "42", ("3", statements.view(row)), ("u", address))
    yield field("856", "42", ("3", "IIIF manifest"), ("u", group[0].record.uri))


def _provenance(link: int, row: ExportRow, context: ExportContext) -> Field:
    return field(
        "883",
        (PARTLY_BY_MACHINE if statements.confirmed(row) else FULLY_BY_MACHINE) + " ",
        ("8", f"{link}\\p"),
        ("a", statements.process(row)),
        ("c", statements.confidence(row)),
        ("d", statements.day(row)),
        ("q", context.institution),
        ("u", statements.run(row)),
    )


MARC21 = ExporterSpec("marcxml", "MARC 21 as MARCXML, with the provenance of each heading", False, export)
