"""Exporter `unimarc`: UNIMARC bibliographic records (IFLA) as MarcXchange, by pymarc.

606 is a topic, 608 a form, 600 a person. UNIMARC has no field for the provenance of a heading: notes (300) say in words
how each was found and how sure that is. 801 names the agency, 856 leads to the view.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pymarc import Field, Record

from snoop_catalogue import statements
from snoop_catalogue.marc_files import MARCXCHANGE, control, field, name_of, write
from snoop_catalogue.vocabularies import Kind, vocabulary
from snoop_flow.metadata import citing
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

_LEADER = "00000nkm  2200000   450 "
_FILM_LEADER = "00000ngm  2200000   450 "
_TAGS = {Kind.FORM: "608", Kind.TOPIC: "606", Kind.PERSON: "600"}
_INDICATORS = {Kind.FORM: "  ", Kind.TOPIC: "0 ", Kind.PERSON: " 1"}
_SOURCES = {"ram": "rameau"}  # where UNIMARC's code is another than MARC 21's


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write one file of MarcXchange."""
    return write(rows, path, context, describe, MARCXCHANGE, "UNIMARC")


def describe(number: int, group: list[ExportRow], context: ExportContext) -> Record:
    """The record of one document, or of one part of its statements."""
    record = Record(leader=_FILM_LEADER if group[0].annotation.time else _LEADER)
    record.add_field(*_document(number, group[0]))
    record.add_field(*(field("300", "  ", ("a", provenance(row))) for row in group))
    record.add_field(*map(_heading, group))
    agency = context.institution
    record.add_field(field("801", " 0", ("b", agency), ("c", statements.day(group[0]))), *views(group))
    return record


def _document(number: int, row: ExportRow) -> Iterator[Field]:
    yield control("001", name_of(number, row))
    if ark := statements.ark(row):
        yield field("033", "  ", ("a", ark))
    # entered when; dates of the document unknown; catalogued in French, characters by Unicode (code 50)
    yield field("100", "  ", ("a", f"{statements.day(row)}u        u  y0frey50      ba"))
    yield field("200", "1 ", ("a", statements.title(row)))
    if seconds := statements.length(row):
        yield field("215", "  ", ("a", f"1 vidéo ({citing.clock(round(seconds))})"))


def _heading(row: ExportRow) -> Field:
    source = vocabulary(row.annotation.concept_uri)
    return field(
        _TAGS[source.kind],
        _INDICATORS[source.kind],
        ("3", row.annotation.concept_uri or ""),
        ("a", statements.term(row, "fr")),
        ("2", _SOURCES.get(source.code, source.code)),
    )


def provenance(row: ExportRow) -> str:
    """How a heading was found, in the words of a French catalogue."""
    state = (
        f"validée par {row.decided_by}" if row.decided_by else "validée" if statements.confirmed(row) else "proposée"
    )
    return (
        f"Indexation par la machine, {state} : {statements.term(row, 'fr')}, "
        f"{'séquence' if row.annotation.time else 'vue'} {statements.view(row)}, "
        f"confiance {statements.confidence(row)}, {statements.process(row)}, {statements.run(row)}"
    )


def views(group: list[ExportRow]) -> Iterator[Field]:
    """Links to the views that statements are on, each once."""
    for address, row in {statements.view_page(row): row for row in group}.items():
        yield field("856", "4 ", ("u", address), ("2", statements.view(row)))


UNIMARC = ExporterSpec("unimarc", "UNIMARC as MarcXchange", False, export)
