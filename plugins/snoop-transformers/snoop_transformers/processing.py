"""A model's own preprocessing, from its `preprocessor_config.json`, done with Pillow.

The library has one implementation with torchvision and one with Pillow, which differ slightly in their resampling, and
it chooses by what is installed. So it is done here: always with Pillow, and it is part of the backbone's fingerprint.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from snoop_flow.errors import UsageError
from snoop_torch.libraries import load_torch
from snoop_torch.preprocessing import Preparation

PROCESSORS = ("preprocessor_config.json", "processor_config.json")

CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
HALF = [0.5, 0.5, 0.5]
SQUARE = {"height": 224, "width": 224}

_CLIP = {"size": {"shortest_edge": 224}, "do_center_crop": True, "crop_size": SQUARE, "resample": 3}
# what each of the library's processors takes where its file says nothing
DEFAULTS: dict[str, dict[str, Any]] = {
    "CLIP": {**_CLIP, "image_mean": CLIP_MEAN, "image_std": CLIP_STD},
    "Bit": {**_CLIP, "image_mean": CLIP_MEAN, "image_std": CLIP_STD},
    "Siglip": {"size": SQUARE, "resample": 3, "image_mean": HALF, "image_std": HALF},
    "Siglip2": {"resample": 2, "image_mean": HALF, "image_std": HALF, "patch_size": 16, "max_num_patches": 256},
    "ViT": {"size": SQUARE, "resample": 2, "image_mean": HALF, "image_std": HALF},
    "DINOv3ViT": {"size": SQUARE, "resample": 2, "image_mean": IMAGENET_MEAN, "image_std": IMAGENET_STD},
}
_ENDINGS = ("ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor")


@dataclass(frozen=True, slots=True)
class NativeShape:
    """SigLIP 2's way: an image keeps its proportions and is cut into at most so many patches.

    Attributes:
        side: of a patch in pixels.
        most_patches: that a picture is cut into.
    """

    side: int
    most_patches: int
    resample: int
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def input_size(self) -> int:
        """Longest side in pixels that is of use, with pictures of 3:2 in mind."""
        return round(self.side * math.sqrt(1.5 * self.most_patches))

    def shape_of(self, width: int, height: int) -> tuple[int, int]:
        """Rows and columns of patches for an image: the finest grid that holds no more than `most_patches`."""

        def cells(scale: float) -> tuple[int, int]:
            rows, columns = (max(1, math.ceil(side * scale / self.side)) for side in (height, width))
            return rows, columns

        # the library's bisection, since a closed form rounds differently
        low, high = 1e-6, 100.0
        while high - low >= 1e-5:
            middle = (low + high) / 2
            rows, columns = cells(middle)
            low, high = (middle, high) if rows * columns <= self.most_patches else (low, middle)
        return cells(low)

    def pixels(self, picture: Image.Image) -> NDArray[Any]:
        """An image as patches: (most_patches + 1, 3 · side²) float32; the last row begins with rows and columns."""
        rgb = picture.convert("RGB")
        return self._patches(rgb, *self.shape_of(*rgb.size))

    def whole(self, picture: Image.Image) -> NDArray[Any]:
        """An image squeezed to the square grid; as `pixels`."""
        side = int(self.most_patches**0.5)
        return self._patches(picture.convert("RGB"), side, side)

    def _patches(self, picture: Image.Image, rows: int, columns: int) -> NDArray[Any]:
        side = self.side
        resized = picture.resize((columns * side, rows * side), Image.Resampling(self.resample))
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        scaled = (np.asarray(resized, np.float64) * self.scale).astype(np.float32)
        values: NDArray[np.float32] = (scaled - mean) / std
        cut = values.reshape(rows, side, columns, side, 3).transpose(0, 2, 1, 3, 4).reshape(rows * columns, -1)
        packed = np.zeros((self.most_patches + 1, cut.shape[1]), np.float32)
        packed[: len(cut)] = cut
        packed[-1, :2] = rows, columns
        return packed

    def unpacked(self, pixels: NDArray[Any], device: str) -> tuple[Any, Any, Any]:
        """What `pixels` gave, stacked: the tensors of patches, of their mask, and of rows and columns."""
        torch = load_torch()
        shapes = torch.from_numpy(pixels[:, -1, :2].astype(np.int64))
        patches = torch.from_numpy(np.ascontiguousarray(pixels[:, :-1]))
        mask = (torch.arange(self.most_patches)[None] < shapes.prod(dim=1)[:, None]).to(torch.int32)
        return patches.to(device), mask.to(device), shapes.to(device)


Way = Preparation | NativeShape


def read_processing(folder: Path) -> Way:
    """The preprocessing that a folder describes.

    Raises:
        UsageError: the description is missing, damaged, or of a kind that is not known.
    """
    path, values = _described(folder)
    kind = _kind(path, values)
    known = {**DEFAULTS[kind], **{name: value for name, value in values.items() if value is not None}}
    try:
        return _native(known) if kind == "Siglip2" else _preparation(known, floats=kind == "DINOv3ViT")
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: describes no preprocessing that is known ({error}); fetch it again") from error


def _described(folder: Path) -> tuple[Path, dict[str, Any]]:
    path = next((folder / name for name in PROCESSORS if (folder / name).is_file()), folder / PROCESSORS[0])
    try:
        found = json.loads(path.read_text("utf-8"))
        found = found.get("image_processor", found)
        return path, dict(found)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: is no JSON object; fetch it again") from error


def _kind(path: Path, values: Mapping[str, Any]) -> str:
    named = str(values.get("image_processor_type") or values.get("feature_extractor_type") or "")
    kind = next((named.removesuffix(end) for end in _ENDINGS if named.endswith(end)), named)
    if kind not in DEFAULTS:
        known = ", ".join(f"{one}ImageProcessor" for one in DEFAULTS)
        raise UsageError(f"{path}: prepares images by {named or 'nothing that it names'}; known are {known}")
    return kind


def _preparation(values: Mapping[str, Any], floats: bool) -> Preparation:
    fit, short_side, size = _resizing(values)
    if values.get("do_center_crop"):
        size = _sides(values["crop_size"])
    if size is None:
        raise ValueError("images of different sizes")
    scale, mean, std = _numbers(values)
    return Preparation(
        size=size,
        fit=fit,
        short_side=short_side,
        resample=int(values["resample"]),
        scale=scale,
        mean=mean,
        std=std,
        floats=floats,
    )


def _resizing(values: Mapping[str, Any]) -> tuple[str, int, tuple[int, int] | None]:
    """How to fit, the short side, and the size where it is known."""
    size = values["size"]
    if not values.get("do_resize", True):
        return "none", 0, None
    if isinstance(size, int):
        return "short", size, None
    if "shortest_edge" in size and "longest_edge" not in size:
        return "short", int(size["shortest_edge"]), None
    return "squeeze", 0, _sides(size)


def _sides(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (int(size["height"]), int(size["width"]))


def _numbers(values: Mapping[str, Any]) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    scale = float(values.get("rescale_factor", 1 / 255)) if values.get("do_rescale", True) else 1.0
    if not values.get("do_normalize", True):
        return scale, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    mean, std = (tuple(float(one) for one in values[name]) for name in ("image_mean", "image_std"))
    if len(mean) != 3 or len(std) != 3 or min(std) <= 0:
        raise ValueError("mean and standard deviation of three channels are needed")
    return scale, mean, std


def _native(values: Mapping[str, Any]) -> NativeShape:
    scale, mean, std = _numbers(values)
    sizes = int(values["patch_size"]), int(values["max_num_patches"])
    if min(sizes) < 1:
        raise ValueError("patches of no size")
    return NativeShape(*sizes, int(values["resample"]), scale, mean, std)
