"""The entry point: what this distribution gives to snoop-flow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snoop_flow import hookimpl
from snoop_flow.plugin_types import StrategySpec
from snoop_strategies.gal import gal
from snoop_strategies.herding import uncertainty_herding

STRATEGIES = (
    StrategySpec(
        "gal",
        "Greedy active learning: whichever answer comes, the model changes most",
        gal,
    ),
    StrategySpec(
        "uncertainty-herding",
        "Stands for what is uncertain and unlike the marks",
        uncertainty_herding,
    ),
)


@hookimpl
def register_strategies() -> Sequence[StrategySpec]:
    """The two strategies."""
    return STRATEGIES


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
