"""The documents of the demonstration archive: what each holds, how it is described, and what is odd about its manifest.

The oddities are those of real manifests: each is met in one document or more, so that a harvest of the archive meets
them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Presentation = Literal["2.0", "2.1", "3.0"]


class Service(StrEnum):
    """How a document's images are served."""

    V1 = "1.1"
    V2 = "2"
    V3 = "3"
    LEVEL_0 = "level0"
    STATIC = "static"


class Quirk(StrEnum):
    """What is odd about a manifest."""

    HTML = "HTML in metadata"
    NO_SEQUENCE_ID = "sequence without @id"
    VALUE_LISTS = "metadata values as lists"
    SCALED_CANVAS = "canvas larger than its image"
    CHOICE = "several images to choose from"
    NO_HEIGHT = "canvas without height"
    NONE_LANGUAGE = "language @none"
    EMPTY_LANGUAGE = "empty language tag"
    REPEATED_LABEL = "the same metadata label twice"
    RIGHTS_PAGE = "a licence in words instead of an address"


@dataclass(frozen=True, slots=True)
class Document:
    """An album, an issue, an atlas.

    Attributes:
        contents: pages of each kind, in this order.
        motif: what this document is fond of, if anything.
    """

    slug: str
    french: str
    english: str
    contents: Mapping[str, int]
    date: str
    creator: str
    place: str
    version: Presentation = "3.0"
    service: Service = Service.V3
    quirks: frozenset[Quirk] = frozenset()
    motif: str = ""


def _odd(*quirks: Quirk) -> frozenset[Quirk]:
    return frozenset(quirks)


