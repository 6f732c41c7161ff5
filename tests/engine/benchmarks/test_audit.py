"""The benchmark of audits runs on any labelled vectors, compares every way, and names files that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from snoop_flow.benchmarks.audits.peers import PEERS
from snoop_flow.benchmarks.audits.ways import Case, Version
from snoop_flow.benchmarks.labelled import read_labelled
from snoop_flow.cli import run
from snoop_flow.errors import UsageError


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Vectors of twenty groups of twenty; every other row has a second label."""
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(20), 20)
    np.save(tmp_path / "vectors.npy", rng.normal(size=(20, 12))[groups] + 0.6 * rng.normal(size=(400, 12)))
    rows = [f"group {one}{'|second' if place % 40 == 0 else ''}" for place, one in enumerate(groups)]
    (tmp_path / "labels.csv").write_text("label\n" + "\n".join(rows) + "\n", "utf-8")
    return tmp_path / "vectors.npy", tmp_path / "labels.csv"


def test_every_way_is_measured(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "audit", *map(str, files), "--classes", "3", "--audits", "6", "--budget", "40", "--budget", "80"]
    assert run([*words, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["audits"], report["classes"], report["setting"]["items"]) == (6, 3, 400)
    ways = {one["way"]: one for one in report["ways"]}
    assert set(ways) == {"snoop-flow", "snoop-flow, after a refit", "snoop-flow, two audits", *PEERS}
    for one in ways.values():
        assert set(one["held_by_budget"]) == {"40", "80"}
        for figure in one["figures"].values():
            assert 0 <= figure["worst"][1] <= figure["held"] <= 1
            assert figure["held"] + figure["below"] + figure["above"] == pytest.approx(1, abs=0.002)
    assert set(report["positives_error"]) == {*ways, "Platt on the marks", "Platt on the audit"}
    assert set(report["threshold_kept"]) == {"estimated", "cautious"}
    assert run([*words, "--items", "500"]) == 0
    printed = capsys.readouterr().out
    assert "500 items, 3 classes, seed 0" in printed
    assert "simple random, Wilson" in printed


def test_classes_whose_scores_mislead_need_no_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "audit", "--made-up", "--items", "900", "--audits", "12", "--budget", "60", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["audits"], report["classes"], report["setting"]["items"]) == (12, 12, 900)
    assert "half in a band, 5.0%" in report["setting"]["labels"]


def test_the_same_seed_gives_the_same(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for _ in range(2):
        assert run(["bench", "audit", *map(str, files), "--classes", "1", "--audits", "1", "--budget", "50"]) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_usual_ways_are_right_where_everything_is_judged() -> None:
    truth = np.arange(60) < 12
    scores = np.where(np.arange(60) < 15, 1.0, -1.0)
    versions = (Version(scores, np.zeros(60, bool)),) * 2
    case = Case("twelve", truth, versions, np.array([0.0]))
    true = case.true_figures()
    assert {name: value[0] for name, value in true.items()} == {"precision": 12 / 15, "recall": 1, "members": 12}
    for tell in PEERS.values():
        told = tell(case, 60, np.random.default_rng(0))
        for name, value in true.items():
            assert told[name][0, 0] == pytest.approx(value[0])


def test_files_that_do_not_fit_are_named(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    vectors, labels = files
    for words, message in (
        ([str(vectors)], "give the files in pairs"),
        ([str(vectors), str(labels), "--column", "kind"], "has no column kind; name one with --column"),
        ([str(vectors), str(vectors)], "cannot be read as CSV"),
        ([str(labels), str(labels)], "cannot be read as a .npy array"),
    ):
        assert run(["bench", "audit", *words]) == 2
        assert message in capsys.readouterr().err
    labels.write_text("label\na\nb\n", "utf-8")
    assert run(["bench", "audit", str(vectors), str(labels)]) == 2
    assert "has 2 rows, the features have 400" in capsys.readouterr().err
    labels.write_text("label\n" + "all\n" * 400, "utf-8")
    assert run(["bench", "audit", str(vectors), str(labels)]) == 2
    assert "between 0.1% and 10.5% of all" in capsys.readouterr().err


def test_sets_are_joined_and_multiplied_within_their_labels(files: tuple[Path, Path], tmp_path: Path) -> None:
    vectors, labels = files
    joined = read_labelled([vectors, labels, vectors, labels])
    assert joined.counts()["vectors: second"] == 20
    alone = read_labelled([vectors, labels])
    assert (alone.counts()["second"], int(alone.members("second").sum())) == (10, 10)
    many = alone.multiplied(3000, np.random.default_rng(0))
    assert many.vectors.shape == (3000, 12)
    assert many.counts()["group 3"] == pytest.approx(150, abs=50)
    near = many.vectors[many.members("group 3")] @ alone.vectors[alone.members("group 3")].mean(axis=0)
    far = many.vectors[~many.members("group 3")] @ alone.vectors[alone.members("group 3")].mean(axis=0)
    assert np.median(near) > np.quantile(far, 0.9)
    np.save(tmp_path / "other.npy", np.eye(400))
    with pytest.raises(UsageError, match="another dimension"):
        read_labelled([vectors, labels, tmp_path / "other.npy", labels])
