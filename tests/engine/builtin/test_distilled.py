from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw

from snoop_flow.builtin.distilled import DISTILLED, DistilledBackbone
from snoop_flow.builtin.distilled import backbone as module
from snoop_flow.testing import check_backbone


@pytest.fixture(scope="module")
def backbone() -> DistilledBackbone:
    return DistilledBackbone()


def _drawing(dx: int = 0) -> Image.Image:
    image = Image.new("RGB", (400, 300), "#efe6d0")
    draw = ImageDraw.Draw(image)
    draw.ellipse((60 + dx, 60, 180 + dx, 200), outline="#30261c", width=5)
    draw.line((20, 250, 380, 270), fill="#30261c", width=4)
    return image


def _noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_it_keeps_the_contract() -> None:
    check_backbone(DISTILLED)


def test_odd_pictures_have_vectors(backbone: DistilledBackbone) -> None:
    images = [Image.new("RGB", (1, 1)), Image.new("RGB", (3, 2000), "red"), _noise(7, 5), _drawing().convert("P")]
    images += [_drawing().convert("L").convert(mode) for mode in ("L", "RGBA", "CMYK", "I;16", "1")]
    vectors = backbone.embed_images(images)
    assert vectors.shape == (len(images), backbone.dimension)
    assert np.isfinite(vectors).all()


def test_two_copies_give_the_same_vectors(backbone: DistilledBackbone) -> None:
    images = [_drawing(), _noise(300, 200)]
    np.testing.assert_array_equal(backbone.embed_images(images), DistilledBackbone().embed_images(images))


def test_threads_and_batches_leave_each_other_alone(backbone: DistilledBackbone) -> None:
    rng = np.random.default_rng(0)
    squares = [rng.integers(0, 256, (module.SIDE, module.SIDE, 3), dtype=np.uint8) for _ in range(11)]
    alone = np.concatenate([backbone.embed_prepared([square]) for square in squares])
    with ThreadPoolExecutor(2) as threads:
        for vectors in threads.map(backbone.embed_prepared, [squares] * 4):
            np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_a_variation_is_nearer_than_another_picture(backbone: DistilledBackbone) -> None:
    query, moved, other = backbone.embed_images([_drawing(), _drawing(12), _noise(400, 300)])
    assert query @ moved > query @ other


def test_the_weights_lie_as_they_were_meant(backbone: DistilledBackbone) -> None:
    # a matrix that was written in another order than it is read in would pass for one, and do a bad job
    seen, counted = (len(mean) for mean in backbone._means)
    axes = backbone._projection / np.sqrt(np.repeat([1, 0.5], [seen, counted]))[:, None]
    axes /= np.linalg.norm(axes, axis=0)
    np.testing.assert_allclose(axes.T @ axes, np.eye(backbone.dimension), atol=1e-3)


def test_the_fingerprint_follows_the_weights(monkeypatch: pytest.MonkeyPatch, backbone: DistilledBackbone) -> None:
    assert backbone.fingerprint == DISTILLED.fingerprint()
    assert backbone.fingerprint.startswith("distilled/1:")
    weights = module._bytes()
    module.fingerprint.cache_clear()
    monkeypatch.setattr(module, "_bytes", lambda: weights[:-1] + bytes([weights[-1] ^ 1]))
    try:
        assert module.fingerprint() != backbone.fingerprint
    finally:
        module.fingerprint.cache_clear()