DOCUMENTS: tuple[Document, ...] = (
    Document("affiches-fetes", "Affiches de fêtes et de régates", "Posters of fêtes and regattas", {"poster": 12},
             "1888-1904", "Imprimerie Castillon", "Valmorel"),
    Document("affiches-spectacles", "Affiches de spectacles", "Theatre bills", {"poster": 8},
             "1846-1871", "Imprimerie Delorge", "Port-Sérin", "2.1", Service.V2, _odd(Quirk.HTML)),
    Document("atlas-loye", "Atlas du cours de la Loye", "Atlas of the course of the Loye", {"binding": 1, "map": 12},
             "1742", "Anselme Roquebert", "Aubrelle", "2.1", Service.V2, _odd(Quirk.NO_SEQUENCE_ID)),
    Document("neptune-serinois", "Le Neptune sérinois", "Sea atlas of the coasts of Sérin", {"map": 8},
             "1693", "Gaspard Noirmont", "Port-Sérin", motif="ship"),
    Document("cartes-provinces", "Cartes des provinces", "Maps of the provinces", {"map": 6, "plan": 2},
             "1771-1780", "Bureau des cartes", "Montclair-sur-Loye", "2.0", Service.V1, _odd(Quirk.NO_SEQUENCE_ID)),
    Document("plans-citadelles", "Plans de places fortes", "Plans of fortresses", {"plan": 8},
             "1702-1719", "Génie militaire", "Castelvieil", "2.0", Service.V1, _odd(Quirk.SCALED_CANVAS)),
    Document("fonds-lachaume", "Fonds d’architecture Lachaume", "Lachaume architectural papers",
             {"plan": 8, "photograph": 2}, "1880-1911", "Séraphine Lachaume", "Bellerive", motif="tower"),
    Document("courrier-1871-09-02", "Le Courrier de la Loye, 2 septembre 1871",
             "Le Courrier de la Loye, 2 September 1871", {"press": 8}, "1871-09-02",
             "Le Courrier de la Loye", "Valmorel",
             "2.1", Service.V2, _odd(Quirk.VALUE_LISTS)),
    Document("courrier-1871-09-03", "Le Courrier de la Loye, 3 septembre 1871",
             "Le Courrier de la Loye, 3 September 1871", {"press": 8}, "1871-09-03",
             "Le Courrier de la Loye", "Valmorel"),
    Document("gazette-1889-06", "La Gazette du Port, juin 1889", "La Gazette du Port, June 1889", {"press": 10},
             "1889-06", "La Gazette du Port", "Port-Sérin", "2.1", Service.V1, _odd(Quirk.REPEATED_LABEL), "ship"),
    Document("petit-valmorelais-1896", "Le Petit Valmorelais, 1896", "Le Petit Valmorelais, 1896", {"press": 10},
             "1896", "Le Petit Valmorelais", "Valmorel", service=Service.V2),
    Document("voyage-pittoresque", "Voyage pittoresque en Loye", "Picturesque journey through Loye",
             {"binding": 1, "engraving": 14}, "1784", "Clarisse Aubanel", "Aubrelle"),
    Document("recueil-aerostation", "Recueil d’aérostation", "Collected pieces on ballooning",
             {"engraving": 8, "engraved-portrait": 4, "poster": 2}, "1783-1850", "Hippolyte Carnaud (collectionneur)",
             "Hautecombe", "2.1", Service.V2, _odd(Quirk.HTML, Quirk.NONE_LANGUAGE), "balloon"),
    Document("vues-ports", "Vues de ports", "Views of harbours", {"engraving": 8, "photograph": 4},
             "1790-1865", "Divers", "Port-Sérin", "2.0", Service.V2, _odd(Quirk.EMPTY_LANGUAGE), "ship"),
    Document("portraits-illustres", "Portraits d’hommes et de femmes illustres",
             "Portraits of illustrious men and women", {"binding": 1, "engraved-portrait": 12}, "1815",
             "Barnabé Castillon", "Vernèges"),
    Document("miniatures-bremont", "Miniatures de la famille de Brémont", "Miniatures of the Brémont family",
             {"portrait": 8}, "1760-1822", "Octave de Brémont", "Lourmaix", service=Service.LEVEL_0),
    Document("galerie-portraits", "Galerie de portraits", "Portrait gallery", {"portrait": 6, "engraved-portrait": 6},
             "1690-1810", "Divers", "Montclair-sur-Loye", "2.1", Service.V2, _odd(Quirk.RIGHTS_PAGE)),
    Document("sonates", "Sonates pour le clavier", "Keyboard sonatas", {"binding": 1, "music": 8},
             "1796", "Joséphine Tallier", "Valmorel"),
    Document("chansonnier", "Chansonnier du port", "Songbook of the harbour", {"music": 6, "engraving": 2},
             "1854", "Mathurin Delorge", "Port-Sérin", "2.1", Service.LEVEL_0, _odd(Quirk.VALUE_LISTS)),
    Document("antiphonaire", "Antiphonaire de Sainte-Orse", "Antiphonary of Sainte-Orse", {"binding": 1, "music": 4},
             "v. 1480", "Scriptorium de Sainte-Orse", "Sainte-Orse", "2.1", Service.V2, _odd(Quirk.CHOICE)),
    Document("medaillier-1", "Médaillier, premier tiroir", "Coin cabinet, first drawer", {"coin": 12},
             "1643-1792", "Atelier de Castelvieil", "Castelvieil", service=Service.STATIC),
    Document("medaillier-2", "Médaillier, second tiroir", "Coin cabinet, second drawer", {"coin": 6, "seal": 2},
             "1643-1792", "Atelier de Castelvieil", "Castelvieil", "2.1", Service.STATIC),
    Document("sceaux", "Sceaux des villes", "Town seals", {"seal": 6}, "1280-1420", "Chancelleries urbaines",
             "Vernèges", quirks=_odd(Quirk.SCALED_CANVAS)),
    Document("herbier-vernet", "Herbier Vernet-Roux", "Vernet-Roux herbarium", {"herbarium": 10},
             "1861-1878", "Eulalie Vernet-Roux", "Hautecombe"),
    Document("flore-loye", "Flore de la Loye", "Flora of the Loye", {"binding": 1, "herbarium": 8},
             "1807", "Léonie de Marsac", "Aubrelle", "2.0", Service.V2, _odd(Quirk.NO_HEIGHT)),
    Document("album-photographique-1", "Album photographique, I", "Photograph album, I", {"photograph": 12},
             "1862", "Aristide Vaubrun", "Bellerive"),
    Document("album-photographique-2", "Album photographique, II", "Photograph album, II", {"photograph": 10},
             "1874", "Aristide Vaubrun", "Pontauzun", service=Service.V2, quirks=_odd(Quirk.CHOICE)),
    Document("cartes-postales", "Cartes postales de la côte", "Postcards of the coast", {"postcard": 14},
             "1901-1913", "Éditions Tallier", "Port-Sérin", "2.1", Service.V2, _odd(Quirk.REPEATED_LABEL)),
    Document("album-amicorum", "Album d’un voyageur", "A traveller’s scrapbook",
             {"postcard": 6, "engraving": 2, "poster": 2, "playing-card": 2}, "1878-1905", "Anonyme", "Lourmaix",
             motif="balloon"),
    Document("reliures", "Reliures et cartes à jouer", "Bindings and playing cards", {"binding": 4, "playing-card": 4},
             "1620-1830", "Divers", "Brissac-le-Vieux"),
)  # fmt: skip
