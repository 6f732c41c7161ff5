"""PySceneDetect's adaptive detector on stamps; implements `snoop_video.finding.Detector`.

PySceneDetect reads, scales and converts whole frames itself. Here it is given the stamps that the decoder has made
already, as small pictures, so that films are decoded in one place and under one set of limits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from snoop_video.finding import Found
from snoop_video.stamps import BRIGHT, COLOUR, COLUMNS, ROWS, Stamp

COUNTED = 1000.0  # frames a second of the clock that it is given: milliseconds


class Adaptive:
    """Hard cuts by a rolling average of changes in hue, saturation and brightness."""

    context = 8.0
    delay = 3

    def __init__(self) -> None:
        """See nothing yet."""
        self._detector: Any = AdaptiveDetector(min_scene_len=round(0.2 * COUNTED))

    def add(self, stamp: Stamp) -> list[Found]:
        """See `Detector`."""
        at = FrameTimecode(round(stamp.time * COUNTED), fps=COUNTED)
        return [Found(cut.frame_num / COUNTED, "cut", 1.0) for cut in self._detector.process_frame(at, picture(stamp))]

    def end(self) -> list[Found]:
        """See `Detector`."""
        return []


def picture(stamp: Stamp) -> NDArray[np.uint8]:
    """A stamp as an image of (36, 64, 3) bytes, blue first, as OpenCV has them (BT.601, limited range)."""
    light = (stamp.values[:BRIGHT].reshape(ROWS, COLUMNS) - 16.0) * 1.164
    blue, red = (_spread(stamp.values[BRIGHT + place * COLOUR :][:COLOUR]) for place in range(2))
    pixels = np.stack([light + 2.018 * blue, light - 0.391 * blue - 0.813 * red, light + 1.596 * red], axis=-1)
    bytes_: NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return bytes_


def _spread(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    return (colour.reshape(ROWS // 2, COLUMNS // 2) - 128.0).repeat(2, 0).repeat(2, 1)
