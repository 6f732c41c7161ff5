"""Well-known models by short names, with their facts, so that they are listed without files, torch or a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from snoop_flow.plugin_types import Backbone, BackboneSpec


@dataclass(frozen=True, slots=True)
class Known:
    """A published model; its files are looked for when its fingerprint or the model itself are asked.

    Attributes:
        resolve: the family's, which is given `location`.
        grid: rows and columns of its patches.
    """

    name: str
    title: str
    resolve: Callable[[str], BackboneSpec]
    location: str
    dimension: int
    megabytes: int
    licence: str
    grid: int
    input_size: int
    languages: str = ""

    def spec(self) -> BackboneSpec:
        """As a backbone."""
        return BackboneSpec(
            name=self.name,
            title=self.title,
            dimension=self.dimension,
            input_size=self.input_size,
            licence=self.licence,
            fingerprint=self._fingerprint,
            open=self._open,
            reads_text=bool(self.languages),
            patch_grid=(self.grid, self.grid),
            megabytes=self.megabytes,
            languages=self.languages,
        )

    def _fingerprint(self) -> str:
        return self.resolve(self.location).fingerprint()

    def _open(self, device: str) -> Backbone:
        return self.resolve(self.location).open(device)
