"""Backbones: images, and maybe texts or patches → vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from snoop_flow.plugin_types.arrays import FloatArray


class Backbone(Protocol):
    """An opened image encoder."""

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever the vectors of images would: weights, preprocessing, algorithm version.

        Device and precision are no part of it: vectors of one image may differ by rounding.
        """

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        """Embed RGB images of any size: (n, D) float32, each row of unit length."""


@runtime_checkable
class TextBackbone(Protocol):
    """A backbone that also places texts in the space of the images."""

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts: (n, D) float32, each row of unit length."""


@runtime_checkable
class PatchBackbone(Protocol):
    """A backbone that also says what is seen where, on a grid of `BackboneSpec.patch_grid` cells."""

    def embed_patches(self, images: Sequence[Image]) -> FloatArray:
        """Embed the cells of images: (n, rows, columns, D) float32, each vector of unit length.

        The grid covers the whole image, edge to edge, whatever its shape and whatever `embed_images` cuts off: cell
        (r, c) is the box from (c / columns, r / rows) to ((c + 1) / columns, (r + 1) / rows) of its sides.
        """


@runtime_checkable
class PreparedBackbone(Protocol):
    """A backbone whose work on a picture is split in two, so that the engine prepares some while the model runs others.

    `embed_images(images)` gives the same as `embed_prepared([prepare(image) for image in images])`. An attribute
    `batch_size`, where there is one, tells how many pictures it takes best in one call; `overlaps`, if true, that
    several threads may call it at once, as calls that share one pool of threads can.
    """

    def prepare(self, image: Image) -> NDArray[Any]:
        """One RGB picture as the model takes it, one shape for all; called in several threads at once."""

    def embed_prepared(self, pictures: Sequence[NDArray[Any]]) -> FloatArray:
        """Embed what `prepare` gave: (n, D) float32, each row of unit length.

        Called in one thread at a time, unless it `overlaps`.
        """


@dataclass(frozen=True, slots=True)
class BackboneSpec:
    """An image encoder and its facts, known without loading weights.

    Attributes:
        input_size: longest side in pixels that the encoder can use; images are fetched at about this size.
        fingerprint: computes `Backbone.fingerprint` without loading the weights into memory.
        open: opens it on a device such as `cpu`, `cuda` or `cuda@bf16`.
        reads_text: it is a `TextBackbone`, too.
        patch_grid: rows and columns of the grid of a `PatchBackbone`; None where it is none.
        patch_fingerprint: text that changes whenever the vectors of patches would and those of images would not.
        megabytes: about what the weights take on disk; 0 where it has none, or nobody knows.
        languages: what texts it reads, in words such as `English` or `100 languages`; empty where it reads none.
    """

    name: str
    title: str
    dimension: int
    input_size: int
    licence: str
    fingerprint: Callable[[], str]
    open: Callable[[str], Backbone]
    reads_text: bool = False
    patch_grid: tuple[int, int] | None = None
    megabytes: int = 0
    languages: str = ""
    patch_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class BackboneFamily:
    """A loader of backbones from the user's own files: `--backbone NAME:LOCATION`.

    Attributes:
        resolve: turns LOCATION into a spec; raises `UsageError` with the way to mend.
    """

    name: str
    title: str
    resolve: Callable[[str], BackboneSpec]
