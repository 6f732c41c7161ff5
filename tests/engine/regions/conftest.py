"""Pages of grey paper with a small coloured square here and there, and a backbone that sees colours in patches."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.entities import Item
from snoop_flow.host import PluginHost
from snoop_flow.settings import load_settings

SIZE = (240, 320)
SIDE = 34
COLOURS = {"red": (200, 30, 30), "blue": (30, 30, 200)}
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Squares:
    """Pages in a folder, and the boxes of the squares on those that have one, by file name."""

    folder: Path
    boxes: dict[str, Box]


@pytest.fixture(scope="session")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Squares:
    """Five pages with a red square, three with a blue one, six with none."""
    folder = tmp_path_factory.mktemp("squares") / "pages"
    folder.mkdir()
    rng = np.random.default_rng(11)
    boxes: dict[str, Box] = {}
    for number in range(14):
        kind = "red" if number < 5 else "blue" if number < 8 else "plain"
        paper = rng.normal(190, 6, (SIZE[1], SIZE[0], 3)).clip(0, 255).astype(np.uint8)
        if kind in COLOURS:
            x, y = int(rng.integers(0, SIZE[0] - SIDE)), int(rng.integers(0, SIZE[1] - SIDE))
            paper[y : y + SIDE, x : x + SIDE] = COLOURS[kind]
            boxes[f"{kind}-{number:02}.png"] = (x, y, SIDE, SIDE)
        Image.fromarray(paper).save(folder / f"{kind}-{number:02}.png")
    return Squares(folder, boxes)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Workspace]:
    """Opens a workspace in which the backbone that sees colours is installed."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    entries = [*entry_points(group="snoop_flow"), EntryPoint("colours", "seeing_colours", "snoop_flow")]

    def open_(folder: Path) -> Workspace:
        return Workspace(folder, load_settings(folder), PluginHost(entries))

    return open_


@pytest.fixture(scope="session")
def _plain(squares: Squares, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("regions") / "workspace"
    with Workspace.create(folder) as workspace:
        workspace.harvest([str(squares.folder)], collection="pages")
    return folder


@pytest.fixture
def workspace(_plain: Path, opened: Callable[[Path], Workspace], tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in which the pages are harvested, and nothing else."""
    shutil.copytree(_plain, tmp_path / "workspace")
    with opened(tmp_path / "workspace") as found:
        yield found


@pytest.fixture
def cut(workspace: Workspace) -> Workspace:
    """A workspace in which the pages are embedded and segmented with the backbone that sees colours."""
    workspace.embed(backbone="colours")
    workspace.segment(backbone="colours")
    return workspace


@pytest.fixture
def page() -> Callable[[Workspace, str], Item]:
    """Gives the item of a page by its file's name."""

    def find(workspace: Workspace, name: str) -> Item:
        (record,) = workspace.records("pages")
        return next(item for item in workspace.record_items(record.id) if item.label["none"] == (name,))

    return find
