"""Tiny real checkpoints, made when first wanted. Nothing here needs torch, so that tests can be skipped without it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from snoop_flow.errors import PluginError
from snoop_flow.testing import pictures
from snoop_openclip.tower import load_open_clip

with suppress(PluginError):
    load_open_clip()  # torchvision is mended before a test imports the library


def _checkpoints() -> ModuleType:
    """The module beside this file; in importlib mode tests cannot import each other by name."""
    spec = importlib.util.spec_from_file_location("openclip_checkpoints", Path(__file__).with_name("checkpoints.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the folder of a tiny checkpoint of a kind, made once; copy it before changing it."""
    checkpoints = _checkpoints()

    @cache
    def make(kind: str) -> Path:
        folder = tmp_path_factory.mktemp("models") / kind
        checkpoints.make(kind, folder)
        return folder

    return make


@pytest.fixture(scope="session")
def images() -> list[Image.Image]:
    """Drawn pictures of many shapes, 1 × 1 and slivers among them."""
    return pictures()
