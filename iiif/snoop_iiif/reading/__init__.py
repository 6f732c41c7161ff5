"""Reading other people's IIIF documents, tolerantly: Presentation 2.0, 2.1, 3.0 and drafts of 4.0, and info.json."""

from snoop_iiif.reading.document import read_document, read_information

__all__ = ["read_document", "read_information"]
