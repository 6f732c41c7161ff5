"""`snoop-flow demo` on one's own material: with labels, and without any."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from snoop_flow.cli import run


def test_on_a_labelled_folder_the_marks_are_shown_to_help(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["demo", "--source", str(pictures), "--workspace", str(tmp_path / "demo"), "--headless"]
    assert run([*command, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures["harvest"]["items"] == 36
    assert figures["teach"]["after"] >= figures["teach"]["before"]
    assert figures["publish"]["annotations"] > 0
    exported = Path(figures["export"]["folder"])
    assert {path.name for path in exported.iterdir()} == {"iiif", "annotations.jsonl", "annotations.csv"}
    assert run(command) == 0
    assert "36 images" in capsys.readouterr().out


def test_without_labels_the_summary_claims_no_precision(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(pictures / "discs", tmp_path / "scans")
    assert run(["demo", "--source", str(tmp_path / "scans"), "--workspace", str(tmp_path / "demo"), "--headless"]) == 0
    captured = capsys.readouterr()
    assert "average precision" not in captured.out
    assert "stand in for a curator" in captured.err
