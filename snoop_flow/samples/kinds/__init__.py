"""The kinds of document in the demonstration archive: what teaching a class has to tell apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL.Image import Image

from snoop_flow.samples.kinds.crafts import draw_binding, draw_card
from snoop_flow.samples.kinds.maps import draw_map
from snoop_flow.samples.kinds.medals import draw_coin, draw_seal
from snoop_flow.samples.kinds.music import draw_music
from snoop_flow.samples.kinds.plans import draw_plan
from snoop_flow.samples.kinds.plants import draw_herbarium
from snoop_flow.samples.kinds.portraits import draw_engraved_portrait, draw_portrait
from snoop_flow.samples.kinds.posters import draw_poster
from snoop_flow.samples.kinds.press import draw_press
from snoop_flow.samples.kinds.views import draw_engraving, draw_photograph, draw_postcard


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document.

    Attributes:
        draw: makes one from chance and a motif, "" for none.
        motifs: how often each motif is met in it, 0 to 1.
    """

    name: str
    english: str
    french: str
    draw: Callable[[np.random.Generator, str], Image]
    motifs: Mapping[str, float] = field(default_factory=dict)


_ALL = (
    Kind("binding", "bookbinding", "reliure", draw_binding, {"balloon": 0.15, "ship": 0.15}),
    Kind("coin", "coin", "monnaie", draw_coin, {"balloon": 0.08, "ship": 0.2, "tower": 0.14}),
    Kind(
        "engraved-portrait",
        "engraved portrait",
        "portrait gravé",
        draw_engraved_portrait,
        {"balloon": 0.06, "ship": 0.06},
    ),
    Kind("engraving", "engraved view", "vue gravée", draw_engraving, {"balloon": 0.16, "ship": 0.2, "tower": 0.2}),
    Kind("herbarium", "botanical plate", "planche botanique", draw_herbarium),
    Kind("map", "map", "carte", draw_map, {"balloon": 0.04, "ship": 0.3, "tower": 0.06}),
    Kind("music", "sheet music", "partition", draw_music),
    Kind("photograph", "photograph", "photographie", draw_photograph, {"balloon": 0.1, "ship": 0.18, "tower": 0.2}),
    Kind("plan", "architectural plan", "plan d’architecture", draw_plan, {"tower": 0.25}),
    Kind("playing-card", "playing card", "carte à jouer", draw_card, {"balloon": 0.1, "ship": 0.1, "tower": 0.1}),
    Kind("portrait", "painted portrait", "portrait peint", draw_portrait),
    Kind("postcard", "postcard", "carte postale", draw_postcard, {"balloon": 0.1, "ship": 0.25, "tower": 0.2}),
    Kind("poster", "poster", "affiche", draw_poster, {"balloon": 0.2, "ship": 0.14, "tower": 0.1}),
    Kind("press", "newspaper page", "page de presse", draw_press, {"balloon": 0.14, "ship": 0.12, "tower": 0.08}),
    Kind("seal", "wax seal", "sceau", draw_seal, {"ship": 0.2, "tower": 0.35}),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
