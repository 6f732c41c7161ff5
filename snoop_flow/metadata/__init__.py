"""What a document's metadata tells of time and place, for tables and counts; what it does not tell stays open."""

from snoop_flow.metadata.fields import Dating, dating, places
from snoop_flow.metadata.periods import Period, read_period

__all__ = ["Dating", "Period", "dating", "places", "read_period"]
