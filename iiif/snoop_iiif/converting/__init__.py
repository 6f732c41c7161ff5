"""Presentation 2 documents as Presentation 3, for what is published again: nothing is fetched, no canvas id changes."""

from snoop_iiif.converting.document import convert_document

__all__ = ["convert_document"]
