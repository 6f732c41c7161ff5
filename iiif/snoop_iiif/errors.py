"""The errors of this package: bad documents and bad image requests, each with one line of reason."""

from typing import Literal


class IIIFError(ValueError):
    """A document that cannot be read, or a draft that cannot be written, as IIIF.

    Attributes:
        reason: one line for the person who gave the document: what it is, or where it goes wrong.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ImageRequestError(IIIFError):
    """A request to the Image API that has no image for an answer.

    Attributes:
        status: HTTP status to answer with: 400 bad request, 404 no such image, 501 valid but not offered.
    """

    def __init__(self, status: Literal[400, 404, 501], reason: str) -> None:
        super().__init__(reason)
        self.status = status
