"""What searching shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from snoop_flow.entities import Item, Prediction, VisualClass


@dataclass(frozen=True, slots=True)
class Card:
    """An item as it is shown.

    Attributes:
        score: cosine for a search, `w · x + b` for a class; None where nothing was scored.
        thumbnail: path below the web server.
        mark: the curator's mark in the class at hand.
        why: why it is shown: the strategy's name.
        status: where the class's prediction stands, or "".
        merged: near duplicates among the best-scored items that are not shown beside it.
        image: id of the image that it is, or that it was cut out of.
        origin: of a region: what it came from, see `snoop_flow.entities.Item`.
    """

    item: str
    score: float | None
    uri: str
    selector: str
    label: str
    record: str
    record_label: str
    thumbnail: str
    width: int
    height: int
    mark: int | None = None
    why: str = ""
    status: str = ""
    merged: int = 0
    image: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """A ranked answer.

    Attributes:
        coverage: share of the live items in scope that the answer could rank.
        exact: the ranking is that of a full scan.
        index: the index type that answered.
        recall: of an approximate index, the mean share of a class's best 50 and best 1000 that it was measured to find.
    """

    cards: tuple[Card, ...]
    coverage: float
    milliseconds: float
    index: str
    exact: bool
    backbone: str
    recall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be searched by what.

    Attributes:
        backbone: that searching uses; empty where nothing is embedded.
        reads_text: a text is looked for in pictures, too, not in titles and metadata alone.
        languages: that it reads, in words; empty where it reads none or nobody says.
        segmented: live images of which parts can be searched.
    """

    backbone: str
    reads_text: bool
    languages: str
    segmented: int


@dataclass(frozen=True, slots=True)
class SaidOfImage:
    """What a class says of an image, or of a region of it."""

    visual_class: VisualClass
    prediction: Prediction
    item: Item
