"""What is done to a picture before teacher and student see it: crops, tilt, fading, halftone, stains, collage.

The teacher sees the picture cut, tilted and tinted; the student sometimes sees it worn as well, and must still say
what the teacher says of the clean one. So it learns to look through wear.
"""

from __future__ import annotations

import io

import numpy as np
from corpus import Corpus
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

SIDE = 224
Pixels = NDArray[np.uint8]
_PAPER = np.array([[255, 250, 235], [240, 224, 190], [220, 205, 175], [250, 245, 240]], np.float32)


def draw_pair(corpus: Corpus, rng: np.random.Generator, side: int = 160) -> tuple[Pixels, Pixels]:
    """One view for the teacher's vectors, (224, 224, 3), and the same for the student, (side, side, 3), maybe worn."""
    clean = _view(corpus.draw(rng), rng)
    if rng.random() < 0.3:
        clean = _collage(clean, _view(corpus.draw(rng), rng), rng)
    worn = _wear(clean, rng) if rng.random() < 0.3 else clean
    return np.asarray(clean), np.asarray(worn.resize((side, side), Image.Resampling.BICUBIC))


def _view(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    picture = picture.convert("RGB")
    if rng.random() < 0.2:
        angle = float(rng.normal(0, 5))
        picture = picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=tuple(map(int, rng.integers(0, 256, 3))))
    picture = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=_box(picture.size, rng))
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.25:
        side = int(rng.integers(48, 160))
        picture = picture.resize((side, side), Image.Resampling.BOX).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    if rng.random() < 0.2:
        picture = _one_colour(picture, rng)
    elif rng.random() < 0.5:
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            picture = enhance(picture).enhance(float(rng.uniform(0.6, 1.4)))
    return picture


def _box(size: tuple[int, int], rng: np.random.Generator) -> tuple[float, float, float, float]:
    """The whole picture, squeezed as in use, three times in ten; else a part of 15 to 100 % of its area."""
    width, height = size
    if rng.random() < 0.3:
        return (0, 0, width, height)
    area, aspect = rng.uniform(0.15, 1), np.exp(rng.uniform(-0.4, 0.4))
    across, down = min(1.0, np.sqrt(area * aspect)), min(1.0, np.sqrt(area / aspect))
    left, top = rng.uniform(0, 1 - across), rng.uniform(0, 1 - down)
    return (left * width, top * height, (left + across) * width, (top + down) * height)


def _one_colour(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Black and white, or the brown and blue of old prints."""
    grey = np.asarray(picture.convert("L"), np.float32)[..., None] / 255
    if rng.random() < 0.5:
        return picture.convert("L").convert("RGB")
    ink, paper = rng.uniform(0, 90, 3), _PAPER[rng.integers(len(_PAPER))]
    return Image.fromarray((ink + grey * (paper - ink)).clip(0, 255).astype(np.uint8))


def _collage(one: Image.Image, other: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Part of another picture pasted in, or both laid over each other: scenes that no archive has."""
    if rng.random() < 0.4:
        return Image.blend(one, other, float(rng.uniform(0.2, 0.5)))
    joined = one.copy()
    width, height = (int(length) for length in rng.uniform(0.3, 0.8, 2) * SIDE)
    left, top = int(rng.integers(0, SIDE - width)), int(rng.integers(0, SIDE - height))
    joined.paste(other.resize((width, height)), (left, top))
    return joined


def _wear(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    wear = (_fade, _stain, _halftone, _grain, _blur, _compress)
    for place in rng.permutation(len(wear))[: int(rng.integers(1, 3))]:
        picture = wear[int(place)](picture, rng)
    return picture


def _fade(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Towards the colour of paper, more at one side."""
    pixels = np.asarray(picture, np.float32)
    slope = np.linspace(rng.uniform(0, 0.6), rng.uniform(0, 0.6), SIDE, dtype=np.float32)[:, None, None]
    return _picture(pixels + slope * (_PAPER[rng.integers(len(_PAPER))] - pixels))


def _stain(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Brown blots with soft edges, multiplied in."""
    small = Image.fromarray(rng.integers(0, 256, (6, 6), np.uint8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    blot = np.clip(np.asarray(small, np.float32) / 255 - rng.uniform(0.4, 0.7), 0, 1)[..., None]
    brown = np.array([0.5, 0.8, 1.3], np.float32) * rng.uniform(0.5, 1.5)
    return _picture(np.asarray(picture, np.float32) * np.exp(-blot * brown))


def _halftone(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A turned screen of dots, as newspapers print photographs."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    turn, pitch = rng.uniform(0, np.pi / 2), rng.uniform(2.5, 6)
    along = (across * np.cos(turn) + down * np.sin(turn)) * (2 * np.pi / pitch)
    beside = (down * np.cos(turn) - across * np.sin(turn)) * (2 * np.pi / pitch)
    screen = (np.cos(along) + np.cos(beside)) * 64
    grey = np.asarray(picture.convert("L"), np.float32)
    dots = np.clip((grey - 128 + screen) * rng.uniform(1, 4) + 128, 0, 255)
    return Image.fromarray(dots.astype(np.uint8)).convert("RGB")


def _grain(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    noise = rng.normal(0, rng.uniform(5, 25), (SIDE, SIDE, 1 if rng.random() < 0.7 else 3))
    return _picture(np.asarray(picture, np.float32) + noise)


def _blur(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 2.5))))


def _compress(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(rng.integers(10, 50)))
    return Image.open(file).convert("RGB")


def _picture(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
