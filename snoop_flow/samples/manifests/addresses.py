"""Where everything is: the URIs of the sample server."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from snoop_flow.samples.archive import Page
from snoop_flow.samples.documents import Document, Service


@dataclass(frozen=True, slots=True)
class Addresses:
    """URIs below the base address of a server, which has no slash at its end."""

    base: str

    def collection(self, name: str = "") -> str:
        """The top collection, or one below it."""
        return f"{self.base}/collections/{name}.json" if name else f"{self.base}/collection.json"

    def manifest(self, slug: str) -> str:
        """A document's manifest."""
        return f"{self.base}/{slug}/manifest.json"

    def canvas(self, page: Page) -> str:
        """A page's canvas."""
        return f"{self.base}/{page.document}/canvas/{page.page}"

    def file(self, page: Page) -> str:
        """The image itself, without any service."""
        return f"{self.base}/files/{page.file}"

    def service(self, document: Document, page: Page) -> str:
        """The base URI of a page's image service."""
        return f"{self.base}/images/{service_key(document)}/{identifier(page)}"


def identifier(page: Page) -> str:
    """A page's image in one segment of a path."""
    return f"{page.document}_{page.page:02d}"


def service_key(document: Document) -> str:
    """The segment that tells which kind of image service answers."""
    if document.service is Service.LEVEL_0:
        return "level0v3" if document.version == "3.0" else "level0v2"
    return f"v{document.service.value}"


def ready_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The sizes that a service of level 0 has ready, smallest first, the full one last."""
    return [(ceil(width / factor), ceil(height / factor)) for factor in (4, 2, 1)]
