"""The lock holds what the distributions ask for, in versions that they allow, and nothing of this machine."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]
OURS = {"snoop-flow", *(path.parent.name for path in PROJECTS[1:])}
IN_PLACE = {"faiss-gpu"}  # of one that is locked, and never beside it
LOCKS = ("lock.txt", "models.txt", "torch.txt")


def _requirements(path: Path) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Distribution → version, of all locks together."""
    pins = [pin for name in LOCKS for pin in _requirements(ROOT / "requirements" / name)]
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}


@pytest.mark.parametrize("path", PROJECTS, ids=lambda p: p.parent.name)
def test_what_a_project_needs_is_locked_in_its_bounds(path: Path, locked: dict[str, str]) -> None:
    project = tomllib.loads(path.read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {}).values()
    for wanted in map(Requirement, [*project["dependencies"], *(line for lines in extras for line in lines)]):
        if wanted.name not in OURS | IN_PLACE:
            assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), wanted
            assert any(s.operator in ("==", "<") for s in wanted.specifier) or wanted.name == "pillow", wanted


@pytest.mark.parametrize("name", ["overrides.txt", "models-overrides.txt"])
def test_overrides_are_in_the_lock(name: str, locked: dict[str, str]) -> None:
    for wanted in _requirements(ROOT / "requirements" / name):
        assert wanted.specifier.contains(locked[wanted.name])


@pytest.mark.parametrize("name", ["lock.txt", "models.txt"])
def test_torch_and_addresses_stay_out_of_what_uv_installs(name: str) -> None:
    path = ROOT / "requirements" / name
    assert "torch" not in {pin.name for pin in _requirements(path)}
    assert not [word for word in ("://", "--", " @ ", "file:") if word in path.read_text("utf-8")]


def test_the_locks_do_not_contradict_each_other() -> None:
    seen: dict[str, str] = {}
    for name in LOCKS:
        for pin in _requirements(ROOT / "requirements" / name):
            if pin.marker is None:
                assert seen.setdefault(canonicalize_name(pin.name), str(pin.specifier)) == str(pin.specifier), pin
