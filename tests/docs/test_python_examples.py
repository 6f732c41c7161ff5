"""The Python blocks of the docs are run: the notebook of reference/python.md, and the validation of its export."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def _run_block(page: str, folder: Path) -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """Where reference/python.md has run on drawn pictures."""
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copytree(pictures, folder / "pictures")
    (folder / "printed.txt").write_text(_run_block("reference/python.md", folder), "utf-8")
    return folder


def test_the_notebook_goes_from_pictures_to_annotations(exported: Path) -> None:
    printed = (exported / "printed.txt").read_text("utf-8")
    assert "36 items" in printed
    assert re.search(r"^[1-9]\d* annotations$", printed, re.MULTILINE)


def test_the_validation_finds_no_fault_in_it(exported: Path, shared: Path) -> None:
    shutil.copy(shared / "schemas" / "iiif_3_0.json", exported)
    assert _run_block("how-to/export-to-a-catalogue.md", exported) == ""


def test_the_validation_finds_faults(shared: Path, tmp_path: Path) -> None:
    shutil.copy(shared / "schemas" / "iiif_3_0.json", tmp_path)
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "wrong.json").write_text('{"type": "AnnotationPage"}', "utf-8")
    assert "wrong.json" in _run_block("how-to/export-to-a-catalogue.md", tmp_path)
