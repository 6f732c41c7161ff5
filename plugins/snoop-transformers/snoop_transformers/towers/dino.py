"""DINOv2, with registers or without, and DINOv3: they see, and read nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.errors import PluginError
from snoop_torch.placing import Placement
from snoop_torch.preprocessing import Preparation
from snoop_transformers.facts import Facts
from snoop_transformers.towers.loading import load_model, load_transformers


class DinoTower:
    """Implements `snoop_torch.Tower`: the class token is the vector, the other tokens are the patches.

    Both have passed the model's last normalisation and have one dimension, so that patches can be compared with
    patches, and less well with whole images: they were not trained to lie in one space.
    """

    def __init__(self, facts: Facts) -> None:
        """Load the weights; raises `PluginError`."""
        assert isinstance(facts.way, Preparation)  # noqa: S101 - `facts_of` has seen to it
        self.module = load_model(getattr(load_transformers(), facts.kind.model), facts.folder)
        self.dimension = facts.dimension
        self.reads_text = False
        self.patch_grid: tuple[int, int] | None = facts.grid
        self._way = facts.way

    def prepare(self, picture: Image) -> NDArray[Any]:
        """As the model's own processor does."""
        return self._way.pixels(picture)

    def whole(self, picture: Image) -> NDArray[Any]:
        """Squeezed to the model's size."""
        return self._way.whole(picture)

    def images(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, D)."""
        return self._seen(pixels, placement).pooler_output

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""
        rows, columns = self.patch_grid or (0, 0)
        tokens = self._seen(pixels, placement).last_hidden_state
        # the class token and the registers come first
        return tokens[:, tokens.shape[1] - rows * columns :].unflatten(1, (rows, columns))

    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """Nothing is read; raises `PluginError`."""
        raise PluginError("DINO models read no text; use a backbone that does, see: snoop-flow backbone list")

    def _seen(self, pixels: NDArray[Any], placement: Placement) -> Any:
        return self.module(self._way.normalised(pixels, placement.device).to(placement.dtype))
