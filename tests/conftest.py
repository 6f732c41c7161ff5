"""Fixtures for tests of all rooms."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from snoop_flow import Workspace

Errors = Callable[[Mapping[str, Any]], list[str]]

ROOT = Path(__file__).parent.parent


def _load(name: str) -> ModuleType:
    """A module beside this file; in importlib mode tests cannot import each other by name."""
    spec = importlib.util.spec_from_file_location(f"tests_{name}", Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real material (`data/`) and official schemas (`schemas/`), outside the project."""
    folder = Path(os.environ.get("SNOOP_FLOW_TEST_DATA") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"no test data in {folder}; set SNOOP_FLOW_TEST_DATA to the folder that holds data/ and schemas/")
    return folder


@pytest.fixture(scope="session")
def _schemas(shared: Path) -> Any:
    return _load("schemas").Schemas(shared / "schemas")


@pytest.fixture(scope="session")
def iiif_errors(_schemas: Any) -> Errors:
    """What is wrong with a document under IIIF Presentation 3, one line each."""
    check: Errors = _schemas.iiif_errors
    return check


@pytest.fixture(scope="session")
def w3c_errors(_schemas: Any) -> Errors:
    """Which MUST assertions of the Web Annotation model an annotation, or a page's items, miss."""
    check: Errors = _schemas.w3c_errors
    return check


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three kinds of drawn pictures, 12 each, in folders of their own, and a `labels.csv`."""
    folder = tmp_path_factory.mktemp("archive") / "pictures"
    rng = np.random.default_rng(7)
    rows = ["file,label"]
    for kind, draw in (("discs", _disc), ("frames", _frame), ("stripes", _stripes)):
        (folder / kind).mkdir(parents=True)
        for number in range(12):
            draw(rng).save(folder / kind / f"{kind}-{number:02}.jpg", quality=85)
            rows.append(f"{kind}/{kind}-{number:02}.jpg,{kind}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


def _paper(rng: np.random.Generator) -> tuple[Image.Image, ImageDraw.ImageDraw, tuple[int, int, int]]:
    size = (int(rng.integers(240, 360)), int(rng.integers(240, 360)))
    tone = int(rng.integers(200, 240))
    paper = Image.new("RGB", size, (tone, tone - 10, tone - 30))
    ink = tuple(int(value) for value in rng.integers(20, 120, 3))
    return paper, ImageDraw.Draw(paper), (ink[0], ink[1], ink[2])


def _disc(rng: np.random.Generator) -> Image.Image:
    paper, draw, ink = _paper(rng)
    for _ in range(3):
        x, y, r = rng.integers(20, 180, 3)
        draw.ellipse((x, y, x + r // 2 + 30, y + r // 2 + 30), fill=ink)
    return paper


def _frame(rng: np.random.Generator) -> Image.Image:
    paper, draw, ink = _paper(rng)
    for inset in rng.integers(10, 90, 3):
        draw.rectangle((inset, inset, paper.width - inset, paper.height - inset), outline=ink, width=4)
    return paper


def _stripes(rng: np.random.Generator) -> Image.Image:
    paper, draw, ink = _paper(rng)
    step = int(rng.integers(10, 24))
    for x in range(-paper.height, paper.width, step):
        draw.line((x, 0, x + paper.height, paper.height), fill=ink, width=step // 3)
    return paper


@pytest.fixture(scope="session")
def _ingested(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ingested") / "workspace"
    with Workspace.create(folder) as workspace:
        workspace.harvest([str(pictures)], collection="drawn")
        workspace.embed()
        workspace.build_index()
    return folder


@pytest.fixture
def archive(_ingested: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of one's own in which `pictures` are harvested, embedded and indexed."""
    shutil.copytree(_ingested, tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace") as workspace:
        yield workspace


@pytest.fixture(scope="session")
def add_film() -> Callable[..., str]:
    """Enters a film whose keyframes are drawn pictures; see `films.py` beside this file."""
    add: Callable[..., str] = _load("films").add_film
    return add


@pytest.fixture
def items_of(archive: Workspace) -> Callable[[str], list[str]]:
    """Gives the ids of the items of one kind of picture: discs, frames or stripes."""

    def find(kind: str) -> list[str]:
        records = {record.label["none"][0]: record.id for record in archive.records("drawn")}
        return [item.id for item in archive.record_items(records[kind])]

    return find
