"""Drawn films: noise that moves in one way for each shot, so that every cut is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from snoop_flow import Workspace
from snoop_video.encoding import Encoding, encode

ROOT = Path(__file__).parents[3]
Drawn = Callable[..., Path]


def scene(number: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A picture of its own for each number, wider than a frame, so that it can be panned over."""
    rng = np.random.default_rng(number)
    picture = Image.new("RGB", (size[0] * 2, size[1]), tuple(int(one) for one in rng.integers(60, 190, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y = int(rng.integers(0, picture.width)), int(rng.integers(0, picture.height))
        wide, high = (int(one) for one in rng.integers(6, 40, 2))
        draw.rectangle((x, y, x + wide, y + high), fill=tuple(int(one) for one in rng.choice([0, 90, 255], 3)))
    return picture


def frames(shots: Sequence[int], size: tuple[int, int] = (96, 64), first: int = 0) -> Iterator[np.ndarray[Any, Any]]:
    """The frames of shots of so many frames each, each panning slowly over a scene of its own."""
    for number, length in enumerate(shots, first):
        pixels = np.asarray(scene(number, size))
        for step in range(length):
            left = step // 4 % size[0]
            yield pixels[:, left : left + size[0]]


@pytest.fixture
def film(tmp_path: Path) -> Drawn:
    """Write a film of shots of so many frames each."""

    def write(name: str = "film.mp4", shots: Sequence[int] = (30, 25, 40), fps: float = 25.0, **how: Any) -> Path:
        size = how.pop("size", (96, 64))
        encode(tmp_path / name, frames(shots, size), fps, Encoding(**how))
        return tmp_path / name

    return write


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace."""
    with Workspace.create(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(scope="session")
def videos() -> Path:
    """The folder with real films and known cuts, outside the project."""
    folder = Path(os.environ.get("SNOOP_FLOW_TEST_DATA") or ROOT.parent / "shared") / "data" / "video"
    if not folder.is_dir():
        pytest.skip(f"no films in {folder}; set SNOOP_FLOW_TEST_DATA to the folder that holds data/")
    return folder
