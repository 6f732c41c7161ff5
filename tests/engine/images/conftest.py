"""Pictures made on the spot, in every format and colour mode that archives hold."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

Encode = Callable[..., bytes]


@pytest.fixture
def picture() -> Image.Image:
    """A 96 × 64 picture: red on the left, blue on the right, a green bar at the top."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:, :48, 0] = 220
    pixels[:, 48:, 2] = 220
    pixels[:12] = (0, 200, 0)
    return Image.fromarray(pixels)


@pytest.fixture
def encode() -> Encode:
    def write(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, form, **options)
        return buffer.getvalue()

    return write
