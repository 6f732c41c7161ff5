"""The pictures a training run sees: gathered from the given folders, made small, packed into one file.

Only material whose licence is clear is used, and of the labelled sets only the share that is not kept for measuring.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from snoop_flow.samples import draw_archive

Image.MAX_IMAGE_PIXELS = None  # the folders are our own choice

SIDE = 288  # pixels of the shorter side: room to crop below the network's 224
HELD_OUT = 5  # one file in five of a labelled set is kept for measuring
TEST_BOOKS = ("bpt6k10516302", "btv1b8626779r")
LARGEST = 4_000_000  # pixels of a clip art; some are as large as walls
CLIPART_PER_FOLDER = 40  # so that 1 900 icons do not outweigh all animals
DRAWN_SEEDS = (1, 2, 3, 4)  # the demonstration archive is seed 1783


def held_out(name: str) -> bool:
    """Whether a file of a labelled set is kept for measuring: decided by a digest of its name."""
    return hashlib.sha256(name.encode()).digest()[0] % HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of picture.

    Attributes:
        share: of the views of a run.
        pictures: yields pictures of any size and mode.
    """

    name: str
    share: float
    pictures: Callable[[Path, np.random.Generator], Iterator[Image.Image]]


def _photographs(folder: Path, rng: np.random.Generator) -> Iterator[Image.Image]:
    for path in sorted((folder / "images/fsa_color/photos").glob("*.jpg")):
        if not held_out(path.name):
            yield Image.open(path)


def _groceries(folder: Path, rng: np.random.Generator) -> Iterator[Image.Image]:
    with (folder / "images/grocery/labels.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["split"] == "gallery":
                yield Image.open(folder / "images/grocery" / row["file"])


def _printed_pages(folder: Path, rng: np.random.Generator) -> Iterator[Image.Image]:
    for path in sorted((folder / "images/incunables/pages").glob("*.jpg")):
        if not path.name.startswith(TEST_BOOKS):
            yield from _with_cuts(Image.open(path).convert("RGB"), 6, rng)


def _drawn(folder: Path, rng: np.random.Generator) -> Iterator[Image.Image]:
    for seed in DRAWN_SEEDS:
        draw_archive(folder / "drawn" / str(seed), seed=seed)
    for path in sorted(folder.glob("drawn/*/*/*.jpg")):
        yield from _with_cuts(Image.open(path).convert("RGB"), 1, rng)


def _clipart(folder: Path, rng: np.random.Generator) -> Iterator[Image.Image]:
    for place in sorted({path.parent for path in folder.glob("clipart/**/*.png")}):
        paths = sorted(place.glob("*.png"))
        for choice in rng.permutation(len(paths))[:CLIPART_PER_FOLDER]:
            picture = Image.open(paths[choice])
            if picture.width * picture.height > LARGEST:
                continue
            picture = picture.convert("RGBA")
            picture.thumbnail((2 * SIDE, 2 * SIDE))
            paper = Image.new("RGBA", picture.size, (*map(int, rng.integers(150, 256, 3)), 255))
            yield Image.alpha_composite(paper, picture)


def _with_cuts(picture: Image.Image, count: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """A page and pieces of it: what is printed on it is too small once the page is."""
    yield picture
    for _ in range(count):
        side = int(min(picture.size) * rng.uniform(0.25, 0.6))
        left, top = (int(rng.integers(0, length - side)) for length in picture.size)
        yield picture.crop((left, top, left + side, top + side))


SOURCES = (
    Source("photographs", 0.30, _photographs),
    Source("groceries", 0.22, _groceries),
    Source("printed pages", 0.13, _printed_pages),
    Source("drawn archive", 0.17, _drawn),
    Source("clip art", 0.18, _clipart),
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Small JPEG files in memory, by source."""

    files: dict[str, list[bytes]]

    def draw(self, rng: np.random.Generator) -> Image.Image:
        """One picture: first its source by share, then any of it."""
        names = [source.name for source in SOURCES if self.files[source.name]]
        shares = np.array([source.share for source in SOURCES if self.files[source.name]])
        files = self.files[names[int(rng.choice(len(names), p=shares / shares.sum()))]]
        return Image.open(io.BytesIO(files[int(rng.integers(len(files)))]))


def gather(shared: Path, extra: Path, seed: int = 0) -> Corpus:
    """Read, shrink and re-encode everything.

    Args:
        shared: a folder with `images/`.
        extra: a folder to draw into, which may have `clipart/`.
        seed: which clip art, and where pages are cut.
    """
    files = {}
    for source in SOURCES:
        rng = np.random.default_rng([seed, *source.name.encode()])
        folder = extra if source.name in ("drawn archive", "clip art") else shared
        files[source.name] = [_packed(picture) for picture in source.pictures(folder, rng)]
    return Corpus(files)


def _packed(picture: Image.Image) -> bytes:
    scale = SIDE / min(picture.size)
    small = picture.convert("RGB")
    if scale < 1:
        small = small.resize((round(small.width * scale), round(small.height * scale)), Image.Resampling.LANCZOS)
    to = io.BytesIO()
    small.save(to, "JPEG", quality=92)
    return to.getvalue()
