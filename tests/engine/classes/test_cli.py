"""Teaching on the command line: starts, rounds, coverage, and one clear line for bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run

Find = Callable[[str], list[str]]


@pytest.fixture
def call(archive: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in the archive: its status, what it printed, its error."""
    monkeypatch.setenv("SNOOP_FLOW_WORKSPACE", str(archive.folder))

    def run_here(*arguments: str) -> tuple[int, str, str]:
        status = run(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_here


def test_rounds_are_listed_and_taken_back(call: Any, items_of: Find) -> None:
    call("class", "create", "Stripes", "--positive", items_of("stripes")[0])
    call("class", "fit", "Stripes")
    assert call("class", "rounds", "Stripes")[1].startswith("No rounds yet")
    call("class", "suggest", "Stripes", "--preview")
    shown = json.loads(call("class", "suggest", "Stripes", "-n", "3", "--json")[1])["suggestions"]
    assert {"score", "why", "merged"} <= set(shown[0])
    marks = [word for card in shown for word in ("--negative", card["item"])]
    call("class", "mark", "Stripes", *marks)
    call("class", "fit", "Stripes")
    (one,) = json.loads(call("class", "rounds", "Stripes", "--json")[1])["rounds"]
    assert (one["shown"], one["negatives"], one["version_before"], one["version_after"]) == (3, 3, 1, 2)
    assert "1: relevant, 3 shown, +0 −3 ?0, version 1 → 2" in call("class", "rounds", "Stripes")[1]
    status, out, _ = call("class", "undo-round", "Stripes")
    assert (status, out) == (0, "Took back 3 marks of round 1; Stripes: +1 −0 ?0, version 3\n")
    assert ", undone 20" in call("class", "rounds", "Stripes")[1]


def test_a_class_starts_from_a_file_or_a_region(call: Any, pictures: Path, items_of: Find) -> None:
    file = pictures / "stripes" / "stripes-04.jpg"
    assert call("class", "create", "By file", "--image", str(file))[0] == 0
    assert "started from image: stripes-04.jpg" in call("class", "show", "By file")[1]
    assert "stripes-04.jpg" in call("class", "suggest", "By file", "-n", "1")[1]
    item = items_of("discs")[0]
    assert call("class", "create", "By region", "--region", f"{item}#xywh=0,0,200,200")[0] == 0
    assert call("class", "create", "By item", "--item", item)[0] == 0
    assert item in call("class", "suggest", "By item", "-n", "1")[1]


def test_coverage_is_told_in_words_and_numbers(call: Any, items_of: Find) -> None:
    call("class", "create", "Stripes", "--positive", items_of("stripes")[0])
    call("class", "fit", "Stripes")
    value = json.loads(call("class", "coverage", "Stripes", "--json")[1])
    assert 0 <= value["share"] <= 1
    assert value["positives"] == 1
    assert f"of {value['members']} likely members have a positive near, with 1 positive" in call(
        "class", "coverage", "Stripes", "-n", "1"
    )[1].replace("1 likely member ", "1 likely members ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("suggest", "New", "--window", "1", "-1"), "the lower end comes first"),
        (("suggest", "New", "--window", "nan", "1"), "must be numbers"),
        (("suggest", "New", "--temporal-range", "-5"), "temporal range -5.0"),
        (("suggest", "New", "--discovery-rate", "7"), "7"),
        (("suggest", "New", "--strategy", "clever"), "unknown strategy 'clever'"),
        (("fit", "New"), "no positive mark"),
        (("undo-round", "New"), "no round with marks to take back"),
        (("undo-round", "New", "4"), "no round 4"),
        (("coverage", "New"), "no model yet"),
        (("create", "Balloons", "--text", "balloon"), "reads no text"),
        (("create", "Balloons", "--text", " "), "is empty"),
        (("create", "Balloons", "--image", "nowhere.jpg"), "nowhere.jpg: cannot be read"),
        (("create", "Balloons", "--region", "x#xywh=1,2"), "ID#xywh=X,Y,W,H"),
    ],
)
def test_bad_input_is_one_line_and_status_two(call: Any, arguments: tuple[str, ...], says: str) -> None:
    call("class", "create", "New")
    status, out, error = call("class", *arguments)
    assert (status, out) == (2, "")
    assert says in error
    assert "Traceback" not in error


def test_a_class_with_a_start_is_shown_as_json(call: Any, items_of: Find) -> None:
    call("class", "create", "Stripes", "--item", items_of("stripes")[0])
    found = json.loads(call("class", "show", "Stripes", "--json")[1])
    assert found["summary"]["visual_class"]["start_note"].startswith("items: ")
