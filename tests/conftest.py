"""Fixtures for tests of all rooms."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

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
