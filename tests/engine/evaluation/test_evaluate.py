"""`evaluate` as a user runs it: JSON, tables, a plot, vectors instead of images, wrong use."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from snoop_flow.cli import run
from snoop_flow.evaluation import read_labelled, read_labels

SHORT = ["--rounds", "2", "--batch", "5", "--seeds", "1"]


@pytest.fixture
def labels(pictures: Path) -> str:
    return str(pictures / "labels.csv")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    def run_json(*arguments: str) -> Any:
        assert run(["evaluate", *arguments, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run_json


def test_each_class_and_the_mean_have_curves_and_figures(call: Any, labels: str) -> None:
    found = call(labels, *SHORT, "--strategy", "relevant")
    (one,) = found["strategies"]
    assert [row["label"] for row in one["classes"]] == ["discs", "frames", "stripes"]
    for row in (*one["classes"], one["mean"]):
        for curve in ("average_precision", "r_precision", "coverage", "unseen_average_precision", "batch_precision"):
            assert len(row[curve]) == 3
        assert row["batch_precision"][0] is None
        assert 1 < row["positives_found"] <= 12
        assert 0 < row["milliseconds_per_round"] <= row["milliseconds_p95"]
    assert one["mean"]["average_precision"][2] >= one["mean"]["average_precision"][0]
    assert (found["items"], found["rounds"], found["batch"], found["seeds"]) == (36, 2, 5, 1)
    assert found["peak_megabytes"] > 10


def test_the_same_seeds_give_the_same_curves(call: Any, labels: str) -> None:
    first, second = (call(labels, *SHORT, "--strategy", "discovery")["strategies"][0]["mean"] for _ in range(2))
    assert first["average_precision"] == second["average_precision"]
    assert first["positives_found"] == second["positives_found"]


def test_strategies_and_baselines_share_a_table_and_a_plot(
    labels: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "new" / "curves.png"
    assert run(["evaluate", labels, *SHORT, "--baselines", "--plot", str(plot)]) == 0
    out = capsys.readouterr().out
    assert "strategy relevant" in out
    table = out[out.index("mean of 3 classes") :].splitlines()
    named = [line[:24].strip() for line in table[3:-1]]
    assert named[:2] == ["relevant", "most-useful"]
    assert {"no feedback", "random marks", "Rocchio, top", "SEALS", "Newspaper Navigator"} <= set(named)
    with Image.open(plot) as drawn:
        assert min(drawn.size) > 300


def test_vectors_may_come_from_a_file(call: Any, labels: str, tmp_path: Path) -> None:
    with Path(labels).open(encoding="utf-8", newline="") as file:
        kinds = np.array([row["label"] for row in csv.DictReader(file)])
    known = (kinds[:, None] == np.unique(kinds)) + 0.3 * np.random.default_rng(0).random((len(kinds), 3))
    np.save(tmp_path / "vectors.npy", known)
    found = call(labels, *SHORT, "--strategy", "relevant", "--features", str(tmp_path / "vectors.npy"))
    assert (found["items"], found["dimension"], found["backbone"]) == (36, 3, str(tmp_path / "vectors.npy"))
    assert found["strategies"][0]["mean"]["average_precision"][-1] > 0.9


def test_several_rows_are_several_labels_and_no_label_is_no_class(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("label,file\na,1.jpg\nb,1.jpg\na,2.jpg\nb,3.jpg\n,4.jpg\nlonely,3.jpg\n", "utf-8")
    assert read_labels(table) == {"a": {"1.jpg", "2.jpg"}, "b": {"1.jpg", "3.jpg"}}
    found = read_labelled(table)
    assert found.files == ("1.jpg", "2.jpg", "3.jpg", "4.jpg")
    assert found.rows == (0, 2, 3, 4)
    assert found.members["a"].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plot", "x.gif"], "one of .png, .svg, .pdf"),
        (["--features", "none.npy"], "cannot be read as a .npy array"),
        (["--features", "none.npy", "--backbone", "classical"], "give one of the two"),
        (["--strategy", "clever"], "unknown strategy 'clever'"),
    ],
)
def test_wrong_use_is_one_line(
    labels: str, options: Sequence[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", labels, *options]) != 0
    said = capsys.readouterr().err
    assert message in said
    assert len(said.strip().splitlines()) == 1


def test_vectors_of_another_table_are_refused(labels: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "few.npy", np.ones((7, 3)))
    assert run(["evaluate", labels, "--features", str(tmp_path / "few.npy")]) == 2
    assert "has 7 rows, the table of labels 36" in capsys.readouterr().err
