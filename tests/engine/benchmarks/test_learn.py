"""The benchmark of learning: classes from common to rare, the same answer for the same seeds, a table and a plot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow.benchmarks.concepts import concepts_of
from snoop_flow.benchmarks.material import Material, material_of
from snoop_flow.cli import run
from snoop_flow.errors import UsageError
from snoop_flow.evaluation import read_labelled
from snoop_flow.host import PluginHost

MEMBERS, OTHERS, WINDOWS = 40, 160, 3


@pytest.fixture
def material() -> Material:
    """Two hundred images with three windows each; a fifth of the images belong to a class."""
    images = MEMBERS + OTHERS
    sources = np.concatenate([np.arange(images), np.repeat(np.arange(images), WINDOWS)])
    vectors = np.random.default_rng(0).normal(size=(len(sources), 4)).astype(np.float32)
    return Material(vectors, sources, {"a": np.arange(images) < MEMBERS, "b": np.arange(images) < MEMBERS // 2})


def test_classes_become_as_rare_as_asked_for(material: Material) -> None:
    common, rare = concepts_of(material, 2, (0.008, 0.1), np.random.default_rng(0))
    assert (common.name, rare.name) == ("a", "b")
    assert common.prevalence == pytest.approx(0.1, abs=0.005)
    assert rare.prevalence == pytest.approx(0.008, abs=0.001)
    assert rare.relevant.sum() >= 4


def test_windows_of_members_are_in_no_corpus_and_other_members_neither(material: Material) -> None:
    for one in concepts_of(material, 2, (0.008, 0.1), np.random.default_rng(0)):
        others = one.rows[~one.relevant]
        assert not material.members[one.name][material.sources[others]].any()
        assert material.members[one.name][one.rows[one.relevant]].all()


def test_half_of_members_and_others_is_held_out(material: Material) -> None:
    (one,) = concepts_of(material, 1, (0.1, 0.1), np.random.default_rng(0))
    assert one.held_out[one.relevant].mean() == pytest.approx(0.5, abs=0.03)
    assert one.held_out[~one.relevant].mean() == pytest.approx(0.5, abs=0.01)


def test_small_classes_make_no_benchmark(material: Material) -> None:
    small = Material(material.vectors, material.sources, {"a": np.arange(MEMBERS + OTHERS) < 3})
    with pytest.raises(UsageError, match="no label has 6 images"):
        concepts_of(small, 2, (0.01, 0.1), np.random.default_rng(0))


def test_vectors_are_kept_and_read_again(pictures: Path, tmp_path: Path) -> None:
    sets, spec = [read_labelled(pictures / "labels.csv")], PluginHost().backbone("classical")
    cache = tmp_path / "new" / "vectors.npz"
    first = material_of(sets, spec, 2, 0, cache)
    assert first.vectors.shape[0] == 36 * 3
    assert first.images == 36
    with np.load(cache) as kept:
        np.savez(cache, key=kept["key"], vectors=-kept["vectors"])
    again = material_of(sets, spec, 2, 0, cache)
    np.testing.assert_allclose(again.vectors, -first.vectors, atol=2e-3)  # read, not computed
    other = material_of(sets, spec, 2, 1, cache)
    np.testing.assert_allclose(other.vectors[:36], first.vectors[:36], atol=2e-3)  # other windows, so computed
    cache.write_bytes(b"broken")
    np.testing.assert_allclose(material_of(sets, spec, 2, 0, cache).vectors, first.vectors, atol=2e-3)


def test_every_learner_is_measured(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bench", "learn", str(pictures / "labels.csv"), "--windows", "2", "--prevalence", "0.05", "0.2"]
    arguments += ["--rounds", "2", "--batch", "5", "--seeds", "2", "--cache", str(tmp_path / "vectors.npz")]
    reports = []
    for _ in range(2):
        assert run([*arguments, "--json"]) == 0
        reports.append(json.loads(capsys.readouterr().out))
    first, second = reports
    assert first["details"]["curves"] == second["details"]["curves"]
    assert (first["setting"]["concepts"], first["setting"]["items"]) == (3, 108)
    assert set(first["details"]["learners"]) == {"ours, most useful", *first["peers"]}
    assert {"SEALS", "Rocchio, top", "no feedback"} <= set(first["peers"])
    assert first["floor_milliseconds"] < first["milliseconds"]["median"] <= first["milliseconds"]["p95"]
    curves = first["details"]["curves"]["held_out_average_precision"]["ours, most useful"]
    assert len(curves) == len(first["details"]["marks"]) == 3
    assert run([*arguments, "--plot", str(tmp_path / "curves.png")]) == 0
    out = capsys.readouterr().out
    assert "below no feedback beyond noise" in out
    assert "Newspaper Navigator" in out
    with Image.open(tmp_path / "curves.png") as drawn:
        assert min(drawn.size) > 300
