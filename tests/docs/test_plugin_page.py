"""The plugin of docs/how-to/write-a-plugin.md is taken from the page, installed and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

SAID = {
    "Mean colours on a 4 × 4 grid": "Couleurs moyennes sur une grille de 4 × 4",
    "Numbers of annotations by class": "Nombre d’annotations par classe",
}
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-plugin.md"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the page's plugin is installed, to be put before the others on the path."""
    folder = tmp_path_factory.mktemp("plugin")
    blocks = re.findall(r"`(snoop-colour/[^`]+)`[^`]*?:\n\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 4
    for name, text in blocks:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(folder / "site"), str(folder / "snoop-colour")], check=True)
    return folder / "site"


def _run(site: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_plugin_is_listed(site: Path) -> None:
    report: dict[str, Any] = json.loads(_run(site, "-m", "snoop_flow", "plugins", "--json"))
    assert "colour" in report["backbones"]
    assert "counts" in report["exporters"]
    assert report["failures"] == {}


def test_the_plugin_speaks_french(site: Path) -> None:
    asked = "from snoop_flow.host import PluginHost; print(PluginHost().translator.translate({!r}, 'fr'))"
    said = {text: _run(site, "-c", asked.format(text)).strip() for text in SAID}
    assert said == SAID


def test_babel_finds_what_the_plugin_says(site: Path, tmp_path: Path) -> None:
    (tmp_path / "babel.cfg").write_text("[snoop_flow: **.py]\n", "utf-8")
    out, source = tmp_path / "snoop_flow.pot", site.parent / "snoop-colour" / "snoop_colour"
    babel = ("-m", "babel.messages.frontend", "extract", "--mapping", str(tmp_path / "babel.cfg"), "--output", str(out))
    _run(site, *babel, str(source))
    with out.open("rb") as file:
        assert {one.id for one in read_po(file) if one.id} == set(SAID)


def test_the_page_s_own_test_passes(site: Path) -> None:
    assert "1 passed" in _run(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(site.parent / "snoop-colour"))


def test_the_plugin_embeds(site: Path, tmp_path: Path, pictures: Path) -> None:
    archive = str(tmp_path / "archive")
    _run(site, "-m", "snoop_flow", "init", archive)
    out = _run(
        site, "-m", "snoop_flow", "ingest", str(pictures), "--workspace", archive, "--backbone", "colour", "--json"
    )
    assert json.loads(out)["embed"]["backbone"] == "colour"
