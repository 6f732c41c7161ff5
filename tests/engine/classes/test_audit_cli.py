"""`class audit` and `enrich --dry-run`: what a librarian types and reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run

Judge = Callable[..., list[str]]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def command(large: Workspace, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in the large workspace; gives its status and what it printed."""

    def go(*words: str) -> tuple[int, str]:
        status = run([*words, "--workspace", str(large.folder)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return go


def _json(command: Run, *words: str) -> Any:
    status, printed = command(*words, "--json")
    assert status == 0
    return json.loads(printed)


def test_asking_answering_and_reading(command: Run, tmp_path: Path) -> None:
    sheet = _json(command, "class", "audit", "Seals", "--next", "40")
    assert len(sheet["items"]) == 40
    assert set(sheet["items"][0]) == {"item", "uri", "selector", "label", "thumbnail", "record"}
    told = {one["item"]: "yes" if one["item"].startswith("yes") else "no" for one in sheet["items"]}
    first, *rest = told
    report = _json(command, "class", "audit", "Seals", "--yes" if told[first] == "yes" else "--no", first)
    assert (report["answers"], report["needed"], report["precision"], report["recall"]) == (1, 29, None, None)
    (tmp_path / "a.csv").write_text("\n".join(["item,answer", *(f"{item},{told[item]}" for item in rest[:20])]))
    assert _json(command, "class", "audit", "Seals", "--answers", str(tmp_path / "a.csv"))["answers"] == 21
    lines = [json.dumps({"item": item, "answer": told[item]}) for item in rest[20:]]
    (tmp_path / "b.jsonl").write_text("\n".join(lines))
    report = _json(command, "class", "audit", "Seals", "--answers", str(tmp_path / "b.jsonl"))
    assert (report["answers"], report["needed"]) == (40, 0)
    for name in ("precision", "recall"):
        low, high = report[name]["interval"]
        assert 0 <= low <= report[name]["value"] <= high <= 1
    status, printed = command("class", "audit", "Seals")
    assert status == 0
    assert "Seals, version 1: 40 blind answers" in printed
    assert "\n  recall     " in printed
    assert "calibrated: an item with a score of 0 belongs with a probability of" in printed
    assert "audit of version 1" in printed


def test_a_threshold_is_chosen_for_a_precision(large: Workspace, judge: Judge, command: Run) -> None:
    status, printed = command("class", "audit", "Seals", "--precision", "0.8", "--apply")
    assert status == 2
    assert "nothing to apply" in printed
    judge(60)
    report = _json(command, "class", "audit", "Seals", "--precision", "0.8", "--apply", "--cautious")
    assert report["applied"] == report["wanted"]["cautious"]["threshold"]
    model = large.class_summary("Seals").model
    assert model is not None
    assert model.threshold == report["applied"]
    status, printed = command("class", "audit", "Seals", "--precision", "0.8")
    assert "precision 80% by the estimate: from " in printed
    assert "precision 80% by the interval: from " in printed
    report = _json(command, "class", "audit", "Seals", "--threshold", "-0.25", "--apply", "--curve")
    assert (report["applied"], report["threshold"]) == (-0.25, -0.25)
    assert len(report["curve"]) > 20
    assert "threshold  proposed" in command("class", "audit", "Seals", "--curve")[1]
    status, printed = command("class", "audit", "Seals", "--apply")
    assert status == 2
    assert "--apply chooses" in command("class", "audit", "Seals", "--threshold", "0", "--apply", "--version", "1")[1]


def test_a_dry_run_tells_what_to_expect_and_changes_nothing(large: Workspace, judge: Judge, command: Run) -> None:
    status, printed = command("enrich", "Seals", "--dry-run")
    assert status == 0
    assert "nobody can tell without blind answers" in printed
    assert "snoop-flow class audit 'Seals' --next 30" in printed
    (expected,) = _json(command, "enrich", "Seals", "--dry-run")["expected"]
    assert (expected["precision"], expected["scored"]) == (None, 600)
    judge(60)
    status, printed = command("enrich", "Seals", "--dry-run", "--threshold", "0.3")
    assert "from a score of 0.300 on: of 600 items" in printed
    assert "  members    " in printed
    (expected,) = _json(command, "enrich", "Seals", "--dry-run")["expected"]
    assert expected["hits"]["interval"][0] <= expected["hits"]["value"]
    assert large.predictions("Seals") == ()
    assert large.jobs() == []


def test_learning_is_said(judge: Judge, command: Run) -> None:
    judge(30)
    status, printed = command("class", "audit", "Seals", "--learn")
    assert status == 0
    assert "30 answers became marks" in printed
    assert "need a new audit" in printed
    assert "learned at version 1" in command("class", "audit", "Seals")[1]


def test_the_end_of_an_audit_is_said(judge: Judge, command: Run) -> None:
    judge(1000)
    assert "Nothing is left to ask" in command("class", "audit", "Seals", "--next", "5")[1]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "file,label\nx,y\n", "has no columns item and answer"),
        ("a.csv", "item,answer\nno-maps-99,maybe\n", "line 2: give an item and yes, no, unsure or clear, not 'maybe'"),
        ("a.csv", "item,answer\n,yes\n", "line 2: give an item"),
        ("a.csv", "item,answer\nno-maps-99,\n", "holds no answer"),
        ("a.csv", "item,answer\na,yes\na,no\n", "line 3: item a is answered in two ways"),
        ("a.csv", "", "has no columns"),
        ("a.jsonl", '{"item": "a", "answer": "yes"}\n{"item": \n', "line 2: is no JSON"),
        ("a.jsonl", '{"item": "a", "answer": "yes"}\n[1]\n', "line 2: give an object such as"),
        ("a.jsonl", '{"item": "a", "answer": 7}\n', "line 1: give an item and yes"),
        ("a.csv", "item,answer\nno-such,yes\n", "there is no item 'no-such'"),
        ("a.csv", "item,answer\nyes-maps-0,yes\n", "item yes-maps-0 was not asked"),
    ],
)
def test_bad_answers_are_named_and_none_is_kept(
    large: Workspace, command: Run, tmp_path: Path, name: str, text: str, message: str
) -> None:
    large.audit_next("Seals")
    (tmp_path / name).write_text(text, "utf-8")
    status, printed = command("class", "audit", "Seals", "--answers", str(tmp_path / name))
    assert status == 2
    assert message in printed
    assert large.audits("Seals")[0].answered == 0


def test_wrong_use_is_named(command: Run, tmp_path: Path) -> None:
    for words, message in (
        (("--new",), "say how many items to ask with --next"),
        (("--yes", "a", "--no", "a"), "item a is answered in two ways"),
        (("--answers", str(tmp_path / "none.csv")), "cannot be read"),
        (("--precision", "2"), "must be above 0 and at most 1"),
    ):
        status, printed = command("class", "audit", "Seals", *words)
        assert (status, message in printed) == (2, True), printed
