"""The plugin as snoop-flow finds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from snoop_flow import Workspace
from snoop_flow.host import PluginHost
from snoop_strategies.plugin import STRATEGIES


def test_both_strategies_are_found_by_entry_point() -> None:
    host = PluginHost()
    assert host.failures == {}
    assert {one.name for one in STRATEGIES} == {"gal", "uncertainty-herding"} <= set(host.strategies)


@pytest.fixture
def taught(tmp_path: Path) -> Workspace:
    """A workspace of drawn bars and dots with a class of bars, one positive and one negative."""
    for number in range(12):
        for kind in ("bars", "dots"):
            (tmp_path / "in" / kind).mkdir(parents=True, exist_ok=True)
            picture = Image.new("RGB", (80, 80), (200 + number, 200, 190))
            draw = ImageDraw.Draw(picture)
            for x in range(5 + number, 80, 14):
                draw.line((x, 0, x, 80), fill=0, width=4) if kind == "bars" else draw.ellipse((x, x, x + 9, x + 9))
            picture.save(tmp_path / "in" / kind / f"{number}.png")
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.harvest([str(tmp_path / "in")], collection="drawn")
    workspace.embed()
    bars, dots = (workspace.record_items(record.id)[0].id for record in workspace.records("drawn"))
    workspace.create_class("Bars", positives=[bars])
    workspace.mark("Bars", {dots: -1}, op_id="1")
    return workspace


@pytest.mark.parametrize("strategy", ["gal", "uncertainty-herding"])
def test_a_class_is_taught_with_it(taught: Workspace, strategy: str) -> None:
    with taught:
        report = taught.suggest("Bars", strategy, count=6)
        assert len({card.item for card in report.cards}) == 6
        assert {card.why for card in report.cards} == {strategy}
        assert {card.mark for card in report.cards} == {None}
