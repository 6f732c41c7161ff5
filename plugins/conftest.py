"""What the tests of several plugins share: tiny real checkpoints, made when first wanted, and pictures for them.

Each kind is made by the `checkpoints.py` beside the tests, which alone needs torch: tests can be skipped without it.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from snoop_flow.testing import pictures

Made = Callable[[str], Path]


@pytest.fixture(scope="session")
def _made_by(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    @cache
    def make(maker: Path, kind: str) -> Path:
        folder = tmp_path_factory.mktemp("models") / kind
        _module(maker).make(kind, folder)
        return folder

    return make


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, _made_by: Callable[[Path, str], Path]) -> Made:
    """Gives the folder of a tiny checkpoint of a kind, made once; take `copied` to change it."""
    return lambda kind: _made_by(request.path.with_name("checkpoints.py"), kind)


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """A copy of a tiny checkpoint, to be damaged."""
    return lambda kind: Path(shutil.copytree(made(kind), tmp_path / kind))


@pytest.fixture(scope="session")
def images() -> list[Image.Image]:
    """Drawn pictures of many shapes, 1 × 1 and slivers among them."""
    return pictures()


@cache
def _module(path: Path) -> ModuleType:
    """A module beside the tests; in importlib mode they cannot import each other by name."""
    spec = importlib.util.spec_from_file_location(f"{path.parents[1].name}_checkpoints".replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
