"""The backbone of docs/how-to/a-backbone-in-30-minutes.md is taken from the page, installed and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "a-backbone-in-30-minutes.md"
FILES = {"network.py", "__init__.py", "pyproject.toml", "make_weights.py", "test_museum.py"}

pytest.importorskip("torch", reason="not installed: make models")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the page's plugin is installed with its weights, to be put before the others on the path."""
    folder = tmp_path_factory.mktemp("backbone")
    blocks = re.findall(r"`(snoop-museum/[^`]+)`:\n\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert {Path(name).name for name, _ in blocks} == FILES
    for name, text in blocks:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    project = folder / "snoop-museum"
    environment = {**os.environ, "PYTHONPATH": "."}
    subprocess.run([sys.executable, "make_weights.py"], cwd=project, env=environment, check=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder / "site"), str(project)], check=True)
    return folder / "site"


def _run(site: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_s_own_check_passes(site: Path) -> None:
    page_test = site.parent / "snoop-museum" / "test_museum.py"
    assert "1 passed" in _run(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(page_test))


def test_an_archive_changes_over_to_it(site: Path, tmp_path: Path, pictures: Path) -> None:
    archive = ["--workspace", str(tmp_path / "archive")]
    _run(site, "-m", "snoop_flow", "init", str(tmp_path / "archive"))
    _run(site, "-m", "snoop_flow", "ingest", str(pictures), *archive)
    switched = json.loads(_run(site, "-m", "snoop_flow", "backbone", "switch", "museum", "--json", *archive))
    assert (switched["backbone"], switched["embed"]["embedded"], switched["serves"]) == ("museum", 36, True)
    measure = ["evaluate", str(pictures / "labels.csv"), "--backbone", "museum", "--rounds", "2", "--seeds", "1"]
    assert json.loads(_run(site, "-m", "snoop_flow", *measure, "--json"))["strategies"]
