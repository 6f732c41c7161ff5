"""A film for the demonstration: the camera moves over some pages of the sample archive, one shot for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from snoop_flow.samples.archive import Page

SIZE = (480, 360)
FPS = 12.0
FRAMES = 12  # of a shot: a second
SHOTS = 6
ZOOM = 0.25  # share of the page's sides that the camera has moved over at the end of a shot


def film_pictures(folder: Path, pages: Sequence[Page]) -> Iterator[Image.Image]:
    """The frames of a film over pages that lie in `folder`, one of each of some kinds."""
    kinds = {page.label: page for page in pages}
    for page in list(kinds.values())[:: max(1, len(kinds) // SHOTS)][:SHOTS]:
        with Image.open(folder / page.file) as opened:
            picture = opened.convert("RGB")
        for number in range(FRAMES):
            yield _view(picture, number / FRAMES)


def _view(picture: Image.Image, moved: float) -> Image.Image:
    """A part of a picture, of the film's proportions, that moves down and comes nearer."""
    width = min(picture.width, picture.height * SIZE[0] / SIZE[1]) * (1 - ZOOM * moved / 2)
    height = width * SIZE[1] / SIZE[0]
    left, top = (picture.width - width) / 2, (picture.height - height) / 2 * (0.5 + ZOOM * moved)
    box = (round(left), round(top), round(left + width), round(top + height))
    return picture.resize(SIZE, Image.Resampling.BILINEAR, box=box)
