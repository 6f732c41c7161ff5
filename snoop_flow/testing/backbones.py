"""What the engine relies on in a backbone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL.Image import Image

from snoop_flow.errors import SnoopError
from snoop_flow.plugin_types import Backbone, BackboneSpec, PatchBackbone, PreparedBackbone, TextBackbone
from snoop_flow.testing.claims import require, require_facts, require_vectors
from snoop_flow.testing.pictures import pictures

TEXTS = ("a map of Paris", "une carte de Paris", "گلدان", "x" * 2000, "")
SAME = 0.999  # cosine above which two vectors are of one picture: rounding depends on the batch
NO_DEVICE = "no-such-device"


def check_backbone(spec: BackboneSpec, *, device: str = "cpu", images: Sequence[Image] | None = None) -> None:
    """Check a backbone on pictures of many shapes.

    Covered: the facts of the spec, the fingerprint, shape, type and length of vectors, no pictures at all, that vectors
    depend neither on the batch nor on the call, that unlike pictures have unlike vectors, that pictures are left
    as they were, that prepared pictures have the same vectors, texts for a backbone that reads them, the grid of one
    that sees patches, and what an unknown device says.

    Args:
        spec: what to check.
        device: what to open it on.
        images: at least three different RGB pictures; some are drawn when none are given.

    Raises:
        AssertionError: something does not hold; the message says what.
    """
    _check_facts(spec)
    backbone = spec.open(device)
    name = f"backbone {spec.name}"
    require(isinstance(spec.fingerprint(), str) and bool(spec.fingerprint()), f"{name}: the fingerprint must be text")
    require(spec.fingerprint() == spec.fingerprint(), f"{name}: the fingerprint changes from call to call")
    require(backbone.fingerprint == spec.fingerprint(), f"{name}: its fingerprint is not that of the spec")
    require(backbone.dimension == spec.dimension, f"{name}: its dimension is not that of the spec")
    seen = pictures() if images is None else list(images)
    _check_images(name, backbone, seen)
    _check_prepared(name, backbone, seen)
    _check_texts(name, backbone, spec.reads_text)
    _check_patches(name, backbone, seen, spec.patch_grid)
    _check_unknown_device(spec)


def _check_facts(spec: BackboneSpec) -> None:
    name = f"backbone {spec.name}"
    require(bool(spec.name.strip()) and "\n" not in spec.name, f"{name}: the name must be one line of text")
    require_facts("backbone", "titled", spec.title)
    require(spec.dimension > 0, f"{name}: dimension {spec.dimension} must be positive")
    require(spec.input_size > 0, f"{name}: input_size {spec.input_size} must be positive, in pixels")
    require(bool(spec.licence.strip()), f"{name}: say under which licence the weights are, or that it is unknown")
    require(spec.megabytes >= 0, f"{name}: megabytes {spec.megabytes} must not be negative")
    require(
        spec.reads_text or not spec.languages, f"{name}: names languages ({spec.languages}), but reads_text is False"
    )
    grid = spec.patch_grid
    require(grid is None or min(grid) > 0, f"{name}: patch_grid {grid} must be rows and columns, 1 or more of each")


def _check_images(name: str, backbone: Backbone, images: list[Image]) -> None:
    require_vectors(f"{name} for no pictures", backbone.embed_images([]), 0, backbone.dimension)
    before = [image.tobytes() for image in images]
    together = backbone.embed_images(images)
    require_vectors(name, together, len(images), backbone.dimension)
    unchanged = all(image.tobytes() == was for image, was in zip(images, before, strict=True))
    require(unchanged, f"{name}: embedding changed the pictures that it was given")
    require(np.array_equal(together, backbone.embed_images(images)), f"{name}: the same pictures got other vectors")
    for place, image in enumerate(images):
        alone = backbone.embed_images([image])[0]
        same = float(alone @ together[place])
        require(same > SAME, f"{name}: picture {place} alone and in a batch are only {same:.4f} alike")
    turned = backbone.embed_images(images[::-1])[::-1]
    same = float((turned * together).sum(axis=1).min())
    require(same > SAME, f"{name}: vectors do not come in the order of the pictures")
    closest = float((together[:3] @ together[:3].T)[np.triu_indices(3, 1)].max())
    require(closest < 1 - 1e-6, f"{name}: different pictures have the same vector")


def _check_prepared(name: str, backbone: Backbone, images: list[Image]) -> None:
    if isinstance(backbone, PreparedBackbone):
        prepared = [backbone.prepare(image) for image in images]
        require(len({one.shape for one in prepared}) == 1, f"{name}: prepared pictures differ in shape")
        same = float((backbone.embed_prepared(prepared) * backbone.embed_images(images)).sum(axis=1).min())
        require(same > SAME, f"{name}: a picture and the same one prepared are only {same:.4f} alike")
        require_vectors(f"{name} for nothing prepared", backbone.embed_prepared([]), 0, backbone.dimension)


def _check_texts(name: str, backbone: Backbone, reads_text: bool) -> None:
    has_texts = isinstance(backbone, TextBackbone)
    there = "has" if has_texts else "has no"
    require(has_texts == reads_text, f"{name}: says reads_text={reads_text} and {there} method embed_texts")
    if isinstance(backbone, TextBackbone):
        require_vectors(f"{name} for texts", backbone.embed_texts(TEXTS), len(TEXTS), backbone.dimension)
        require_vectors(f"{name} for no texts", backbone.embed_texts([]), 0, backbone.dimension)


def _check_patches(name: str, backbone: Backbone, images: list[Image], grid: tuple[int, int] | None) -> None:
    has_patches = isinstance(backbone, PatchBackbone)
    there = "has" if has_patches else "has no"
    require(has_patches == (grid is not None), f"{name}: says patch_grid={grid} and {there} method embed_patches")
    if not isinstance(backbone, PatchBackbone) or grid is None:
        return
    for given in (images, []):
        patches = backbone.embed_patches(given)
        shape = (len(given), *grid, backbone.dimension)
        require(patches.shape == shape, f"{name}: gave patches of shape {patches.shape}; must be {shape}")
        flat = patches.reshape(-1, backbone.dimension)
        require_vectors(f"{name} for patches", flat, len(flat), backbone.dimension)


def _check_unknown_device(spec: BackboneSpec) -> None:
    # a backbone that knows of no devices may take any name
    try:
        spec.open(NO_DEVICE)
    except SnoopError:
        return
    except Exception as error:
        problem = f"backbone {spec.name}: an unknown device raises {type(error).__name__}; raise PluginError"
        raise AssertionError(problem) from error
