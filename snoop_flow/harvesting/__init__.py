"""Harvesting: locations → records → item rows.

One unit is a batch of records. A record whose source document is unchanged is only seen, so nothing of it is embedded
again; what a complete harvest no longer meets is marked as gone, never deleted. Inaccessible is not gone: only an
explicit "gone" answer withdraws a record that is still listed (IIIF Change Discovery 1.0, 3.3).
"""

from snoop_flow.harvesting.analysing import Analysis, analyse
from snoop_flow.harvesting.running import HARVEST, harvest, retry

__all__ = ["HARVEST", "Analysis", "analyse", "harvest", "retry"]
