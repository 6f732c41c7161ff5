"""Enrichment: an exact pass of classes over the corpus; what scores enough becomes a proposal.

Every item is scored on its vector, never through an approximate index, and once for each version of a class: the next
run scores only what is new. Marks are respected: an item that was marked positive is accepted in the name of who marked
it, one marked negative is never proposed, and is rejected if it was accepted before. The machine overwrites no verdict.
"""

from snoop_flow.enrichment.expecting import expected_cost
from snoop_flow.enrichment.running import ENRICH, enrich

__all__ = ["ENRICH", "enrich", "expected_cost"]
