"""Presentation 2 documents as Presentation 3, for what is published again: nothing is fetched, no canvas id changes.

And, for old viewers, what we publish ourselves in the words of Presentation 2.
"""

from snoop_iiif.converting.backwards import to_presentation2
from snoop_iiif.converting.document import convert_document

__all__ = ["convert_document", "to_presentation2"]
