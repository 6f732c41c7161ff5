"""Where things are at the BnF: two stacks for manifests and images, the catalogue's SRU, the OAI repository."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlencode

_ARK = re.compile(r"ark:/12148/([0-9a-z]{5,20})")
_VIEW = re.compile(r"/f(\d+)(?=[/.?#]|$)")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Base addresses without a slash at the end.

    Attributes:
        openapi: the present stack: Presentation 3, Image API 3.
        legacy: the one before it: Presentation 2, Image API 1.1; SRU as well.
        oai: the OAI-PMH repository.
    """

    openapi: str = "https://openapi.bnf.fr"
    legacy: str = "https://gallica.bnf.fr"
    oai: str = "http://oai.bnf.fr/oai2/OAIHandler"

    @classmethod
    def of_environment(cls) -> Addresses:
        """Those of the BnF, unless `SNOOP_GALLICA_OPENAPI`, `_LEGACY` or `_OAI` name a mirror or a test server."""
        given = {name: os.environ.get(f"SNOOP_GALLICA_{name.upper()}", "") for name in ("openapi", "legacy", "oai")}
        return cls(**{name: value.rstrip("/") for name, value in given.items() if value})

    def manifest_3(self, ark: str) -> str:
        """The manifest of an ark in version 3."""
        return f"{self.openapi}/iiif/presentation/v3/{ark}/manifest.json"

    def manifest_2(self, ark: str) -> str:
        """The same in version 2."""
        return f"{self.legacy}/iiif/{ark}/manifest.json"

    def canvases(self, ark: str, view: int) -> tuple[str, str]:
        """The canvas of a view in version 3 and in version 2, which differ."""
        return (
            f"{self.openapi}/iiif/presentation/v3/{ark}/canvas/f{view}",
            f"{self.legacy}/iiif/{ark}/canvas/f{view}",
        )

    def sru(self, query: str) -> str:
        """A query of the catalogue."""
        return f"{self.legacy}/SRU?{urlencode({'operation': 'searchRetrieve', 'version': '1.2', 'query': query})}"


def ark_of(text: str) -> str | None:
    """The first ark of the BnF in a text, without a view or a qualifier."""
    match = _ARK.search(text)
    return f"ark:/12148/{match[1]}" if match else None


def arks_of(text: str) -> list[str]:
    """All arks of the BnF in a text, each once."""
    return list(dict.fromkeys(f"ark:/12148/{name}" for name in _ARK.findall(text)))


def view_of(*addresses: str | None) -> int | None:
    """The number of a view from the first of some addresses that tells it."""
    for address in addresses:
        if address and (match := _VIEW.search(address)):
            return int(match[1])
    return None
