"""Pictures → what a model takes, with Pillow, as the model's own library does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from snoop_torch.libraries import load_torch

Size = tuple[int, int]  # height, width
SLIVER = 32  # how many times as long as wide a picture may be
FITS = ("none", "short", "cover", "contain", "squeeze")


@dataclass(frozen=True, slots=True)
class Preparation:
    """The way of a picture into a model.

    Attributes:
        size: height and width that the model sees.
        fit: `short` scales the short side to `short_side`, the long one in proportion and rounded down; `cover` and
            `contain` scale so that the picture just fills `size`, or just fits into it, rounded; `squeeze` makes it
            `size`; `none` leaves it. Then the middle of `size` is cut out, and what lacks filled.
        short_side: in pixels, for `short`.
        resample: a filter of Pillow by its number, antialiased.
        margin: how an odd margin is halved before cutting: `down`, or to the `even` number as Python rounds.
        fill: grey value of what is filled up.
        scale: pixel values are multiplied by it, 1 / 255 as a rule; then comes (x - mean) / std.
        floats: scale first and resample in floating point, with torch, which differs in the last bits.
    """

    size: Size
    fit: str = "short"
    short_side: int = 0
    resample: int = Image.Resampling.BICUBIC
    margin: str = "down"
    fill: int = 0
    scale: float = 1 / 255
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    floats: bool = False

    @property
    def input_size(self) -> int:
        """Longest side in pixels that is of use: a cut leaves room for pictures of 3:2."""
        longest = max(*self.size, self.short_side)
        return round(1.5 * longest) if self.fit in ("short", "cover") else longest

    def pixels(self, picture: Image.Image) -> NDArray[Any]:
        """A picture cut to the model's size: (3, H, W), uint8, or float32 between 0 and 1 where `floats` is set."""
        rgb = self._without_ends(picture.convert("RGB"))
        target = self._target(rgb.size)
        if self.floats:
            return self._cut(_resampled_in_floats(rgb, target, self.resample, self.scale))
        resized = (
            rgb if target == (rgb.height, rgb.width) else rgb.resize(target[::-1], Image.Resampling(self.resample))
        )
        return self._cut(np.asarray(resized).transpose(2, 0, 1))

    def whole(self, picture: Image.Image) -> NDArray[Any]:
        """A whole picture, squeezed to the model's size; as `pixels`."""
        rgb = picture.convert("RGB")
        if self.floats:
            return _resampled_in_floats(rgb, self.size, self.resample, self.scale)
        resized = rgb.resize(self.size[::-1], Image.Resampling(self.resample))
        return np.ascontiguousarray(np.asarray(resized).transpose(2, 0, 1))

    def normalised(self, pixels: Any, device: str) -> Any:
        """What `pixels` gave, stacked to (n, 3, H, W), as the model's tensor in float32."""
        torch = load_torch()
        values = torch.from_numpy(pixels).to(device, torch.float32)
        if not self.floats:
            values = values * self.scale
        mean = torch.tensor(self.mean, dtype=torch.float32, device=device)[:, None, None]
        std = torch.tensor(self.std, dtype=torch.float32, device=device)[:, None, None]
        return (values - mean) / std

    def _without_ends(self, picture: Image.Image) -> Image.Image:
        """A sliver without its ends, which would be cut off anyway, and fill the memory before that."""
        most = SLIVER * min(picture.size)
        if self.fit not in ("short", "cover") or max(picture.size) <= most:
            return picture
        width, height = min(picture.width, most), min(picture.height, most)
        left, top = (picture.width - width) // 2, (picture.height - height) // 2
        return picture.crop((left, top, left + width, top + height))

    def _target(self, size: tuple[int, int]) -> Size:
        """Height and width to scale a picture of (width, height) to."""
        width, height = size
        if self.fit == "none":
            return height, width
        if self.fit == "squeeze":
            return self.size
        if self.fit == "short":
            longer = int(self.short_side * max(size) / min(size))
            return (longer, self.short_side) if width <= height else (self.short_side, longer)
        ratios = (height / self.size[0], width / self.size[1])
        ratio = min(ratios) if self.fit == "cover" else max(ratios)
        return max(1, round(height / ratio)), max(1, round(width / ratio))

    def _cut(self, pixels: NDArray[Any]) -> NDArray[Any]:
        height, width = self.size
        found = pixels.shape[1:]
        if found == self.size:
            return np.ascontiguousarray(pixels)
        if found[0] < height or found[1] < width:
            pixels = self._filled(pixels)
        top, left = (self._half(there - wanted) for there, wanted in zip(pixels.shape[1:], self.size, strict=True))
        return np.ascontiguousarray(pixels[:, top : top + height, left : left + width])

    def _half(self, margin: int) -> int:
        return margin // 2 if self.margin == "down" else round(margin / 2)

    def _filled(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The picture in the middle of a canvas that has at least the wanted size."""
        height, width = (max(there, wanted) for there, wanted in zip(pixels.shape[1:], self.size, strict=True))
        fill = self.fill * self.scale if self.floats else self.fill
        canvas = np.full((3, height, width), fill, pixels.dtype)
        lacking = (height - pixels.shape[1], width - pixels.shape[2])
        # transformers puts an odd pixel before the picture, torchvision behind it
        top, left = (-(-one // 2) if self.margin == "down" else one // 2 for one in lacking)
        canvas[:, top : top + pixels.shape[1], left : left + pixels.shape[2]] = pixels
        return canvas


def _resampled_in_floats(picture: Image.Image, target: Size, resample: int, scale: float) -> NDArray[Any]:
    torch = load_torch()
    modes = {Image.Resampling.BILINEAR: "bilinear", Image.Resampling.BICUBIC: "bicubic"}
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None] * scale
    if tuple(pixels.shape[2:]) != target:
        mode = modes[Image.Resampling(resample)]
        pixels = torch.nn.functional.interpolate(pixels, target, mode=mode, align_corners=False, antialias=True)
    found: NDArray[Any] = pixels[0].numpy()
    return found
