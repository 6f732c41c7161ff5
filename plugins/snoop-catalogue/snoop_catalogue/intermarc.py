"""Exporter `intermarc`: INTERMARC, the format of the BnF, as MarcXchange, by pymarc.

A statement on a picture is a technique (285), a genre (641 $a), a form or function (646 $a) or a kind of map (647 $a).
A class does not say which: the French terms below decide, and what they do not know is a genre. In 285 $f is the family
of techniques, $j the technique itself and $g the material. Notes (300 $a) say how each was found.

Families and forms are those of the BnF's data model for images (https://github.com/altomator/Gallica-Images, MDD),
after its lists for the fields 285, 641, 646 and 647. There is no public schema: check a file with your own system
before you load many.
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

TECHNIQUES = {
    "collage": "collage",
    "dessin": "aquarelle crayon craie dessin encre fusain gouache lavis mine pastel plume sanguine sépia",
    "estampe": "aquatinte burin chromolithographie eau-forte estampe gravure linogravure lithographie manière-noire "
    "mezzotinte pochoir pointe-sèche sérigraphie taille-douce xylographie",
    "impression photomécanique": "héliogravure photogravure photolithographie phototypie similigravure",
    "peinture": "enluminure fresque huile miniature peinture",
    "photographie": "albumine ambrotype autochrome calotype cyanotype daguerréotype ferrotype négatif photographie",
}
MATERIALS = "bois calque carton cuivre ivoire papier papyrus parchemin soie toile vélin verre"
TERMS = {
    "646": "affiche album almanach assignat autocollant bande-dessinée billet blason brochure calendrier carnet "
    "catalogue couverture croquis dessus diplôme écran ephemera étiquette éventail ex-libris faire-part "
    "frontispice graphique jeton jeu lettrine maquette marque-page médaille menu monnaie ornement "
    "papier-peint partition passeport portfolio programme prospectus puzzle rébus sceau timbre timbre-poste tract "
    "vignette",
    "647": "atlas cadastre carte globe mappemonde plan planisphère portulan",
}
# before the first word decides
_PHRASES = (
    (r"cartes? (postale|de visite|de v[œo]eux|d.invitation|à jouer|publicitaire)|cartes?-album", "646"),
    (r"(plans?|croquis|coupes?|élévations?) d.architecture|plans? de masse|bandes? dessinées?|papiers? peints?", "646"),
    (
        r"images? (à découper|de mode|de presse|d.épinal|publicitaire|religieuse)|vues? (d.optique|stéréoscopique)",
        "646",
    ),
    (r"papiers? (à en-tête|à lettres|d.emballage)|pages? de titre|marques? typographiques?", "646"),
    (r"vues? (aérienne|d.architecture)|natures? mortes?", "641"),
)
_FORMS = {term: tag for tag, terms in TERMS.items() for term in terms.split()}
_FAMILIES = {term: family for family, terms in TECHNIQUES.items() for term in terms.split()}
_MATERIALS = frozenset(MATERIALS.split())


@lru_cache(maxsize=4096)
def placed(term: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The field of a French term and its subfields: by its first words, singular or plural."""
    plain = term.lower().replace("’", "'").strip()
    if tag := next((tag for pattern, tag in _PHRASES if re.match(pattern, plain)), None):
        return tag, (("a", term),)
    first = (plain.split() or [""])[0].strip(",;")
    for word in (first, re.sub(r"(?<=\w)[sx](?=-|$)", "", first)):
        if family := _FAMILIES.get(word):
            return "285", (("f", family), *([] if family == word else [("j", term)]))
        if word in _MATERIALS:
            return "285", (("g", term),)
        if tag := _FORMS.get(word):
            return tag, (("a", term),)
    return "641", (("a", term),)


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
    tag, subfields = placed(statements.term(row, "fr"))
    return field(tag, "  ", ("3", row.annotation.concept_uri or ""), *subfields)


def _views(group: list[ExportRow]) -> Iterator[Field]:
    for address, row in {statements.view_page(row): row for row in group}.items():
        yield field("856", "4 ", ("u", address), ("z", statements.view(row)))


INTERMARC = ExporterSpec("intermarc", "INTERMARC (BnF) as MarcXchange", False, export)
