"""The benchmark of backbones on a small labelled folder that the project draws."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from snoop_flow.benchmarks.backbones import bench_backbones, nearest_neighbour
from snoop_flow.cli import cli
from snoop_flow.errors import SnoopError
from snoop_flow.samples import draw_archive


def test_backbones_are_compared_on_labelled_folders(tmp_path: Path) -> None:
    draw_archive(tmp_path, 24)
    labels = str(tmp_path / "labels.csv")
    command = ["bench", "backbones", labels, "--backbone", "classical", "--backbone", "distilled", "--seeds", "1"]
    found = CliRunner().invoke(cli, [*command, "--json"])
    assert found.exit_code == 0, found.output
    report = json.loads(found.stdout)
    assert [one["backbone"] for one in report["results"]] == ["classical", "distilled"]
    for one in report["results"]:
        assert 0 < one["nearest_neighbour"] <= 1
        assert 0 < one["without_feedback"] <= one["average_precision"] <= 1
    assert all(one["images_per_second"] > 0 for one in report["backbones"])


def test_an_unknown_backbone_is_told_in_one_line(tmp_path: Path) -> None:
    draw_archive(tmp_path, 6)
    with pytest.raises(SnoopError, match="unknown backbone 'dinov9'"):
        bench_backbones([tmp_path / "labels.csv"], ["dinov9"])


def test_the_nearest_other_image_needs_one_label_in_common() -> None:
    features = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    both = np.array([[True, True, False, False], [False, True, True, False], [False, False, False, True]])
    assert nearest_neighbour(features, both) == pytest.approx(0.5)
