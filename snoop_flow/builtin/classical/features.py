"""The three families of features: oriented gradients, local binary patterns, hue-saturation-value histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snoop_flow.builtin.classical.histograms import FloatArray, IntArray, cell_histograms, fold_mirrored

ORIENTATIONS = 16
GRADIENT_GRID = 4
TEXTURE_GRID = 2
# A neighbour must be this much brighter than the centre (of 255), so that paper grain and JPEG noise are no texture.
TEXTURE_STEP = 2.0
HUES, SATURATIONS, VALUES = 16, 4, 3

_RING = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
_MIRRORED_RING = (2, 1, 0, 7, 6, 5, 4, 3)


def gradients(grey: FloatArray) -> FloatArray:
    """Histograms of signed gradient directions on a 4 x 4 grid (Dalal, Triggs 2005), folded over the vertical axis.

    Args:
        grey: (n, s, s) luminance, 0 to 255. Its square root is taken first, which evens out exposure.

    Returns:
        (n, 4, 2, 16).
    """
    root = np.sqrt(grey)
    across, down = np.zeros_like(root), np.zeros_like(root)
    across[:, :, 1:-1] = root[:, :, 2:] - root[:, :, :-2]
    down[:, 1:-1] = root[:, 2:] - root[:, :-2]
    strength = np.hypot(across, down)
    turns = (np.arctan2(down, across) * np.float32(0.5 / np.pi)) % np.float32(1)
    position = turns * np.float32(ORIENTATIONS)
    lower = position.astype(np.int64)
    share = position - lower
    histograms = cell_histograms(lower % ORIENTATIONS, GRADIENT_GRID, ORIENTATIONS, strength * (1 - share))
    histograms += cell_histograms((lower + 1) % ORIENTATIONS, GRADIENT_GRID, ORIENTATIONS, strength * share)
    reflected = (ORIENTATIONS // 2 - np.arange(ORIENTATIONS)) % ORIENTATIONS
    return fold_mirrored(histograms, reflected)


def _uniform_patterns() -> NDArray[np.int64]:
    """Number the 58 circular patterns of at most two changes 1 to 58; all others share 0 (Ojala et al. 2002)."""
    table, found = np.zeros(256, dtype=np.int64), 0
    for pattern in range(256):
        rotated = (pattern >> 1) | ((pattern & 1) << 7)
        if (pattern ^ rotated).bit_count() <= 2:
            found += 1
            table[pattern] = found
    return table


def _mirrored_patterns(table: IntArray) -> IntArray:
    """The number that each pattern's number turns into when the picture is reflected."""
    mirrored = np.arange(int(table.max()) + 1)
    for pattern in range(256):
        reflected = sum(((pattern >> source) & 1) << bit for bit, source in enumerate(_MIRRORED_RING))
        mirrored[table[pattern]] = table[reflected]
    return mirrored


_PATTERNS = _uniform_patterns()
_MIRRORED_PATTERNS = _mirrored_patterns(_PATTERNS)


def texture(grey: FloatArray) -> FloatArray:
    """Histograms of uniform local binary patterns on a 2 x 2 grid, folded over the vertical axis.

    Args:
        grey: (n, s, s) luminance, 0 to 255.

    Returns:
        (n, 2, 1, 59).
    """
    side = grey.shape[1]
    threshold = grey[:, 1:-1, 1:-1] + np.float32(TEXTURE_STEP)
    code = np.zeros(threshold.shape, dtype=np.uint8)
    for bit, (y, x) in enumerate(_RING):
        neighbour = grey[:, 1 + y : side - 1 + y, 1 + x : side - 1 + x]
        code |= (neighbour >= threshold).astype(np.uint8) << np.uint8(bit)
    histograms = cell_histograms(_PATTERNS[code], TEXTURE_GRID, len(_MIRRORED_PATTERNS))
    return fold_mirrored(histograms, _MIRRORED_PATTERNS)


def colours(rgb: FloatArray) -> FloatArray:
    """Histogram of hue, saturation and value over the whole picture.

    Args:
        rgb: (n, s, s, 3), 0 to 255.

    Returns:
        (n, 1, 1, 192).
    """
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    brightest, darkest = rgb.max(axis=-1), rgb.min(axis=-1)
    chroma = brightest - darkest
    divisor = np.maximum(chroma, np.float32(1e-3))
    sixths = np.where(
        brightest == red,
        ((green - blue) / divisor) % np.float32(6),
        np.where(brightest == green, (blue - red) / divisor + 2, (red - green) / divisor + 4),
    )
    hue = _level(sixths / np.float32(6), HUES)
    saturation = _level(chroma / np.maximum(brightest, np.float32(1e-3)), SATURATIONS)
    value = _level(brightest / np.float32(255), VALUES)
    return cell_histograms((hue * SATURATIONS + saturation) * VALUES + value, 1, HUES * SATURATIONS * VALUES)


def _level(fraction: FloatArray, levels: int) -> IntArray:
    return np.minimum((fraction * np.float32(levels)).astype(np.int64), levels - 1)
