"""Where regions lie on their images, so that what repeats a marked or a shown one is neither asked nor learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.classes.lessons import Lesson
from snoop_flow.entities import Item, image_of
from snoop_flow.learning import insides, overlaps, repeats
from snoop_flow.learning.boxes import INSIDE, SAME
from snoop_flow.plugin_types import Mask, RowArray
from snoop_flow.regions.drawing import boxes_of
from snoop_flow.store import items

OF_ONE_IMAGE = 3  # regions in a batch: more would show one page over and over


def repeated(lesson: Lesson) -> RowArray:
    """Rows of regions, other than marked ones, that show the same as a marked one.

    What holds a positive, or lies in one, says nothing new of the class; a negative says nothing of what it holds.
    """
    if not lesson.view.regional or not lesson.marks:
        return np.zeros(0, np.intp)
    with lesson.workspace.catalogue.read() as connection:
        marked = list(items.by_numbers(connection, lesson.marks).values())
        whole = items.by_numbers(connection, {image_of(item) for item in marked})
        regions = items.regions_of(connection, list(whole))
    by_image: dict[int, list[Item]] = {number: [item] for number, item in whole.items()}
    for region in regions:
        by_image.setdefault(image_of(region), []).append(region)
    found: list[int] = []
    for number, there in by_image.items():
        mine = [item for item in marked if image_of(item) == number]
        boxes, judged = boxes_of(there), boxes_of(mine)
        positive = np.array([lesson.marks[item.number] == 1 for item in mine])
        same: Mask = (overlaps(boxes, judged) > SAME) | ((insides(boxes, judged) > INSIDE) & positive)
        found += [there[place].number for place in np.flatnonzero(same.any(axis=1))]
    rows = lesson.view.rows_of([one for one in found if one not in lesson.marks])
    return rows[rows >= 0]


def spread_in_space(lesson: Lesson, rows: RowArray, before: RowArray) -> RowArray:
    """Rows without regions that repeat one before them, few of each image.

    Args:
        before: rows that are shown already.
    """
    if not lesson.view.regional:
        return rows
    numbers = lesson.view.numbers[np.concatenate([before, rows])].tolist()
    with lesson.workspace.catalogue.read() as connection:
        known = items.by_numbers(connection, numbers)
    shown: dict[int, list[NDArray[np.float64]]] = {}
    kept: list[int] = []
    for place, number in enumerate(numbers):
        box, there = boxes_of([known[number]]), shown.setdefault(image_of(known[number]), [])
        fits = len(there) < OF_ONE_IMAGE and not any(repeats(box, other).any() for other in there)
        if place < len(before) or fits:
            there.append(box)
        if place >= len(before) and fits:
            kept.append(int(rows[place - len(before)]))
    return np.array(kept, np.intp)
