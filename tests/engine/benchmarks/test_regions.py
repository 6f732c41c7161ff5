"""The benchmark of regions tells pages and boxes apart, on drawn pages and on real ones."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from snoop_flow.benchmarks.regions import bench_regions
from snoop_flow.cli import cli
from snoop_flow.errors import UsageError
from snoop_flow.host import PluginHost

HEAD = "file,label,x,y,w,h"
MOBILENET = "tf2_mobilenet_v2_1.0_224_ptq.onnx"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Six small pages, three with a red square."""
    rng = np.random.default_rng(4)
    rows = [HEAD]
    (tmp_path / "pages").mkdir()
    for number in range(6):
        paper = rng.normal(190, 5, (64, 64, 3)).clip(0, 255).astype(np.uint8)
        if number < 3:
            paper[8 * number : 8 * number + 16, 24:40] = (200, 30, 30)
            rows.append(f"pages/{number}.png,red#{number},24,{8 * number},16,16")
        Image.fromarray(paper).save(tmp_path / "pages" / f"{number}.png")
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return tmp_path / "labels.csv"


def test_pages_and_boxes_are_judged(labels: Path) -> None:
    command = [
        "bench",
        "regions",
        str(labels),
        "--backbone",
        "classical",
        "--per-image",
        "8",
        "--seeds",
        "1",
        "--examples",
        "1",
        "--examples",
        "5",
    ]
    found = CliRunner().invoke(cli, [*command, "--json"])
    assert found.exit_code == 0, found.output
    report = json.loads(found.stdout)
    red, mean = report["objects"]
    assert (red["label"], red["pages"], red["area"]) == ("red", 3, 0.0625)
    assert set(red["by_box"]) == {"page", "crop", "regions"}
    assert red["by_class"]["1"]["page"] == pytest.approx(0.0625)
    assert red["by_class"]["5"]["regions"] is None  # there are only three pages
    assert mean["by_box"] == red["by_box"]
    text = CliRunner().invoke(cli, command).output
    assert "overlap of boxes (IoU)" in text
    assert "–" in text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("file,x,y,w,h\n", "has no column label"),
        (f"{HEAD}\na.png,red,1,2,3,x\n", "cannot be read as a CSV of boxes"),
        (f"{HEAD}\na.png,red,1,2,3,4\n", "no label is on 2 pages or more"),
        (f"{HEAD}\na.png,red,1,2,3,4\nb.png,red,1,2,3,4\n", "a.png: is no image below"),
    ],
)
def test_a_wrong_csv_is_one_clear_line(labels: Path, content: str, says: str) -> None:
    labels.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=says):
        bench_regions(labels, backbone="classical", per_image=1, seeds=1)


def test_small_objects_on_real_pages_are_found_among_regions(shared: Path, tmp_path: Path) -> None:
    if "onnx" not in PluginHost().backbones:
        pytest.skip("snoop-onnx is not installed")
    source = shared / "data" / "images" / "incunables"
    with (source / "zones.csv").open(encoding="utf-8") as file:
        zones = list(csv.DictReader(file))
    initials = [row for row in zones if row["zone"] == "DropCapitalZone"]
    wanted = sorted({row["file"] for row in initials})[::3]
    others = sorted({row["file"] for row in zones} - {row["file"] for row in initials})[::3]
    (tmp_path / "pages").mkdir()
    for name in (*wanted, *others):
        shutil.copy(source / name, tmp_path / "pages")
    lines = [f"{r['file']},initial,{r['x']},{r['y']},{r['w']},{r['h']}" for r in initials if r["file"] in wanted]
    (tmp_path / "labels.csv").write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    description = f"model = '{shared / 'data' / 'weights' / MOBILENET}'\ninput_size = 224\nmean = 0.5\nstd = 0.5\n"
    (tmp_path / "net.toml").write_text(f'{description}output = "embedding"\npatches = "feature_map"\n', "utf-8")
    report = bench_regions(tmp_path / "labels.csv", backbone=f"onnx:{tmp_path / 'net.toml'}", examples=(3,), seeds=2)
    learned = report.objects[0].by_class[3]
    assert report.by == "patches"
    assert (learned["regions"] or 0) > (learned["whole"] or 0) + 0.05
    assert (learned["refined"] or 0) > (learned["window"] or 0) > (learned["page"] or 0)
