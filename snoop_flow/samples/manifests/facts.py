"""What is said of a document, in two languages, before any version of IIIF gives it a form."""

from __future__ import annotations

from dataclasses import dataclass

from snoop_flow.samples.archive import Page
from snoop_flow.samples.documents import Document, Quirk

PUBLIC_DOMAIN = "http://creativecommons.org/publicdomain/mark/1.0/"
RIGHTS_IN_WORDS = "Domaine public. Voir les conditions de la bibliothèque."
HOLDER = ("Bibliothèque imaginaire de Valmorel", "Imaginary Library of Valmorel")


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and a value of metadata, each (French, English)."""

    label: tuple[str, str]
    value: tuple[str, str]


def entries(document: Document, pages: list[Page]) -> list[Entry]:
    """The metadata of a document."""
    kinds = {page.label: (page.label_fr, page.label_en) for page in pages}
    found = [
        Entry(("Titre", "Title"), (document.french, document.english)),
        Entry(("Date", "Date"), (document.date, document.date.replace("v. ", "c. "))),
        Entry(("Auteur", "Creator"), (document.creator, document.creator)),
        Entry(("Lieu", "Place"), (document.place, document.place)),
        Entry(("Cote", "Shelfmark"), (shelfmark(document), shelfmark(document))),
        Entry(("Importance matérielle", "Extent"), (f"{len(pages)} vues", f"{len(pages)} images")),
    ]
    found += [Entry(("Type", "Type"), kind) for kind in kinds.values()]
    if Quirk.REPEATED_LABEL in document.quirks:
        found.append(Entry(("Date", "Date"), ("numérisé en 2024", "digitised in 2024")))
    if Quirk.HTML in document.quirks:
        html = '<p>Voir <a href="https://valmorel.example/dons">don</a> de <i>la ville</i>&nbsp;; <b>inv. 12</b></p>'
        found.append(Entry(("Provenance", "Provenance"), (html, html)))
    return found


def shelfmark(document: Document) -> str:
    """An invented shelf mark, the same each time."""
    return f"VAL-{sum(document.slug.encode()) % 900 + 100}"


def page_label(page: Page) -> tuple[str, str]:
    """A canvas's label, (French, English)."""
    return f"{page.label_fr.capitalize()}, vue {page.page}", f"{page.label_en.capitalize()}, image {page.page}"


def canvas_size(document: Document, page: Page) -> tuple[int, int]:
    """Width and height of a canvas; in some documents twice those of its image."""
    scale = 2 if Quirk.SCALED_CANVAS in document.quirks else 1
    return page.width * scale, page.height * scale
