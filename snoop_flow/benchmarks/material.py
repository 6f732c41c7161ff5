"""Images to learn on, many of no class: labelled sets joined, and windows cut from their images.

Labelled sets are small and their classes common, archives are large and most classes rare. Windows make a set larger by
real pixels: a window of an image belongs to no class, and does not count at all where a class is taught to which
its image belongs, since nobody knows whether it shows what makes the image a member.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.evaluation import Labelled, pictures, units
from snoop_flow.fetching import Fetcher
from snoop_flow.images import Decoder, ImageLoader
from snoop_flow.jobs import Progress
from snoop_flow.learning import corpus_statistics
from snoop_flow.plugin_types import BackboneSpec, FloatArray, Mask

BATCH = 64
SIDES = (0.35, 0.8)  # of the image, that a window covers
LEAST_PIXELS = 8
SHAPES = 0.3  # how much longer or flatter, in logarithms


@dataclass(frozen=True, slots=True)
class Material:
    """Vectors of whole images, then of windows.

    Attributes:
        vectors: (n, D) of unit length.
        sources: (n,) the whole image that a row is, or was cut from.
        members: label → mask over the whole images.
    """

    vectors: FloatArray
    sources: NDArray[np.intp]
    members: Mapping[str, Mask]

    def reduced(self, dimension: int) -> Material:
        """The same in fewer dimensions, along the principal axes, where the vectors have more."""
        if dimension >= self.vectors.shape[1]:
            return self
        axes = corpus_statistics([self.vectors]).axes[:, -dimension:]
        return Material(units(self.vectors @ axes), self.sources, self.members)

    @property
    def images(self) -> int:
        """How many rows are whole images; they are the first ones."""
        return int(self.sources[-1]) + 1 if len(self.sources) else 0


def material_of(
    sets: Sequence[Labelled],
    spec: BackboneSpec,
    windows: int,
    seed: int,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Material:
    """Embed labelled sets and windows of their images.

    Args:
        windows: cut from each image.
        seed: says where.
        cache: a `.npz` file in which the vectors are kept, and read from where it holds just these.
    """
    images = sum(len(one.files) for one in sets)
    sources = np.concatenate([np.arange(images), np.repeat(np.arange(images), windows)])
    known = json.dumps([spec.fingerprint(), windows, seed, [one.files for one in sets]])
    key = hashlib.sha256(known.encode()).hexdigest()
    vectors = _cached(cache, key)
    if vectors is None:
        vectors = _embedded(sets, spec, windows, seed, images, progress)
        if cache is not None:
            cache.parent.mkdir(parents=True, exist_ok=True)
            np.savez(cache, key=key, vectors=vectors.astype(np.float16))
    return Material(units(vectors.astype(np.float32)), sources, _members(sets))


def _cached(cache: Path | None, key: str) -> FloatArray | None:
    if cache is None or not cache.is_file():
        return None
    try:
        with np.load(cache, allow_pickle=False) as kept:
            return kept["vectors"] if str(kept["key"]) == key else None
    except (OSError, ValueError, KeyError, BadZipFile):
        return None  # of another program, or half written: computed again and written over


def _embedded(
    sets: Sequence[Labelled], spec: BackboneSpec, windows: int, seed: int, images: int, progress: Progress | None
) -> FloatArray:
    backbone, rng = spec.open("cpu"), np.random.default_rng(seed)
    whole, parts = [], []
    with Fetcher() as fetcher, Decoder() as decoder:
        loader = ImageLoader(fetcher, decoder.decode)
        found = (one for each in sets for one in pictures(loader, each.folder, each.files, 2 * spec.input_size))
        while batch := list(islice(found, BATCH)):
            whole.append(backbone.embed_images(batch))
            if windows:
                parts.append(backbone.embed_images([cut for image in batch for cut in _windows(image, windows, rng)]))
            if progress:
                progress(min(BATCH * len(whole), images), images, "embed")
    return np.concatenate([*whole, *parts])


def _windows(image: Image, count: int, rng: np.random.Generator) -> Iterator[Image]:
    for _ in range(count):
        side, stretch = rng.uniform(*SIDES), np.exp(rng.uniform(-SHAPES, SHAPES))
        width = max(LEAST_PIXELS, int(min(1.0, side * stretch) * image.width))
        height = max(LEAST_PIXELS, int(min(1.0, side / stretch) * image.height))
        left, top = (int(rng.uniform(0, max(room, 1))) for room in (image.width - width, image.height - height))
        yield image.crop((left, top, left + width, top + height))


def _members(sets: Sequence[Labelled]) -> dict[str, Mask]:
    """Labels of all sets over the images of all sets, named by their folder where there are several."""
    members, first = {}, 0
    total = sum(len(one.files) for one in sets)
    for one in sets:
        for label, mask in one.members.items():
            name = label if len(sets) == 1 else f"{one.name}: {label}"
            members[name] = np.zeros(total, bool)
            members[name][first : first + len(one.files)] = mask
        first += len(one.files)
    return members
