"""The mechanics of `bench index` on a tiny corpus; what it measures is no matter for a test."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from snoop_flow.benchmarks.index import bench_index
from snoop_flow.cli import cli
from snoop_flow.errors import UsageError
from snoop_flow.host import PluginHost

TYPE = "faiss-flat"


@pytest.fixture(autouse=True)
def _installed() -> None:
    if TYPE not in PluginHost().index_types:
        pytest.skip("snoop-faiss is not installed")


def test_an_exact_type_finds_all_that_the_scan_finds() -> None:
    report = bench_index(items=1_500, dimension=24, classes=3, only=[TYPE], peers=False)
    assert report.exact
    assert set(report.details["table"]) == {"exact scan", TYPE}
    for row in report.details["table"].values():
        assert row["recall_at_50"] == row["recall_at_1000"] == row["recall_at_50_of_pictures"] == 1.0
    assert report.details["table"][TYPE]["megabytes"] > 0
    assert set(report.peers) == {TYPE}
    assert "to_floor" in report.ratios


def test_vectors_of_a_file_are_taken_as_they_are_or_multiplied(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).standard_normal((1_200, 16))
    np.save(tmp_path / "vectors.npy", vectors)
    options = {"classes": 2, "only": [TYPE], "peers": False, "features": tmp_path / "vectors.npy"}
    assert bench_index(items=1_100, **options).setting["vectors"] == "as given"  # type: ignore[arg-type]
    assert bench_index(items=1_300, **options).setting["vectors"] == "multiplied from 1200"  # type: ignore[arg-type]


def test_what_cannot_be_measured_is_told() -> None:
    with pytest.raises(UsageError, match="there are faiss-flat"):
        bench_index(items=1_500, dimension=8, classes=1, only=["faiss-tree"], peers=False)
    with pytest.raises(UsageError, match="give at least 1000 items"):
        bench_index(items=10, dimension=8)


def test_engines_that_are_not_installed_are_left_out() -> None:
    names = ["LanceDB flat", "usearch HNSW int8"]
    report = bench_index(items=1_000, dimension=8, classes=1, only=names)
    told = " ".join(report.details.get("left_out", ()))
    for name in names:
        assert name in report.details["table"] or f"{name}: No module named" in told


def test_the_command_prints_a_table_and_json() -> None:
    words = ["bench", "index", "--items", "1000", "--dimension", "8", "--classes", "1", "--no-peers", "--only", TYPE]
    text = CliRunner().invoke(cli, words).stdout
    assert "recall@50" in text
    assert "the exact scan is exact: yes" in text
    assert json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)["exact"] is True
