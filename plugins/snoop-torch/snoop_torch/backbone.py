"""A torch module as a backbone: batches, precision, finite numbers, unit vectors.

A plugin gives a `Tower`, which knows its model; this module knows devices and memory. Which of the optional parts of a
backbone the result has, texts and patches, follows from the tower.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image
from PIL.Image import new as new_image

from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import Backbone, FloatArray
from snoop_torch.batching import MANY, BatchSize
from snoop_torch.libraries import load_torch
from snoop_torch.placing import Placement, place

TEXTS_AT_ONCE = 64


class Tower(Protocol):
    """A model that sees, and perhaps reads.

    Attributes:
        module: the torch module, or a list of them; moved to the device and its precision.
        dimension: D.
        reads_text: `texts` may be called.
        patch_grid: rows and columns of what `patches` gives; None where it may not be called.
    """

    module: Any
    dimension: int
    reads_text: bool
    patch_grid: tuple[int, int] | None

    def prepare(self, picture: Image) -> NDArray[Any]:
        """One picture as an array, of the same shape for all."""

    def whole(self, picture: Image) -> NDArray[Any]:
        """One whole picture, nothing cut off, as such an array."""

    def images(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """Prepared pictures, stacked → a tensor (n, D)."""

    def texts(self, texts: Sequence[str], placement: Placement) -> Any:
        """Texts → a tensor (n, D)."""

    def patches(self, pixels: NDArray[Any], placement: Placement) -> Any:
        """Whole pictures, stacked → a tensor (n, rows, columns, D)."""


def opened(name: str, load: Callable[[], Tower], dimension: int, fingerprint: str, device: str) -> Backbone:
    """Load a tower and make a backbone of it.

    Args:
        name: of the backbone, for messages.
        load: loads the weights, in fp32 on the processor.
        dimension: what the spec says.
        fingerprint: of the spec.
        device: see `snoop_torch.placing.place`.

    Raises:
        PluginError: no such device, too little memory, or weights that are no model's.
    """
    placement = place(device)
    tower = load()
    if tower.dimension != dimension:
        raise PluginError(f"backbone {name}: its weights give vectors of {tower.dimension} numbers, not {dimension}")
    kinds = {(False, False): TorchBackbone, (True, False): _Reader, (False, True): _Seer, (True, True): _ReaderSeer}
    backbone = kinds[tower.reads_text, tower.patch_grid is not None](name, tower, placement, fingerprint)
    return backbone


class TorchBackbone:
    """An opened tower; implements `Backbone` and `PreparedBackbone` of `snoop_flow.plugin_types`.

    Attributes:
        dimension: D.
        fingerprint: of the spec.
        placement: where it runs, and in which precision.
    """

    def __init__(self, name: str, tower: Tower, placement: Placement, fingerprint: str) -> None:
        """Move the tower to its place; raises `PluginError` when it does not fit there, or has bad numbers."""
        self.dimension = tower.dimension
        self.fingerprint = fingerprint
        self.placement = placement
        self._name = name
        self._tower = tower
        self._lock = threading.Lock()
        modules = tower.module if isinstance(tower.module, list) else [tower.module]
        with _memory(f"backbone {name}: device {placement.device} has too little memory for the model"):
            for module in modules:
                module.eval().requires_grad_(False).to(placement.device, placement.dtype)
        _check_finite(name, modules, placement)
        self._sizes = BatchSize(self._try)

    @property
    def batch_size(self) -> int:
        """Pictures that go through the model at once; found when this is first asked."""
        with self._lock:
            return self._sizes.get(MANY + 1)

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        """Embed images of any size and mode: (n, D) float32, each row of unit length."""
        return self.embed_prepared([self.prepare(image) for image in images])

    def prepare(self, image: Image) -> NDArray[Any]:
        """One image as the model takes it."""
        return self._tower.prepare(image)

    def embed_prepared(self, pictures: Sequence[NDArray[Any]]) -> FloatArray:
        """Embed prepared images: (n, D) float32, each row of unit length, or not finite where the model fails."""
        parts = [np.zeros((0, self.dimension), np.float32)]
        with self._lock:
            done = 0
            while done < len(pictures):
                size = self._sizes.get(len(pictures))
                try:
                    parts.append(self._through(self._tower.images, np.stack(pictures[done : done + size])))
                except MemoryError:
                    self._shrink(size)
                    continue
                done += size
        return _unit(np.concatenate(parts))

    def _through(self, run: Callable[..., Any], *given: Any) -> FloatArray:
        torch = load_torch()
        with _memory(""), torch.inference_mode():
            found: FloatArray = run(*given, self.placement).to("cpu", torch.float32).numpy()
        return found

    def _try(self, size: int) -> None:
        self._through(self._tower.images, self._blank(size))

    def _blank(self, size: int) -> NDArray[Any]:
        one = self._tower.prepare(new_image("RGB", (64, 64), "gray"))
        return np.broadcast_to(one, (size, *one.shape)).copy()

    def _shrink(self, size: int) -> None:
        try:
            self._sizes.shrink(size)
        except MemoryError as error:
            place = self.placement.device
            raise PluginError(f"backbone {self._name}: device {place} has too little memory for one image") from error
        gc.collect()
        if self.placement.device.startswith("cuda"):
            load_torch().cuda.empty_cache()


class _Reader(TorchBackbone):
    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts: (n, D) float32, each row of unit length."""
        parts = [np.zeros((0, self.dimension), np.float32)]
        with self._lock:
            for start in range(0, len(texts), TEXTS_AT_ONCE):
                parts.append(self._through(self._tower.texts, list(texts[start : start + TEXTS_AT_ONCE])))
        return _unit(np.concatenate(parts))


class _Seer(TorchBackbone):
    def embed_patches(self, images: Sequence[Image]) -> FloatArray:
        """Embed the cells of whole images: (n, rows, columns, D) float32, each vector of unit length."""
        rows, columns = self._tower.patch_grid or (0, 0)
        parts = [np.zeros((0, rows, columns, self.dimension), np.float32)]
        with self._lock:
            done = 0
            while done < len(images):
                size = self._sizes.get(len(images))
                pixels = np.stack([self._tower.whole(image) for image in images[done : done + size]])
                try:
                    parts.append(self._through(self._tower.patches, pixels))
                except MemoryError:
                    self._shrink(size)
                    continue
                done += size
        return _unit(np.concatenate(parts))


class _ReaderSeer(_Reader, _Seer):
    pass


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    # a vector of zeros has no direction: it becomes one that is not finite, which the engine refuses by name
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(vectors / lengths, np.float32)


def _check_finite(name: str, modules: Sequence[Any], placement: Placement) -> None:
    torch = load_torch()
    for module in modules:
        for label, values in module.named_parameters():
            if not bool(torch.isfinite(values).all()):
                where = "" if placement.precision == "fp32" else f" in {placement.precision}; try @fp32, or else"
                raise PluginError(f"backbone {name}: its weights {label} are not finite{where or ';'} get them anew")


@contextmanager
def _memory(problem: str) -> Iterator[None]:
    """What a device says when its memory is full, as `PluginError`, or as `MemoryError` where the caller can help."""
    torch = load_torch()
    try:
        yield
    except torch.OutOfMemoryError as error:
        if problem:
            raise PluginError(problem) from error
        raise MemoryError from error
    except RuntimeError as error:
        if "not enough memory" in str(error):  # torch's words for the processor's memory
            raise MemoryError from error
        raise
