"""Docs and code agree: what can be used is documented, what is documented exists, every link leads somewhere."""

from __future__ import annotations

import inspect
import re
import runpy
import shlex
from dataclasses import fields
from pathlib import Path

import click
import pytest

from snoop_flow import Workspace, hookspecs, testing
from snoop_flow.cli import cli
from snoop_flow.settings import Settings
from snoop_flow.store.schema import metadata
from snoop_webui.application import create_app

pytestmark = pytest.mark.gate

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
HOOKS = [
    name
    for name, function in vars(hookspecs).items()
    if inspect.isfunction(function) and hasattr(function, "snoop_flow_spec")
]
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
VERBS = [name for name in dir(Workspace) if not name.startswith("_")]


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_there_are_eleven_hooks() -> None:
    assert len(HOOKS) == 11


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_with_its_signature(hook: str) -> None:
    page = (REFERENCE / "hooks.md").read_text("utf-8")
    assert f"\n## {hook}\n" in page
    row = next(line for line in page.splitlines() if line.startswith(f"| [`{hook}`]"))
    signature = str(inspect.signature(getattr(hookspecs, hook))).replace("'", "")
    assert f"`{signature}`" in row.replace("\\|", "|")


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_setting_is_documented_with_its_default(name: str) -> None:
    page = (REFERENCE / "settings.md").read_text("utf-8")
    row = next((line for line in page.splitlines() if line.startswith(f"| `{name}` |")), "")
    default = getattr(Settings(), name)
    assert f"`{default}`" in row if default else "empty" in row or "made by" in row


def test_the_command_line_reference_is_what_the_commands_say() -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "cli_reference.py"))["reference"]()
    page = (REFERENCE / "cli.md").read_text("utf-8")
    assert page == written, "run: python scripts/cli_reference.py"


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_of_the_workspace_is_documented(verb: str) -> None:
    assert re.search(rf"`{verb}[(`]", (REFERENCE / "python.md").read_text("utf-8"))


@pytest.mark.parametrize("name", testing.__all__)
def test_what_plugin_authors_test_with_is_documented(name: str) -> None:
    assert re.search(rf"`{name}[(`]", (REFERENCE / "testing.md").read_text("utf-8"))


def test_the_data_model_has_all_tables_and_no_others() -> None:
    page = (REFERENCE / "data-model.md").read_text("utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(metadata.tables)


def test_every_address_for_programs_is_documented(tmp_path: Path) -> None:
    """The routes that read or change by the REST API, IIIF and annotations; pages for people lead there themselves."""
    page = (REFERENCE / "http.md").read_text("utf-8")
    known = set(re.findall(r"`(?:GET |POST |PUT |PATCH |DELETE )?(/[^`]*)`", page))
    with Workspace.create(tmp_path / "workspace") as workspace:
        rules = [rule.rule for rule in create_app(workspace).url_map.iter_rules()]
    paths = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule) for rule in rules}
    for path in paths:
        short = path.removeprefix("/api/v1")
        if path.startswith(("/api/", "/iiif/", "/annotations/", "/ns/", "/thumbnails/", "/healthz", "/readyz")):
            assert path in known or short in known or path == "/iiif/{version}/{item_id}", path


def command_lines(text: str) -> list[str]:
    """The calls of `snoop-flow` on a page: in console and shell blocks, and within sentences."""
    blocks = re.findall(r"^```(?:console|sh)[ \w]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    joined = re.sub(r"\\\n(?:> )? *", " ", "\n".join(blocks))
    lines = re.findall(r"^(?:[$>] *)?(?:\w+=\$\()?(snoop-flow (?:[^|>$\n]|\$\w)*)", joined, re.MULTILINE)
    return lines + re.findall(r"`(snoop-flow [^`]*)`", text)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_commands_on_a_page_exist_with_their_options(page: Path) -> None:
    for line in command_lines(page.read_text("utf-8")):
        if line.startswith("snoop-flow serves"):  # what `up` prints
            continue
        words = shlex.split(line)[1:]
        command: click.Command = cli
        while words and isinstance(command, click.Group) and not words[0].startswith("-"):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, line
            command = found
        given = [one for one in command.params if isinstance(one, click.Option)]
        options = {name for one in given for name in (*one.opts, *one.secondary_opts)}
        for word in words:
            assert not re.match(r"-[a-z-]", word) or word in options | {"--help"}, f"{word} in: {line}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_nothing_is_left_to_be_filled_in(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"^[A-Z][A-Z0-9_]+$|\bTODO\b", prose, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", page.read_text("utf-8")):
        if "://" in target:
            continue
        found = (page.parent / target) if target else page
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {heading.strip("`").lower().replace(" ", "-") for heading in headings}, anchor


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = re.findall(r"\]\(([^)]+\.md)\)", (DOCS / "index.md").read_text("utf-8"))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"index.md"}
    assert set(listed) == pages


def test_the_pictures_of_screens_are_those_that_the_script_takes() -> None:
    script = (ROOT / "scripts" / "screenshots.py").read_text("utf-8")
    kept = {one.stem for one in (DOCS / "pictures").glob("*.png")}
    told = "".join(page.read_text("utf-8") for page in PAGES)
    assert kept == set(re.findall(r"pictures/([\w-]+)\.png", told))
    for name in kept:
        scene, language, theme = name.rsplit("-", 2)
        assert (language in ("en", "fr"), theme in ("light", "dark")) == (True, True), name
        assert f'"{scene}"' in script, name
