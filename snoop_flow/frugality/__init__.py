"""What computing takes: seconds, processor time and joules of a piece of work, with the method by which they are told.

A leaf: counters of the machine and arithmetic, nothing of the engine.
"""

from snoop_flow.frugality.children import count_child, counted_children, forget_child
from snoop_flow.frugality.costs import Cost, energy_text, joules_text, method_text
from snoop_flow.frugality.counters import Counters
from snoop_flow.frugality.metering import Ledger, Meter, metered

__all__ = [
    "Cost",
    "Counters",
    "Ledger",
    "Meter",
    "count_child",
    "counted_children",
    "energy_text",
    "forget_child",
    "joules_text",
    "metered",
    "method_text",
]
