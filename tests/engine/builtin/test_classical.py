import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from snoop_flow.builtin.classical import ClassicalBackbone


@pytest.fixture(scope="module")
def backbone() -> ClassicalBackbone:
    return ClassicalBackbone()


def _noise(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def _drawing(dx: int = 0, paper: str = "#efe6d0", ink: str = "#30261c") -> Image.Image:
    image = Image.new("RGB", (400, 300), paper)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60 + dx, 60, 180 + dx, 200), outline=ink, width=5)
    draw.line((20, 250, 380, 270), fill=ink, width=4)
    return image


def test_vectors_are_unit_float32_rows_of_the_promised_dimension(backbone: ClassicalBackbone) -> None:
    images = [_noise(301, 97), _drawing(), Image.new("RGB", (1, 1)), Image.new("RGB", (30, 900), "red")]
    vectors = backbone.embed_images(images)
    assert vectors.shape == (4, backbone.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_images_give_no_rows(backbone: ClassicalBackbone) -> None:
    assert backbone.embed_images([]).shape == (0, backbone.dimension)


def test_a_vector_does_not_depend_on_its_batch(backbone: ClassicalBackbone) -> None:
    images = [_noise(90 + step, 120, seed=step) for step in range(20)]
    together = backbone.embed_images(images)
    alone = np.concatenate([backbone.embed_images([image]) for image in images])
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16"])
def test_other_modes_than_rgb_are_described(backbone: ClassicalBackbone, mode: str) -> None:
    vector = backbone.embed_images([_drawing().convert("L").convert(mode)])
    assert np.isfinite(vector).all()


def test_a_mirror_image_is_the_same_picture(backbone: ClassicalBackbone) -> None:
    image = _drawing()
    there, back = backbone.embed_images([image, ImageOps.mirror(image)])
    assert there @ back > 0.995


def test_a_variation_is_nearer_than_another_picture(backbone: ClassicalBackbone) -> None:
    query, moved, other = backbone.embed_images([_drawing(), _drawing(12, "#e9dfc6"), _noise(400, 300)])
    assert query @ moved > query @ other


def test_each_family_is_noticed_by_itself(backbone: ClassicalBackbone) -> None:
    ochre, blue = backbone.embed_images([Image.new("RGB", (64, 64), "#c9a13c"), Image.new("RGB", (64, 64), "#3c64c9")])
    across = Image.fromarray(np.tile(np.array([[0], [0], [255], [255]], dtype=np.uint8), (32, 128)))
    flat, lying, standing = backbone.embed_images([Image.new("L", (128, 128)), across, across.rotate(90)])
    assert ochre @ blue < 0.95
    assert lying @ standing < 0.8
    assert flat @ lying < 0.8


def test_the_fingerprint_is_stable_text(backbone: ClassicalBackbone) -> None:
    assert backbone.fingerprint == ClassicalBackbone().fingerprint
    assert backbone.fingerprint.startswith("classical/1:")


@pytest.mark.parametrize(("name", "least"), [("bnf_richelieu", 0.85), ("architectural_elements", 0.52)])
def test_nearest_neighbours_in_real_sets_are_of_the_same_class(
    backbone: ClassicalBackbone, shared: Path, name: str, least: float
) -> None:
    folder = shared / "data" / "images" / name
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = np.array([row["label"] for row in rows])
    images = []
    for row in rows:
        with Image.open(folder / row["file"]) as image:
            images.append(image.convert("RGB"))
    vectors = backbone.embed_images(images)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    assert (labels[cosines.argmax(axis=1)] == labels).mean() >= least
