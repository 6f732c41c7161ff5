"""Regions with their catalogue in PostgreSQL: segmented, taught by a box, applied, refined, searched."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.host import PluginHost
from snoop_flow.settings import load_settings

PLUGIN = Path(__file__).parent.parent / "engine" / "regions"


def _pages(folder: Path) -> None:
    folder.mkdir()
    rng = np.random.default_rng(2)
    for number in range(8):
        paper = rng.normal(190, 6, (320, 240, 3)).clip(0, 255).astype(np.uint8)
        if number < 3:
            paper[40 + 60 * number : 74 + 60 * number, 100:134] = (200, 30, 30)
        Image.fromarray(paper).save(folder / f"{'red' if number < 3 else 'plain'} {number}.png")


def test_regions_on_postgresql(empty_postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOOP_FLOW_DATABASE", empty_postgresql)
    monkeypatch.syspath_prepend(PLUGIN)
    _pages(tmp_path / "pages")
    folder = tmp_path / "workspace"
    Workspace.create(folder).close()
    host = PluginHost([*entry_points(group="snoop_flow"), EntryPoint("colours", "seeing_colours", "snoop_flow")])
    with Workspace(folder, load_settings(folder), host) as workspace:
        workspace.harvest([str(tmp_path / "pages")], collection="pages")
        workspace.embed(backbone="words-and-colours")
        assert workspace.segment(backbone="words-and-colours").regions == 8 * 32
        assert workspace.segment(backbone="words-and-colours").segmented == 0
        first = workspace.search(text="Réd 0", text_in="words").cards[0]
        assert first.label == "red 0.png"
        assert workspace.search(text="rouge", count=8).index == "exact and words"
        assert workspace.search(text="rouge", regions=True, count=3).cards[0].label.startswith("red")
        workspace.create_class("Red", positives=[f"{first.item}#xywh=100,40,34,34"])
        workspace.fit("Red")
        assert len(workspace.suggest("Red", count=5).cards) == 5
        workspace.enrich(["Red"])
        assert workspace.refine(["Red"]).refined >= 2
        found = workspace.predictions("Red", status="proposed")
        assert {card.label for card in found} == {"red 1.png", "red 2.png"}
        workspace.review("Red", accept=[found[0].item])
        assert workspace.publish(["Red"]).annotations == 2
        assert workspace.export("iiif", tmp_path / "out").records == 2
        assert workspace.status().items == 8
