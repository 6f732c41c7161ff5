"""From regions to images: an image scores as its best region, and what repeats a better region is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
from sqlalchemy import Connection

from snoop_flow.entities import Item, ItemKind, Prediction, image_of
from snoop_flow.learning import distinct_boxes
from snoop_flow.plugin_types import Hits
from snoop_flow.regions.drawing import boxes_of
from snoop_flow.store import items, predictions
from snoop_flow.vectors import VectorSet
from snoop_flow.workspace import Workspace

FIRST_LOOK = 4  # regions looked at for each one wanted; more where they lie on few images
PER_IMAGE = 1


def best_regions(
    workspace: Workspace, view: VectorSet, find: Callable[[int], Hits], count: int, per_image: int
) -> Hits:
    """The best regions, of each image at most so many, none of which repeats a better one.

    The order is that of all regions, so the first of an image is its best: the answer is as exact as `find` is.

    Args:
        find: gives the best so many rows of the view.
    """
    wanted = FIRST_LOOK * count
    while True:
        hits = find(wanted)
        kept = _distinct(workspace, view, hits, count, per_image)
        if len(kept) == count or len(hits.rows) < wanted:
            return Hits(hits.rows[kept], hits.scores[kept])
        wanted *= FIRST_LOOK


def _distinct(workspace: Workspace, view: VectorSet, hits: Hits, count: int, per_image: int) -> np.ndarray:
    """Places among the hits that are kept."""
    numbers = view.numbers[hits.rows].tolist()
    with workspace.catalogue.read() as connection:
        known = items.by_numbers(connection, numbers)
    places: dict[int, list[int]] = {}
    for place, number in enumerate(numbers):
        if number in known:
            places.setdefault(image_of(known[number]), []).append(place)
    kept: list[int] = []
    for mine in places.values():
        if per_image == 1:
            kept.append(mine[0])
            continue
        kept += _apart(mine, [known[numbers[place]] for place in mine], per_image)
    return np.array(sorted(kept)[:count], np.intp)


def _apart(places: list[int], found: Sequence[Item], most: int) -> list[int]:
    """Places of hits on one image, the best first, that repeat none before them; the whole image repeats nothing."""
    regions = [at for at, item in enumerate(found) if item.kind is ItemKind.REGION]
    chosen = [regions[at] for at in distinct_boxes(boxes_of([found[at] for at in regions]), most)]
    whole = [at for at, item in enumerate(found) if item.kind is not ItemKind.REGION]
    return [places[at] for at in sorted(chosen + whole)[:most]]


def merge_proposals(connection: Connection, class_id: str) -> int:
    """Withdraw the proposals of a class that repeat a better one, or a region that somebody judged; returns how many.

    One image's windows overlap, and all that show an object score: the best of them speaks for it.
    """
    found = predictions.by_image(connection, class_id)
    repeated = [number for _, group in groupby(found, _image_of_said) for number in _repeated(list(group))]
    return predictions.withdraw(connection, class_id, repeated)


def _image_of_said(one: tuple[Item, Prediction]) -> int:
    return image_of(one[0])


def _repeated(found: Sequence[tuple[Item, Prediction]]) -> list[int]:
    """Items of one image's predictions, the best first, that repeat one before them."""
    chosen = set(distinct_boxes(boxes_of([item for item, _ in found])).tolist())
    return [item.number for place, (item, _) in enumerate(found) if place not in chosen]
