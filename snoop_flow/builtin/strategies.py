"""The five query strategies that come with snoop-flow, by their names on the command line."""

from __future__ import annotations

from snoop_flow import learning
from snoop_flow.plugin_types import StrategySpec

STRATEGIES = (
    StrategySpec("relevant", "The highest scores: check what the class finds", learning.relevant),
    StrategySpec("most-useful", "Near the boundary, likely members first: teaches the most", learning.most_useful),
    StrategySpec("ambiguous", "The smallest scores either way: where the class hesitates", learning.ambiguous),
    StrategySpec("discovery", "Parts of the corpus without marks yet: what the class may miss", learning.discovery),
    StrategySpec("random", "Anything: unbiased negatives, and how common the class is", learning.random),
)
