"""Docs and code agree: every hook, command, option and setting is documented, every link leads somewhere."""

from __future__ import annotations

import inspect
import re
import runpy
from dataclasses import fields
from pathlib import Path

import pytest

from snoop_flow import hookspecs
from snoop_flow.settings import Settings

pytestmark = pytest.mark.gate

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HOOKS = [
    name
    for name, function in vars(hookspecs).items()
    if inspect.isfunction(function) and hasattr(function, "snoop_flow_spec")
]
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def test_there_are_nine_hooks() -> None:
    assert len(HOOKS) == 9


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_with_its_arguments(hook: str) -> None:
    page = (DOCS / "reference" / "hooks.md").read_text("utf-8")
    assert f"\n## {hook}\n" in page
    arguments = ", ".join(str(one) for one in inspect.signature(getattr(hookspecs, hook)).parameters)
    row = next(line for line in page.splitlines() if line.startswith(f"| [`{hook}`]"))
    signature = row.split("|")[2]
    assert re.sub(r":[^,)]+", "", signature).strip().lstrip("`").split(" ->")[0] == f"({arguments})"


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_setting_is_documented_with_its_default(name: str) -> None:
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    row = next((line for line in page.splitlines() if line.startswith(f"| `{name}` |")), "")
    default = getattr(Settings(), name)
    assert f"`{default}`" in row if default else "empty" in row or "made by" in row


def test_the_command_line_reference_is_what_the_commands_say() -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "cli_reference.py"))["reference"]()
    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    assert page == written, "run: python scripts/cli_reference.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
