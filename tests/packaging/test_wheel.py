"""The wheels hold what runs: packages, migrations, pages, fetched browser libraries, entry points."""

from __future__ import annotations

import configparser
import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]
DATA = {".html", ".css", ".js", ".mako", ".mo", ".json", ".toml", ".typed", ".png", ".svg", ".npz", ".csv"}


def _wheel(project: Path, folder: Path) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.mark.parametrize("project", PROJECTS, ids=lambda p: p.name)
def test_a_wheel_holds_every_file_of_its_packages(project: Path, tmp_path: Path) -> None:
    rooms = [project] if project != ROOT else [ROOT, ROOT / "iiif", ROOT / "flows", ROOT / "webui"]
    packages = [path.parent for room in rooms for path in room.glob("snoop_*/__init__.py")]
    wanted = {
        path.relative_to(package.parent).as_posix()
        for package in packages
        for path in package.rglob("*")
        if path.suffix in DATA | {".py"}
    }
    with _wheel(project, tmp_path) as wheel:
        assert wanted <= set(wheel.namelist())
        assert not [name for name in wheel.namelist() if name.startswith(("tests/", "plugins/"))]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda p: p.name)
def test_entry_points_lead_to_modules(project: Path, tmp_path: Path) -> None:
    with _wheel(project, tmp_path) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
        entries = configparser.ConfigParser()
        entries.read_string(wheel.read(name).decode())
    for target in entries["snoop_flow"].values():
        importlib.import_module(target)
