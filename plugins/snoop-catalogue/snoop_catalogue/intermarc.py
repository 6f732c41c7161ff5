"""Exporter `intermarc`: INTERMARC, the format of the BnF, as MarcXchange, by pymarc.

A statement on a picture is a technique (285 $f), a genre (641 $a), a form or function (646 $a) or a kind of map
(647 $a). A class does not say which: the French terms below decide, and what they do not know is a genre. Notes
(300 $a) say how each was found. There is no public schema: check a file with your own system before you load many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pymarc import Field, Record

from snoop_catalogue import statements
from snoop_catalogue.marc_files import LEADER, MARCXCHANGE, control, field, name_of, write
from snoop_catalogue.unimarc import provenance
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

TERMS = {
    "285": "aquarelle aquatinte burin dessin eau-forte estampe fusain gouache gravure héliogravure lithographie pastel "
    "photographie photogravure pochoir sanguine sérigraphie taille-douce xylographie",
    "646": "affiche almanach billet blason brochure calendrier catalogue éventail ex-libris étiquette faire-part "
    "frontispice jeton lettrine médaille menu monnaie partition prospectus sceau timbre",
    "647": "atlas cadastre carte globe mappemonde plan planisphère portulan",
}
_FIELDS = {term: tag for tag, terms in TERMS.items() for term in terms.split()}
_CODES = {"285": "f"}
_OTHERS = re.compile(r"^cartes? (postale|de visite|à jouer)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def tag_of(term: str) -> str:
    """The field of a French term: by its first word, singular or plural."""
    if _OTHERS.match(term):
        return "646"
    first = (term.lower().split() or [""])[0].strip(",;")
    singular = re.sub(r"(?<=\w)[sx](?=-|$)", "", first)
    return _FIELDS.get(first) or _FIELDS.get(singular) or "641"


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write one file of MarcXchange."""
    return write(rows, path, context, describe, MARCXCHANGE, "INTERMARC")


def describe(number: int, group: list[ExportRow], context: ExportContext) -> Record:
    """The record of one document, or of one part of its statements."""
    record = Record(leader=LEADER)
    record.add_field(*_document(number, group[0]))
    headings = sorted(map(_heading, group), key=lambda heading: str(heading.tag))
    record.add_field(*(heading for heading in headings if heading.tag < "300"))
    record.add_field(*(field("300", "  ", ("a", provenance(row))) for row in group))
    record.add_field(*(heading for heading in headings if heading.tag > "300"), *_views(group))
    return record


def _document(number: int, row: ExportRow) -> Iterator[Field]:
    yield control("001", name_of(number, row))
    if ark := statements.ark(row):
        yield control("003", f"https://catalogue.bnf.fr/{ark}" if "/cb" in ark else ark)
    yield field("245", "1 ", ("a", statements.title(row)))


def _heading(row: ExportRow) -> Field:
    term = statements.term(row, "fr")
    tag = tag_of(term)
    return field(tag, "  ", ("3", row.annotation.concept_uri or ""), (_CODES.get(tag, "a"), term))


def _views(group: list[ExportRow]) -> Iterator[Field]:
    for address, row in {statements.view_page(row): row for row in group}.items():
        yield field("856", "4 ", ("u", address), ("z", statements.view(row)))


INTERMARC = ExporterSpec("intermarc", "INTERMARC (BnF) as MarcXchange", False, export)
