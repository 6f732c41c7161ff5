"""Writing films from pictures: for samples, benchmarks and trials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

Picture = Image | NDArray[np.uint8]
TICKS = 90_000  # in a second


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a film is written.

    Attributes:
        codec: as FFmpeg names it.
        pixels: format of the planes.
        between: frames from one that stands alone to the next at most.
        rotation: degrees by which players turn it.
        interlaced: its frames are marked as two moments woven together.
        options: of the codec.
        times: seconds of each frame, where they do not follow the rate.
    """

    codec: str = "libx264"
    pixels: str = "yuv420p"
    between: int = 50
    rotation: int = 0
    interlaced: bool = False
    options: tuple[tuple[str, str], ...] = (("preset", "ultrafast"), ("crf", "23"))
    times: Sequence[float] | None = None


def encode(path: Path, pictures: Iterable[Picture], fps: float, how: Encoding | None = None) -> None:
    """Write pictures of one size as a film; the container is the one of the file's name.

    Args:
        pictures: RGB, with even sides.
        fps: frames a second.
    """
    wanted = how or Encoding()
    with av.open(str(path), "w") as container:
        stream: Any = None
        for number, picture in zip(count(), pictures, strict=False):
            pixels = np.asarray(picture, np.uint8)
            if stream is None:
                stream = _stream(container, pixels.shape[1], pixels.shape[0], fps, wanted)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24").reformat(format=wanted.pixels)
            frame.time_base = stream.codec_context.time_base
            frame.pts = number if wanted.times is None else round(wanted.times[number] * TICKS)
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))


def _stream(container: Any, width: int, height: int, fps: float, wanted: Encoding) -> Any:
    rate = Fraction(fps).limit_denominator(1001)
    stream = container.add_stream(wanted.codec, rate=rate)
    stream.width, stream.height, stream.pix_fmt = width, height, wanted.pixels
    regular = wanted.times is None  # older codecs only know clocks that tick with the frames
    stream.codec_context.time_base = 1 / rate if regular else Fraction(1, TICKS)
    stream.codec_context.gop_size = wanted.between
    options = dict(wanted.options) if wanted.codec.startswith("libx26") else {}
    if wanted.interlaced:
        options["flags"] = "+ildct+ilme"
        if wanted.codec == "libx264":
            options["x264-params"] = "tff=1"
    stream.options = options
    if wanted.rotation:
        stream.set_display_rotation(wanted.rotation)
    return stream
