"""Reading records of an opened source, here or in a process beside this one.

Of an institution's server one is asked at a time, and waiting for it costs nothing. Of one's own server or disk a
processor is the limit, and Python uses one for all of its threads: so large harvests of these are read in processes.
"""

from snoop_flow.reading.lending import Lent, UnchangedError, Validator
from snoop_flow.reading.outcomes import Outcome, Wanted, read_each
from snoop_flow.reading.readers import Order, Readers

__all__ = ["Lent", "Order", "Outcome", "Readers", "UnchangedError", "Validator", "Wanted", "read_each"]
