"""Where in a corpus what a class found lies."""

from __future__ import annotations

from dataclasses import dataclass

from snoop_flow.reports.audits import Figure


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the corpus: how many of its images the class could find, and how many it found.

    Attributes:
        name: for programs. title: for people.
        rate: hits of images; None where there are no images.
    """

    name: str
    title: str
    images: float
    hits: float
    rate: float | None


@dataclass(frozen=True, slots=True)
class TimeBin:
    """Some years, both ends included; an image dated to more years counts in equal parts for each of them."""

    first: int
    last: int
    images: float
    hits: float
    rate: float | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where in time, collections and places the hits of a class lie, beside all images that it could find.

    Attributes:
        policy: `accepted` counts what people accepted, `all` also what the class proposes.
        bins: of `width` years each, without gaps; the few images before and after them count as `undated`.
        undated: images whose metadata tells no period, and the hits among them. placed: likewise those with a place.
        places: the most frequent first; an image of several places counts for each.
        precision: which share of what is counted is right, by blind answers; None where that is not known.
        needed: blind answers that are missing for it.
    """

    visual_class: str
    version: int
    policy: str
    whole: Part
    width: int
    bins: tuple[TimeBin, ...]
    undated: Part
    unplaced: Part
    collections: tuple[Part, ...]
    places: tuple[Part, ...]
    precision: Figure | None
    needed: int
