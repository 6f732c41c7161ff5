"""The suite finds each way in which a backbone can break its contract."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL.Image import Image

from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import Backbone, BackboneSpec, FloatArray
from snoop_flow.testing import check_backbone, pictures

TICKS = count()


class Colours:
    """Embeds an image as its average colours in four corners: small, quick and honest."""

    dimension = 12
    fingerprint = "colours/1"

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        vectors = np.zeros((len(images), self.dimension), np.float32)
        for place, image in enumerate(images):
            vectors[place] = np.asarray(image.resize((2, 2)), np.float32).ravel() + 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Readers(Colours):
    """Reads texts, too."""

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        vectors = np.ones((len(texts), self.dimension), np.float32)
        return np.asarray(vectors / np.sqrt(self.dimension), np.float32)


class Seers(Readers):
    """Sees patches, too."""

    def embed_patches(self, images: Sequence[Image]) -> FloatArray:
        return np.full((len(images), 2, 3, self.dimension), self.dimension**-0.5, np.float32)


def _spec(kind: Callable[[], Backbone] = Colours) -> BackboneSpec:
    return BackboneSpec("colours", "Corner colours", 12, 32, "CC0-1.0", lambda: "colours/1", lambda _: kind())


def _changed(change: Callable[[FloatArray], FloatArray]) -> BackboneSpec:
    class Changed(Colours):
        def embed_images(self, images: Sequence[Image]) -> FloatArray:
            return change(super().embed_images(images))

    return _spec(Changed)


class Prepared(Colours):
    """Shrinks pictures beforehand."""

    def prepare(self, image: Image) -> NDArray[np.uint8]:
        return np.asarray(image.resize((2, 2)))

    def embed_prepared(self, pictures: Sequence[NDArray[np.uint8]]) -> FloatArray:
        vectors = np.zeros((len(pictures), self.dimension), np.float32)
        for place, picture in enumerate(pictures):
            vectors[place] = picture.astype(np.float32).ravel() + 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Careless(Prepared):
    """Prepares another picture than it embeds."""

    def prepare(self, image: Image) -> NDArray[np.uint8]:
        return np.asarray(image.rotate(180).resize((2, 2)))


class Shapeless(Prepared):
    """Prepares pictures that fit into no batch."""

    def prepare(self, image: Image) -> NDArray[np.uint8]:
        return np.asarray(image)


class Restless(Colours):
    """Never answers the same."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        vectors = super().embed_images(images) + self._rng.random((len(images), 12)).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Sociable(Colours):
    """Lets the pictures of a batch influence each other."""

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        vectors = super().embed_images(images)
        vectors = vectors - 0.9 * vectors.mean(axis=0) if len(vectors) > 1 else vectors
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Painter(Colours):
    """Draws on what it was lent."""

    def embed_images(self, images: Sequence[Image]) -> FloatArray:
        for image in images:
            image.paste((0, 0, 0), (0, 0, 1, 1))
        return super().embed_images(images)


def _no_device(device: str) -> Backbone:
    if device != "cpu":
        raise PluginError(f"unknown device {device}")
    return Colours()


def _crash(device: str) -> Backbone:
    return {"cpu": Colours()}[device]


def _sorted(vectors: FloatArray) -> FloatArray:
    return vectors[np.argsort(vectors[:, 0])]


@pytest.mark.parametrize(
    "spec",
    [
        _spec(),
        replace(_spec(Readers), reads_text=True),
        replace(_spec(Seers), reads_text=True, patch_grid=(2, 3)),
        _spec(Prepared),
        replace(_spec(), open=_no_device),
    ],
)
def test_an_honest_backbone_passes(spec: BackboneSpec) -> None:
    check_backbone(spec)
    check_backbone(spec, images=pictures(3, seed=5))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (replace(_spec(), dimension=13), "its dimension is not that of the spec"),
        (replace(_spec(), input_size=0), "input_size 0 must be positive"),
        (replace(_spec(), licence=""), "say under which licence"),
        (replace(_spec(), fingerprint=lambda: "colours/2"), "its fingerprint is not that of the spec"),
        (replace(_spec(), fingerprint=lambda: str(next(TICKS))), "changes from call to call"),
        (replace(_spec(), reads_text=True), "reads_text=True and has no method embed_texts"),
        (_spec(Readers), "reads_text=False and has method embed_texts"),
        (_spec(Careless), "and the same one prepared are only"),
        (_spec(Shapeless), "prepared pictures differ in shape"),
        (replace(_spec(), megabytes=-1), "megabytes -1 must not be negative"),
        (replace(_spec(), languages="French"), r"names languages \(French\), but reads_text is False"),
        (replace(_spec(), patch_grid=(0, 2)), "must be rows and columns, 1 or more"),
        (replace(_spec(), patch_grid=(2, 3)), r"says patch_grid=\(2, 3\) and has no method embed_patches"),
        (replace(_spec(Seers), reads_text=True), "says patch_grid=None and has method embed_patches"),
        (
            replace(_spec(Seers), reads_text=True, patch_grid=(3, 2)),
            r"gave patches of shape .* must be \(8, 3, 2, 12\)",
        ),
        (_changed(lambda vectors: 2 * vectors), "must be of unit length; one is off by 1"),
        (_changed(lambda vectors: vectors.astype(np.float64)), "float64 vectors; must be float32"),
        (_changed(lambda vectors: vectors[:, :5]), r"vectors of shape \(0, 5\) for 0"),
        (_changed(lambda vectors: vectors * np.float32("nan")), "not finite"),
        (_changed(_sorted), "alone and in a batch|not come in the order"),
        (_changed(lambda vectors: np.full_like(vectors, 12**-0.5)), "different pictures have the same vector"),
        (_spec(Restless), "the same pictures got other vectors"),
        (_spec(Sociable), "alone and in a batch are only"),
        (_spec(Painter), "changed the pictures"),
        (replace(_spec(), open=_crash), "an unknown device raises KeyError; raise PluginError"),
    ],
)
def test_a_broken_backbone_is_named(spec: BackboneSpec, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_backbone(spec)


def test_pictures_are_repeatable_and_of_many_shapes() -> None:
    one, two = pictures(10, seed=3), pictures(10, seed=3)
    assert [image.tobytes() for image in one] == [image.tobytes() for image in two]
    assert {image.mode for image in one} == {"RGB"}
    assert (1, 1) in {image.size for image in one}
