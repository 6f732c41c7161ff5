"""Regions on demand: a box that somebody draws becomes an item, and has its vector at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from snoop_flow.embedding.running import seal
from snoop_flow.entities import DRAWN, EmbeddingSet, Item, ItemKind, image_of
from snoop_flow.errors import SourceError, UsageError
from snoop_flow.images import parse_box
from snoop_flow.learning import Boxes
from snoop_flow.plugin_types import FloatArray
from snoop_flow.regions.describing import Described
from snoop_flow.regions.spaces import describer
from snoop_flow.store import embeddings, items
from snoop_flow.store.rows import opaque_id
from snoop_flow.vectors import usable
from snoop_flow.workspace import Workspace

Box = tuple[int, int, int, int]
MARK = "#xywh="
_NUMBERS = re.compile(r"(?:pixel:)?(-?\d{1,9}),(-?\d{1,9}),(-?\d{1,9}),(-?\d{1,9})")


@dataclass(frozen=True, slots=True)
class Address:
    """An item, or a box on it, as a person names it: `ID` or `ID#xywh=X,Y,W,H`."""

    item: str
    box: Box | None = None


def address(text: str) -> Address:
    """Read what a person names; raises `UsageError` where a box is written otherwise."""
    item, mark, numbers = text.partition(MARK)
    if not mark:
        return Address(item)
    found = _NUMBERS.fullmatch(numbers)
    if not item or found is None:
        raise UsageError(f"region {text[:80]!r}: write it as ID#xywh=X,Y,W,H in whole canvas pixels")
    x, y, w, h = (int(number) for number in found.groups())
    return Address(item, (x, y, w, h))


def checked(item: Item, box: Box) -> Box:
    """A box that lies on the canvas of an item; raises `UsageError`."""
    x, y, w, h = box
    if w < 1 or h < 1 or x < 0 or y < 0 or x + w > item.width or y + h > item.height:
        raise UsageError(
            f"region {x},{y},{w},{h}: is not inside the canvas of {item.width} × {item.height}; "
            "give x,y,width,height in canvas pixels"
        )
    return box


def draw(workspace: Workspace, known: EmbeddingSet, names: Sequence[str], *, device: str = "cpu") -> list[Item]:
    """Items and boxes by name, each with a vector in a set of regions; what is new is entered and embedded.

    Args:
        names: `ID`, or `ID#xywh=X,Y,W,H` in canvas pixels.

    Raises:
        NotFoundError: there is no such item.
        UsageError: a box is not on its canvas, or has no vector.
        SourceError: an image cannot be had.
    """
    wanted = [address(name) for name in names]
    with workspace.catalogue.read() as connection:
        named = items.by_ids(connection, [one.item for one in wanted])
        whole = items.by_numbers(connection, {image_of(item) for item in named})
    found = _entered(workspace, [_row(item, whole, one) for item, one in zip(named, wanted, strict=True)])
    with workspace.catalogue.read() as connection:
        done = embeddings.embedded(connection, known.id, [item.number for item in found])
    lacking = [item for item in found if done.get(item.number) != item.image_digest]
    if lacking:
        _embed(workspace, known, lacking, device)
    return found


def _row(item: Item, whole: dict[int, Item], named: Address) -> Item | dict[str, Any]:
    """An item that there is, or a region's row to enter."""
    if named.box is None:
        return item
    parent = whole[image_of(item)]
    box = checked(parent, named.box)
    if box == (0, 0, parent.width, parent.height) and not parent.selector:
        return parent
    return region_row(parent, box, DRAWN)


def region_row(parent: Item, box: Box, origin: str, label: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The row of a region: the same item and box give the same id, for ever."""
    fragment = "xywh={},{},{},{}".format(*box)
    # a keyframe's moment stays a part of what is selected
    selector = f"{parent.selector}&{fragment}" if parent.selector.startswith("t=") else fragment
    return {
        "id": opaque_id("region", parent.id, selector),
        "record_id": parent.record_id,
        "parent": parent.number,
        "kind": ItemKind.REGION,
        "uri": parent.uri,
        "selector": selector,
        "label": label or {language: list(texts) for language, texts in parent.label.items()},
        "width": parent.width,
        "height": parent.height,
        "position": parent.position,
        "image": dict(parent.image),
        "image_digest": parent.image_digest,
        "origin": origin,
    }


def _entered(workspace: Workspace, rows: Sequence[Item | dict[str, Any]]) -> list[Item]:
    new = [row for row in rows if isinstance(row, dict)]
    if new:
        with workspace.catalogue.write() as connection:
            items.add_regions(connection, new)
    ids = [row["id"] if isinstance(row, dict) else row.id for row in rows]
    with workspace.catalogue.read() as connection:
        return items.by_ids(connection, ids)


def _embed(workspace: Workspace, known: EmbeddingSet, lacking: Iterable[Item], device: str) -> None:
    """Vectors of items of which several may lie on one image."""
    space = describer(workspace, known, device)
    loader = workspace.loader()
    seen: dict[int, Described] = {}
    done: list[tuple[Item, FloatArray]] = []
    each = {item.number: item for item in lacking}.values()
    for item in sorted(each, key=image_of):
        key = image_of(item)
        if key not in seen:  # only the picture at hand is held
            seen = {key: space.describe(loader.load(item.image, space.longest))}
        vector = seen[key].vectors(shares([item]))[0]
        if not usable(vector[None])[0]:
            raise UsageError(f"region {item.selector or item.id}: the backbone makes nothing of it; draw another box")
        done.append((item, vector))
    seal(workspace, known.id, known.fingerprint, done)


def shares(found: Sequence[Item]) -> Boxes:
    """Boxes of items in shares of their canvases' sides, (n, 4); the whole canvas where an item has no box."""
    return boxes_of(found) / np.array([[one.width, one.height] * 2 for one in found], np.float64)


def boxes_of(found: Sequence[Item]) -> Boxes:
    """Boxes of items in canvas pixels, (n, 4)."""
    rows = [_box(one) for one in found]
    return np.array(rows, np.float64).reshape(-1, 4)


def _box(item: Item) -> tuple[float, float, float, float]:
    whole = (0.0, 0.0, float(item.width), float(item.height))
    try:
        return parse_box(item.selector, (item.width, item.height)) or whole
    except SourceError:  # a canvas that shrank since the box was drawn
        return whole
