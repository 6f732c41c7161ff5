"""Query strategies: scores → what to show next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from snoop_flow.learning import Pool
    from snoop_flow.plugin_types.arrays import RowArray


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A query strategy: which items to show next.

    Attributes:
        choose: picks rows of the pool, best first, see `snoop_flow.learning.Pool`.
    """

    name: str
    title: str
    choose: Callable[[Pool, int, np.random.Generator], RowArray]
