"""A plugin for the tests: a backbone that sees colours, whole and in patches, and reads their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL.Image import Image, Resampling

from snoop_flow import hookimpl
from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.plugin_types import (
    BackboneSpec,
    FloatArray,
    Segment,
    Segmenter,
    SegmenterContext,
    SegmenterSpec,
)

GRID = (4, 4)
NAMES = {"red": (1, 0, 0), "rouge": (1, 0, 0), "blue": (0, 0, 1), "bleu": (0, 0, 1)}


class Colours:
    """Vectors are mean colours and what they lack, six numbers."""

    dimension = 6

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        return self._seen(images, (1, 1)).reshape(-1, 6)

    def embed_patches(self, images: Sequence[Image]) -> FloatArray:
        return self._seen(images, GRID)

    def _seen(self, images: Sequence[Image], grid: tuple[int, int]) -> FloatArray:
        size = (grid[1], grid[0])
        pixels = [np.asarray(one.convert("RGB").resize(size, Resampling.BOX), np.float32) / 255 for one in images]
        return _unit(np.array(pixels, np.float32).reshape(-1, *grid, 3))


def _unit(colours: FloatArray) -> FloatArray:
    both = np.concatenate([colours, 1 - colours], axis=-1)
    return np.asarray(both / np.linalg.norm(both, axis=-1, keepdims=True), np.float32)


def _spec(name: str, *, reads: bool) -> BackboneSpec:
    return BackboneSpec(
        name=name,
        title="Colours",
        dimension=6,
        input_size=16,
        licence="CC0-1.0",
        fingerprint=lambda: f"{name}/1",
        open=lambda _: Reader(f"{name}/1") if reads else Colours(f"{name}/1"),
        reads_text=reads,
        patch_grid=GRID,
        languages="English and French" if reads else "",
    )


class Reader(Colours):
    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        found = [np.mean([NAMES.get(word, (0.5, 0.5, 0.5)) for word in text.split()], axis=0) for text in texts]
        return _unit(np.array(found, np.float32).reshape(-1, 3))


class _Corners:
    def __init__(self, context: SegmenterContext) -> None:
        self._context = context

    def segment(self, record: Record, items: Sequence[Item]) -> Iterator[Segment]:
        for item in items:
            assert self._context.picture(item, 32).size
            for x in (-10, item.width - 30):  # what lies outside is cut off
                yield Segment(item, (x, 0, 40, 30), {"en": ("corner",)})


class _Lost:
    def __init__(self, context: SegmenterContext) -> None:
        pass

    def segment(self, record: Record, items: Sequence[Item]) -> Iterator[Segment]:
        yield "a corner"  # type: ignore[misc]


def _corners(context: SegmenterContext) -> Segmenter:
    return _Corners(context)


@hookimpl
def register_backbones() -> list[BackboneSpec]:
    return [_spec("colours", reads=False), _spec("words-and-colours", reads=True)]


@hookimpl
def register_segmenters() -> list[SegmenterSpec]:
    return [
        SegmenterSpec("corners", "Two corners", (ItemKind.REGION,), _corners),
        SegmenterSpec("lost", "No segments", (ItemKind.REGION,), _Lost),
        SegmenterSpec("moments", "Keyframes", (ItemKind.KEYFRAME,), _corners),
    ]
