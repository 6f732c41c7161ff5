"""Regions on the command line: JSON on stdout, one line on stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run


@pytest.fixture
def call(squares: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in a workspace of three pages, and gives its JSON, or what it prints."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("red-00.png", "red-01.png", "plain-09.png"):
        (folder / name).write_bytes((squares.folder / name).read_bytes())
    with Workspace.create(tmp_path / "workspace") as workspace:
        workspace.harvest([str(folder)], collection="pages")
        workspace.embed(backbone="classical")
    monkeypatch.setenv("SNOOP_FLOW_BACKBONE", "classical")  # the fastest
    monkeypatch.setenv("SNOOP_FLOW_WORKSPACE", str(tmp_path / "workspace"))

    def command(*arguments: str, plain: bool = False, fails: bool = False) -> Any:
        status = run([*arguments, *([] if plain else ["--json"])])
        out = capsys.readouterr()
        assert status == (2 if fails else 0), out.err
        return out.err if fails else out.out if plain else json.loads(out.out)

    return command


def test_regions_from_cutting_to_enrichment(call: Any, squares: Any) -> None:
    found = call("search", "--text", "red-00")["results"][0]
    item, box = found["item"], ",".join(map(str, squares.boxes["red-00.png"]))
    missing = call("search", "--regions", "--item", item, fails=True)
    assert missing == "snoop-flow: nothing is segmented with the backbone classical yet; run: snoop-flow segment\n"
    report = call("segment", "--collection", "pages", "--per-image", "12")
    assert (report["segmented"], report["regions"], report["by"], report["failed"]) == (3, 36, "crops", 0)
    said = call("segment", "--per-image", "13", plain=True)
    assert "3 regions on 3 items, described crop by crop (the backbone sees no patches) with classical" in said
    results = call("search", "--regions", "--region", f"{item}#xywh={box}", "-k", "2")["results"]
    assert {one["image"] for one in results} <= {one["item"] for one in call("search", "--text", "png")["results"]}
    assert "xywh=" in call(
        "search", "--regions", "--region", f"{item}#xywh={box}", "-k", "9", "--per-image", "9", plain=True
    )
    assert call("index", "--regions")["items"] == 3 * 14
    created = call("class", "create", "Red", "--positive", f"{item}#xywh={box}")
    assert (created["positives"], created["version"]) == (1, 0)
    assert "Red (of regions): +1" in call("class", "list", plain=True)
    marked = call("class", "mark", "Red", "--negative", f"{item}#xywh=0,0,40,40")
    assert marked["negatives"] == 1
    call("class", "fit", "Red")
    assert all(one["image"] for one in call("class", "suggest", "Red", "-n", "3")["suggestions"])
    assert "boxes" not in call("enrich", "Red", "--threshold", "-5")
    assert "described crop by crop; boxes are refined on a grid" in call("refine", "Red", fails=True)
    assert call("class", "create", "Parts", "--regions")["positives"] == 0


def test_wrong_boxes_and_texts_are_one_line(call: Any) -> None:
    call("segment", "--per-image", "1")
    item = call("search", "--text", "red-00")["results"][0]["item"]
    for arguments, says in (
        (("search", "--region", f"{item}#xywh=0,0,9"), "write it as ID#xywh=X,Y,W,H"),
        (("search", "--region", item), "write it as ID#xywh=X,Y,W,H"),
        (("search", "--regions", "--region", f"{item}#xywh=0,0,999,9"), "is not inside the canvas of 240 × 320"),
        (("search", "--regions", "--region", "none#xywh=0,0,9,9"), "there is no item 'none'"),
        (("search", "--unlike-text", "red"), "says only what it is not"),
        (("search", "--text", "red", "--text-in", "pictures"), "reads no text; look for it in words"),
        (("class", "create", "Red", "--positive", f"{item}#xywh=0,0,0,0"), "is not inside the canvas"),
        (("segment", "--by", "patches"), "sees no patches; use --by crops"),
    ):
        assert says in call(*arguments, fails=True)
    found = call("search", "--text", "png", "--unlike-text", "red")["results"]
    assert [one["label"] for one in found] == ["plain-09.png"]
