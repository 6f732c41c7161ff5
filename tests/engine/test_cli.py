"""The command line as a user runs it: JSON on stdout, one line on stderr, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from snoop_flow import Workspace
from snoop_flow.cli import run

Find = Callable[[str], list[str]]


@pytest.fixture
def call(archive: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in the archive and gives its JSON."""
    monkeypatch.setenv("SNOOP_FLOW_WORKSPACE", str(archive.folder))

    def run_json(*arguments: str) -> Any:
        assert run([*arguments, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run_json


def test_the_whole_loop_on_the_command_line(call: Any, items_of: Find, tmp_path: Path, pictures: Path) -> None:
    first, second, *_ = items_of("stripes")
    assert call("status")["items"] == 36
    results = call("search", "--item", first, "-k", "3")
    assert results["results"][0]["item"] == first
    assert {"item", "score", "uri", "selector", "label", "thumbnail", "record"} <= set(results["results"][0])
    assert {"coverage", "milliseconds"} <= set(results)
    picture = str(pictures / "discs" / "discs-01.jpg")
    assert call("search", "--image", picture)["results"][0]["label"] == "discs-01.jpg"
    assert call("search", "--region", f"{first}#xywh=0,0,50,50", "-k", "2")["results"]
    created = call("class", "create", "Stripes", "--label", "fr=Rayures", "--positive", first)
    assert (created["class"], created["positives"], created["version"]) == ("Stripes", 1, 0)
    marked = call("class", "mark", "Stripes", "--positive", second, "--negative", items_of("discs")[0])
    assert (marked["positives"], marked["negatives"]) == (2, 1)
    assert call("class", "fit", "Stripes")["version"] == 1
    for strategy in ("relevant", "most-useful", "ambiguous", "discovery", "random"):
        assert len(call("class", "suggest", "Stripes", "--strategy", strategy, "-n", "4")["suggestions"]) == 4
    assert call("search", "--class", "Stripes", "-k", "2")["results"]
    assert call("enrich", "Stripes", "--threshold", "-50")["predicted"] == 35
    counts = call("review", "Stripes", "--reject", items_of("frames")[0], "--accept-above", "0")
    assert counts["rejected"] == 1
    published = call("publish", "Stripes")
    assert published["annotations"] == counts["accepted"]
    for format_, out in (("iiif", "tree"), ("w3c", "lines.jsonl"), ("csv", "table.csv")):
        assert call("export", format_, "--out", str(tmp_path / out))["records"] == counts["accepted"]
    call("class", "export", "Stripes", str(tmp_path / "stripes.json"))
    assert call("class", "import", str(tmp_path / "stripes.json"), "--name", "Copy")["version"] == 1
    call("class", "fork", "Copy", "Fork")
    call("class", "delete", "Copy")
    assert [one["class"] for one in call("class", "list")["classes"]] == ["Fork", "Stripes"]
    assert call("class", "show", "Stripes")["marks"][first] == 1


def test_plugins_and_doctor_answer(call: Any) -> None:
    assert "classical" in call("plugins")["backbones"]
    assert {one["subject"] for one in call("doctor")["findings"]} >= {"plugins", "snoop-faiss"}


WRONG: Sequence[tuple[Sequence[str], str]] = (
    (["embed", "--backbone", "dinov9"], "unknown backbone 'dinov9'"),
    (["embed", "--collection", "x"], "collections are: drawn"),
    (["index", "--type", "x"], "unknown index type 'x'; known are"),
    (["search"], "nothing to search for"),
    (["search", "--image", "/none.jpg"], "cannot be read"),
    (["search", "--region", "x#1,2"], "ID#xywh=X,Y,W,H"),
    (["class", "fit", "x"], "no class 'x'"),
    (["class", "mark", "x"], "nothing to mark"),
    (["class", "create", " "], "printable characters"),
    (["class", "create", "x", "--label", "fr"], "LANG=TEXT"),
    (["enrich", "x"], "no class 'x'"),
    (["export", "x", "--out", "o"], "unknown format 'x'; "),
    (["evaluate", "/none.csv"], "cannot be read as CSV"),
    (["harvest", "/none"], "no source can read this"),
    (["dance"], "No such command"),
    (["harvest"], "Missing argument"),
)


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda value: " ".join(value)[:40])
def test_wrong_use_is_one_line_and_exit_2(
    call: Any, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], message: str
) -> None:
    assert run([*arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_class_without_positives_cannot_be_fitted(call: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call("class", "create", "Empty")
    assert run(["class", "fit", "Empty"]) == 2
    assert "no positive mark; mark an example first" in capsys.readouterr().err


def test_a_workspace_of_another_version_is_refused_and_kept(
    archive: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with archive.catalogue.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    archive.close()
    before = (archive.folder / "catalogue.sqlite").stat().st_size
    assert run(["status", "--workspace", str(archive.folder)]) == 2
    assert "newer snoop-flow" in capsys.readouterr().err
    assert (archive.folder / "catalogue.sqlite").stat().st_size == before


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--workspace", str(tmp_path)]) == 2
    assert "snoop-flow init" in capsys.readouterr().err
    (tmp_path / "notes.txt").write_text("mine")
    assert run(["init", str(tmp_path)]) == 2
    assert "holds other things" in capsys.readouterr().err
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_init_twice_keeps_everything(archive: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    settings = (archive.folder / "snoop-flow.toml").read_text()
    assert run(["init", str(archive.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workspace"] == str(archive.folder)
    assert (archive.folder / "snoop-flow.toml").read_text() == settings
    assert archive.status().items == 36


def test_as_a_program_it_prints_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "snoop_flow", "status"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SNOOP_FLOW_")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("snoop-flow: no workspace given")


def test_help_of_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("init", "harvest", "embed", "index", "ingest", "search", "enrich", "review", "publish", "export"):
        assert run([name, "--help"]) == 0
        assert "Example" in capsys.readouterr().out
