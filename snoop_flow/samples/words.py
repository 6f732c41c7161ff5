"""Invented names, titles and running text, in French and English; nobody and nothing here exists."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

PLACES = (
    "Valmorel", "Port-Sérin", "Aubrelle", "Montclair-sur-Loye", "Sainte-Orse", "Bellerive", "Castelvieil",
    "Lourmaix", "Pontauzun", "Hautecombe", "Vernèges", "Brissac-le-Vieux",
)  # fmt: skip
PEOPLE = (
    "Aristide Vaubrun", "Léonie de Marsac", "Hippolyte Carnaud", "Joséphine Tallier", "Anselme Roquebert",
    "Mathurin Delorge", "Clarisse Aubanel", "Octave de Brémont", "Séraphine Lachaume", "Gaspard Noirmont",
    "Eulalie Vernet-Roux", "Barnabé Castillon",
)  # fmt: skip
PLANTS = (
    "Rosa aubrellensis", "Salvia serinica", "Campanula montis-clari", "Lilium vernegense", "Papaver orsianum",
    "Iris bellarivae", "Digitalis loyana", "Gentiana pontauzuni", "Filix castelli", "Malva lourmacensis",
)  # fmt: skip
NEWSPAPERS = ("LE COURRIER DE LA LOYE", "L'ÉCHO D'AUBRELLE", "LA GAZETTE DU PORT", "LE PETIT VALMORELAIS")
SHOWS = (
    "GRANDE FÊTE", "ASCENSION", "CIRQUE OLYMPIEN", "BAL MASQUÉ", "EXPOSITION", "RÉGATES", "THÉÂTRE", "CONCERT",
    "FOIRE AUX VINS", "GRAND PRIX", "LOTERIE", "PANORAMA",
)  # fmt: skip
HEADLINES = (
    "LE BALLON DE M. CARNAUD", "INCENDIE AU PORT", "LA RÉCOLTE DES BLÉS", "SÉANCE DU CONSEIL", "UN NOUVEAU PONT",
    "CHRONIQUE THÉÂTRALE", "LES CRUES DE LA LOYE", "LETTRE DE LA CAPITALE", "MODES ET TOILETTES", "LE COURS DES VINS",
)  # fmt: skip
PIECES = ("SONATE", "MENUET", "ROMANCE", "VALSE", "MARCHE DES AÉROSTIERS", "CANTATE", "NOCTURNE", "POLKA DU PORT")
SYLLABLES = ("Do mi ne", "glo ri a", "la la la", "ah ! que le vent", "me por te", "au loin", "bel le Loye")

_WORDS = (
    "le la les un une des et de du que qui pour dans sur avec sans sous il elle on nous vous ce cette son sa ses "
    "jour nuit ville port marché fleuve navire ballon place église tour pont rue maison récolte vin blé foule "
    "matin soir hiver été conseil maire capitaine marchand théâtre musique spectacle grand petit nouveau ancien "
    "beau premier dernier public arrive part demande annonce montre trouve reste tombe monte ouvre ferme vend "
    "hier demain toujours bientôt enfin ainsi encore près loin très plus moins vers chez entre après avant"
).split()


def sentence_words(rng: np.random.Generator, count: int) -> Iterator[str]:
    """Words of plausible sentences, capitals and full stops included."""
    fresh = True
    for index in rng.integers(0, len(_WORDS), count).tolist():
        word = _WORDS[index].capitalize() if fresh else _WORDS[index]
        fresh = bool(rng.random() < 0.09)
        yield word + ("." if fresh else "," if rng.random() < 0.06 else "")


def pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def of(name: str) -> str:
    """The name after French "de"."""
    return f"d'{name}" if name[0] in "AEIOUÉH" else f"de {name}"
