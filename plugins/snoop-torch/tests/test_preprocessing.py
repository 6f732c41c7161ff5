"""Pictures are cut as the model's own library cuts them, and never fill the memory."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from snoop_flow.errors import PluginError
from snoop_torch.preprocessing import Preparation

RAMP = Image.fromarray(np.arange(60 * 40 * 3, dtype=np.uint8).reshape(40, 60, 3))


@pytest.mark.parametrize("size", [(60, 40), (40, 60), (1, 1), (3, 2000), (2000, 3), (47, 48)])
@pytest.mark.parametrize("way", [
    Preparation((32, 32), "short", short_side=36),
    Preparation((32, 32), "short", short_side=20, fill=9),
    Preparation((32, 24), "cover", margin="even"),
    Preparation((32, 24), "contain", margin="even", fill=200),
    Preparation((32, 24), "squeeze"),
    Preparation((32, 24), "none"),
])  # fmt: skip
def test_every_shape_becomes_the_model_s(size: tuple[int, int], way: Preparation) -> None:
    for pixels in (way.pixels(RAMP.resize(size)), way.whole(RAMP.resize(size))):
        assert pixels.shape == (3, *way.size)
        assert pixels.dtype == np.uint8


def test_an_odd_margin_is_halved_as_told() -> None:
    picture = RAMP.crop((0, 0, 11, 11))
    down, even = (Preparation((8, 8), "none", margin=margin).pixels(picture) for margin in ("down", "even"))
    pixels = np.asarray(picture).transpose(2, 0, 1)
    np.testing.assert_array_equal(down, pixels[:, 1:9, 1:9])
    np.testing.assert_array_equal(even, pixels[:, 2:10, 2:10])


def test_every_mode_is_taken() -> None:
    way = Preparation((8, 8), "squeeze")
    for mode in ("1", "L", "P", "RGBA", "CMYK", "LA"):
        assert way.pixels(RAMP.convert(mode)).shape == (3, 8, 8)


def test_numbers_are_scaled() -> None:
    try:
        way = Preparation((2, 2), "squeeze", mean=(0.5, 0.4, 0.2), std=(0.5, 0.2, 0.1))
        found = way.normalised(way.pixels(Image.new("RGB", (2, 2), (255, 51, 0)))[None], "cpu")
    except PluginError as missing:
        pytest.skip(str(missing))
    np.testing.assert_allclose(found[0, :, 0, 0], [1, -1, -2], atol=1e-6)
