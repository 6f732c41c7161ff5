"""The entry point: what this distribution gives to snoop-flow."""

from __future__ import annotations

from collections.abc import Sequence

from snoop_flow import hookimpl
from snoop_flow.plugin_types import StrategySpec
from snoop_strategies.gal import gal
from snoop_strategies.herding import uncertainty_herding

STRATEGIES = (
    StrategySpec(
        "gal",
        "Greedy active learning: whichever answer comes, the model changes most",
        gal,
        {"fr": "Apprentissage actif glouton : quelle que soit la réponse, le modèle change le plus"},
    ),
    StrategySpec(
        "uncertainty-herding",
        "Stands for what is uncertain and unlike the marks",
        uncertainty_herding,
        {"fr": "Représente ce qui est incertain et ne ressemble pas à ce qui est déjà jugé"},
    ),
)


@hookimpl
def register_strategies() -> Sequence[StrategySpec]:
    """The two strategies."""
    return STRATEGIES
