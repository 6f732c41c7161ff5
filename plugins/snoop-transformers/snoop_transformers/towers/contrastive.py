"""CLIP, MetaCLIP 2, SigLIP and SigLIP 2: images and texts in one space."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from PIL.Image import Image

from snoop_torch.libraries import load_torch
from snoop_torch.placing import Placement
from snoop_torch.preprocessing import Preparation
from snoop_transformers.facts import Facts
from snoop_transformers.processing import NativeShape
from snoop_transformers.towers.loading import load_model, load_tokenizer, load_transformers


class ContrastiveTower(ABC):
    """Implements `snoop_torch.Tower`; see the subclasses for what differs."""

    def __init__(self, facts: Facts, reads_text: bool = True) -> None:
        """Load weights, and the tokenizer if it is to read; raises `PluginError`."""
        self.module = load_model(getattr(load_transformers(), facts.kind.model), facts.folder)
        self.dimension = facts.dimension
        self.reads_text = reads_text
        self.patch_grid: tuple[int, int] | None = facts.grid
        self._tokenizer: Any = load_tokenizer(facts.folder) if reads_text else None
        self._lowercase = facts.lowercase
        self._way = facts.way
        self._longest = int(self.module.config.text_config.max_position_embeddings)

    def prepare(self, picture: Image) -> NDArray[Any]:
        """As the model's own processor does."""
        return self._way.pixels(picture)

    def whole(self, picture: Image) -> NDArray[Any]:
        """Squeezed to the model's size."""
        return self._way.whole(picture)

    def images(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, D)."""
        given = self._given(pixels, placement)
        return self.module.get_image_features(given, interpolate_pos_encoding=True).pooler_output

    @abstractmethod
    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """(n, D)."""

    @abstractmethod
    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""

    def _given(self, pixels: NDArray[Any], placement: Placement) -> Any:
        assert isinstance(self._way, Preparation)  # noqa: S101 - `facts_of` has seen to it
        return self._way.normalised(pixels, placement.device).to(placement.dtype)

    def _tokens(self, texts: Sequence[str], placement: Placement, padding: bool | str) -> Any:
        given = [text.lower() for text in texts] if self._lowercase else list(texts)
        made = self._tokenizer(given, padding=padding, truncation=True, max_length=self._longest, return_tensors="pt")
        return made.to(placement.device)


class ClipTower(ContrastiveTower):
    """CLIP and MetaCLIP 2.

    A patch is its token after a last layer in which each token attends to itself alone, projected like the class token:
    "Extract Free Dense Labels from CLIP" (Zhou et al., arXiv 2112.01071). It lies in the space of images and texts. The
    token as it is would hold what the whole image is about.
    """

    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """(n, D)."""
        tokens = self._tokens(texts, placement, padding=True)
        return self.module.get_text_features(tokens["input_ids"], tokens["attention_mask"]).pooler_output

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""
        torch = load_torch()
        sees = self.module.vision_model
        hidden = sees.pre_layrnorm(sees.embeddings(self._given(pixels, placement), interpolate_pos_encoding=True))
        for layer in sees.encoder.layers[:-1]:
            hidden = layer(hidden, None)
        count = hidden.shape[1]
        alone = torch.full((count, count), torch.finfo(hidden.dtype).min, dtype=hidden.dtype, device=hidden.device)
        alone.fill_diagonal_(0)
        hidden = sees.encoder.layers[-1](hidden, alone[None, None])
        found = self.module.visual_projection(sees.post_layernorm(hidden[:, 1:]))
        return found.unflatten(1, self.patch_grid)


class SiglipTower(ContrastiveTower):
    """SigLIP, and SigLIP 2 at a fixed resolution.

    A patch is what the model's pooling head makes of this one token, as though the image held nothing else; so it lies
    in the space of images and texts.
    """

    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """(n, D)."""
        tokens = self._tokens(texts, placement, padding="max_length")  # as it was trained; padding is not masked
        return self.module.get_text_features(tokens["input_ids"]).pooler_output

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""
        return self._each(self.module.vision_model(self._given(pixels, placement), interpolate_pos_encoding=True))

    def _each(self, seen: Any) -> Any:
        tokens = seen.last_hidden_state
        rows, columns = self.patch_grid or (0, 0)
        found = self.module.vision_model.head(tokens.reshape(-1, 1, tokens.shape[-1]))
        return found.reshape(len(tokens), rows, columns, -1)


class NativeTower(SiglipTower):
    """SigLIP 2 with images in their own proportions (NaFlex)."""

    def images(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, D)."""
        return self.module.get_image_features(*self._unpacked(pixels, placement)).pooler_output

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """(n, rows, columns, D)."""
        rows, columns = self.patch_grid or (0, 0)
        seen = self.module.vision_model(*self._unpacked(pixels, placement))
        seen.last_hidden_state = seen.last_hidden_state[:, : rows * columns]
        return self._each(seen)

    def _unpacked(self, pixels: NDArray[Any], placement: Placement) -> tuple[Any, Any, Any]:
        assert isinstance(self._way, NativeShape)  # noqa: S101 - `facts_of` has seen to it
        patches, mask, shapes = self._way.unpacked(pixels, placement.device)
        return patches.to(placement.dtype), mask, shapes
