"""Everything that the engine, the rooms and the plugins say is said in French, and is recognised."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from snoop_flow.host import PluginHost
from snoop_flow.messages import Template

pytestmark = pytest.mark.gate

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "translations.py"))


@pytest.fixture(scope="module")
def catalogues(script: dict[str, Any]) -> dict[Path, dict[str, str]]:
    places = {folder: folder / "fr" / "LC_MESSAGES" / "snoop_flow.po" for folder in script["folders"]()}
    return {folder: dict(script["translated"](file)) for folder, file in places.items()}


def test_every_text_is_said_in_french(script: dict[str, Any], catalogues: dict[Path, dict[str, str]]) -> None:
    found = [
        fault
        for folder, known in catalogues.items()
        for fault in script["faults"](folder / "fr" / "LC_MESSAGES" / "snoop_flow.po", script["texts"](folder), known)
    ]
    assert found == [], "run: python scripts/translations.py, then write what it lists into the catalogues"


def test_every_text_is_recognised_by_what_it_was_made_from(catalogues: dict[Path, dict[str, str]]) -> None:
    """Made from values that occur nowhere else, a text is said as its own message says it, never as another's."""
    translate = PluginHost().translator.translate
    for known in catalogues.values():
        for message, translation in known.items():
            values = [f"‹{place}›" for place in range(10)]
            wanted = Template(translation).fill(values)
            said = translate(Template(message).fill(values), "fr")
            assert said.replace("\u202f", " ").replace("\u00a0", " ") == wanted, message


def test_translations_have_the_values_of_their_messages(catalogues: dict[Path, dict[str, str]]) -> None:
    for known in catalogues.values():
        for message, translation in known.items():
            for place in range(10):
                assert (f"{{{place}}}" in message) >= (f"{{{place}}}" in translation), message


def test_the_plugins_that_are_installed_bring_their_catalogues() -> None:
    host = PluginHost()
    assert host.translator is not None
    assert host.failures == {}
