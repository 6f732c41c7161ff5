"""Any pixel mode to RGB, the way a viewer would show it."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageCms

_AVERAGED = frozenset({"L", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"})
_SRGB_NAMES = (b"sRGB", b"s\x00R\x00G\x00B")


def to_averaging(image: Image.Image) -> Image.Image:
    """Convert to a mode in which neighbouring pixels may be averaged: no palettes, colour keys or 16 bits."""
    if image.mode.startswith(("I", "F")):
        return _to_8_bits(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in _AVERAGED else image.convert("RGB")


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert what `to_averaging` gave to sRGB: alpha on white, print and wide colours through their profile."""
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    if image.mode in ("RGB", "CMYK", "LAB") and (profile := _profile(image)) is not None:
        try:
            converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted or image
        except ImageCms.PyCMSError:
            pass  # a damaged profile: shown without it, as browsers do
    return image.convert("RGB")


def _profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    if image.mode == "LAB":
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    icc = image.info.get("icc_profile")
    if not isinstance(icc, bytes) or any(name in icc for name in _SRGB_NAMES):
        return None
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (OSError, ImageCms.PyCMSError):
        return None


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Map 16 bits by their range, anything deeper or in floating point by its own smallest and largest value."""
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        low, high = (float(value) for value in _extrema(image))
        if image.mode == "I" and low >= 0 and high <= 65535:
            low, high = 0.0, 255.0 if high <= 255 else 65535.0
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("pixel values are not finite")
    scale = 255.0 / (high - low) if high > low else 0.0
    floats = image.convert("I") if image.mode.startswith("I;16") else image
    return floats.convert("F").point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def _extrema(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    if isinstance(low, tuple) or isinstance(high, tuple):
        raise ValueError("several bands of more than 8 bits")
    return low, high
