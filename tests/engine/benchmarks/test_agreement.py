"""The benchmark of crowds runs on any vectors with labels, and names files that do not belong together."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from snoop_flow.cli import run


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Vectors of two groups of twelve, and their labels."""
    rng = np.random.default_rng(3)
    groups = np.repeat([0, 1], 12)
    np.save(tmp_path / "vectors.npy", rng.normal(size=(2, 8))[groups] + 0.5 * rng.normal(size=(24, 8)))
    (tmp_path / "labels.csv").write_text("label\n" + "\n".join(f"group {one}" for one in groups) + "\n", "utf-8")
    return tmp_path / "vectors.npy", tmp_path / "labels.csv"


def test_every_crowd_is_measured(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bench", "agreement", *map(str, files), "--batch", "12", "--seeds", "2"]
    assert run([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["items"], report["classes"], len(report["crowds"])) == (24, 2, 7)
    for crowd in report["crowds"]:
        assert set(crowd["average_precision"]) == {"truth", "latest mark", "majority", "weighted"}
    assert run(arguments) == 0
    assert "weighted − majority" in capsys.readouterr().out


def test_labels_of_other_vectors_are_refused(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    vectors, labels = files
    labels.write_text("label\na\nb\n", "utf-8")
    assert run(["bench", "agreement", str(vectors), str(labels)]) == 2
    assert "has 2 rows, the features have 24" in capsys.readouterr().err
    labels.write_text("name\na\n", "utf-8")
    assert run(["bench", "agreement", str(vectors), str(labels)]) == 2
    assert "with a column label" in capsys.readouterr().err
