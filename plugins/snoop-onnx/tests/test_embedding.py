import csv
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow.errors import PluginError, UsageError
from snoop_flow.plugin_types import FloatArray, PatchBackbone
from snoop_flow.testing import check_backbone
from snoop_onnx.backbone import _grid
from snoop_onnx.description import read
from snoop_onnx.family import resolve

Describe = Callable[..., Path]
WriteModel = Callable[..., Path]
MOBILENET = "tf2_mobilenet_v2_1.0_224_ptq.onnx"


def _unit(*values: float) -> FloatArray:
    vector = np.array(values, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def _colour(red: int, green: int, blue: int, size: tuple[int, int] = (20, 10)) -> Image.Image:
    return Image.new("RGB", size, (red, green, blue))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (51, 102, 204)),
        ({"channel_order": '"bgr"'}, (204, 102, 51)),
        ({"mean": "0.5", "std": "0.5"}, (51 - 127.5, 102 - 127.5, 204 - 127.5)),
        ({"mean": "[0.1, 0.2, 0.3]", "std": "[1, 2, 4]"}, (0.1, 0.1, 0.125)),
        ({"mean": "[0.1, 0.2, 0.3]", "channel_order": '"bgr"'}, (0.7, 0.2, -0.1)),
    ],
)
def test_pixels_are_scaled_as_described(
    describe: Describe, write_model: WriteModel, values: dict[str, str], expected: tuple[float, ...]
) -> None:
    write_model()
    backbone = resolve(str(describe(input_size="8", **values))).open("cpu")
    vector = backbone.embed_images([_colour(51, 102, 204)])[0]
    np.testing.assert_allclose(vector, _unit(*expected), atol=1e-5)


def _halves() -> Image.Image:
    """Black, with a red stripe at the left and a blue one at the right, and green in the middle."""
    image = Image.new("RGB", (24, 8))
    image.paste((255, 0, 0), (0, 0, 8, 8))
    image.paste((0, 255, 0), (8, 0, 16, 8))
    image.paste((0, 0, 255), (16, 0, 24, 8))
    return image


@pytest.mark.parametrize(
    ("resize", "mean", "expected"),
    [
        ("squeeze", "0", (1, 1, 1)),
        ("crop", "0", (0, 1, 0)),
        # above and below the picture, which fills a third, lies the mean, which counts as nothing
        ("pad", "[0.4, 0, 0]", (1 / 9 - 0.4 / 3, 1 / 9, 1 / 9)),
    ],
)
def test_images_are_fitted_as_described(
    describe: Describe, write_model: WriteModel, resize: str, mean: str, expected: tuple[float, ...]
) -> None:
    write_model(inputs={"image": ("N", 3, 24, 24)})
    path = describe(input_size="24", resize=f'"{resize}"', interpolation='"nearest"', mean=mean)
    vector = resolve(str(path)).open("cpu").embed_images([_halves()])[0]
    np.testing.assert_allclose(vector, _unit(*expected), atol=1e-3)


def test_sizes_that_are_no_squares(describe: Describe, write_model: WriteModel) -> None:
    write_model(inputs={"image": ("N", 3, 8, 24)})
    spec = resolve(str(describe(input_size="[8, 24]", resize='"crop"')))
    assert spec.input_size == 36
    vector = spec.open("cpu").embed_images([_halves()])[0]
    np.testing.assert_allclose(vector, _unit(1, 1, 1), atol=1e-3)


def test_maps_and_tokens_are_pooled(describe: Describe, write_model: WriteModel) -> None:
    write_model("Identity", {"image": ("N", 3, 8, 8)}, ("N", 3, 8, 8))
    backbone = resolve(str(describe(input_size="8", pooling='"mean"'))).open("cpu")
    np.testing.assert_allclose(backbone.embed_images([_colour(255, 0, 255)])[0], _unit(1, 0, 1), atol=1e-5)
    write_model("Identity", {"image": ("N", 8, 8, 3)}, ("N", 8, 8, 3))
    backbone = resolve(str(describe(input_size="8", pooling='"mean"', layout='"nhwc"'))).open("cpu")
    np.testing.assert_allclose(backbone.embed_images([_colour(255, 0, 255)])[0], _unit(1, 0, 1), atol=1e-5)


@pytest.mark.parametrize("batch", [1, 4])
def test_a_model_that_takes_a_fixed_number_of_images(describe: Describe, write_model: WriteModel, batch: int) -> None:
    write_model(inputs={"image": (batch, 3, 8, 8)}, output=(batch, 3, 1, 1))
    backbone = resolve(str(describe(input_size="8"))).open("cpu")
    images = [_colour(10 + 20 * step, 200 - 20 * step, 50) for step in range(6)]
    vectors = backbone.embed_images(images)
    for image, vector in zip(images, vectors, strict=True):
        np.testing.assert_allclose(vector, _unit(*map(float, image.getpixel((0, 0)))), atol=1e-5)  # type: ignore[arg-type]


def test_half_precision(describe: Describe, write_model: WriteModel) -> None:
    write_model(kind=10)
    vectors = resolve(str(describe(input_size="8"))).open("cpu").embed_images([_colour(51, 102, 204)])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0], _unit(51, 102, 204), atol=1e-3)


def test_a_vector_of_nothing_is_refused(describe: Describe, write_model: WriteModel) -> None:
    write_model()
    with pytest.raises(PluginError, match="zero or not finite; look at mean, std and output"):
        resolve(str(describe(input_size="8"))).open("cpu").embed_images([_colour(0, 0, 0)])


def test_the_fingerprint_follows_all_that_changes_vectors(
    describe: Describe, write_model: WriteModel, tmp_path: Path
) -> None:
    model = write_model()
    plain = resolve(str(describe(input_size="8"))).fingerprint()
    assert resolve(str(describe(input_size="8", title='"Other"', batch_size="3"))).fingerprint() == plain
    assert resolve(str(describe(input_size="8", resize='"pad"'))).fingerprint() != plain
    assert resolve(str(describe(input_size="8", mean="0.5"))).fingerprint() != plain
    (tmp_path / "encoder.onnx_data").write_bytes(b"weights of a large model")
    beside = resolve(str(describe(input_size="8"))).fingerprint()
    assert beside != plain
    (tmp_path / "encoder.onnx_data").unlink()
    model.write_bytes(model.read_bytes() + b"\x12\x01x")  # another producer's name: another file
    os.utime(model, ns=(1, 1))
    assert resolve(str(describe(input_size="8"))).fingerprint() != plain


# --- real models -------------------------------------------------------------------------------------------------


def _real(describe: Describe, shared: Path, file: str, size: int) -> Path:
    model = f"'{shared / 'weights' / file}'"
    return describe(input_size=str(size), model=model, mean="0.5", std="0.5", output='"embedding"')


def test_mobilenet_keeps_the_contract(describe: Describe, shared: Path) -> None:
    spec = resolve(str(_real(describe, shared, "mobilenet_v1_0.25_128_quant.onnx", 128)))
    assert spec.dimension == 256
    check_backbone(spec)


def test_mobilenet_gives_the_vectors_that_were_computed_elsewhere(describe: Describe, shared: Path) -> None:
    expected = np.load(shared / "features" / "bnf_richelieu.mobilenetv2.npy").astype(np.float32)
    folder = shared / "images" / "bnf_richelieu"
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        paths = [folder / row["file"] for row in csv.DictReader(file)]
    chosen = np.arange(0, len(paths), 5)
    images = [Image.open(paths[place]) for place in chosen]
    backbone = resolve(str(_real(describe, shared, MOBILENET, 224))).open("cpu")
    cosines = (backbone.embed_images(images) * expected[chosen]).sum(axis=1)
    assert cosines.min() > 0.999


def test_a_feature_map_averages_to_the_embedding(describe: Describe, shared: Path) -> None:
    path = _real(describe, shared, MOBILENET, 224)
    image = Image.effect_mandelbrot((300, 200), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    embedding = resolve(str(path)).open("cpu").embed_images([image])[0]
    text = path.read_text("utf-8").replace('"embedding"', '"feature_map"') + 'pooling = "mean"\n'
    path.write_text(text, "utf-8")
    pooled = resolve(str(path)).open("cpu").embed_images([image])[0]
    assert embedding @ pooled > 0.999


def test_another_output_is_named_among_those_there_are(describe: Describe, shared: Path) -> None:
    path = _real(describe, shared, MOBILENET, 224)
    path.write_text(path.read_text("utf-8").replace('"embedding"', '"features"'), "utf-8")
    with pytest.raises(UsageError, match="there are embedding, feature_map, probabilities"):
        resolve(str(path))


# --- patches -----------------------------------------------------------------------------------------------------


def _quarters() -> Image.Image:
    """Red, green, blue and white quarters."""
    image = Image.new("RGB", (40, 20), (255, 255, 255))
    image.paste((255, 0, 0), (0, 0, 20, 10))
    image.paste((0, 255, 0), (20, 0, 40, 10))
    image.paste((0, 0, 255), (0, 10, 20, 20))
    return image


@pytest.mark.parametrize("resize", ["squeeze", "crop", "pad"])
def test_patches_cover_the_whole_image_whatever_vectors_cut_off(
    describe: Describe, write_model: WriteModel, resize: str
) -> None:
    write_model("Identity", {"image": ("N", 3, 2, 2)}, ("N", 3, 2, 2))
    values = {"input_size": "2", "pooling": '"mean"', "patches": '"vector"', "interpolation": '"nearest"'}
    spec = resolve(str(describe(resize=f'"{resize}"', **values)))
    assert spec.patch_grid == (2, 2)
    backbone = spec.open("cpu")
    assert isinstance(backbone, PatchBackbone)
    found = backbone.embed_patches([_quarters()])[0]
    np.testing.assert_allclose(found[0], [_unit(1, 0, 0), _unit(0, 1, 0)], atol=1e-5)
    np.testing.assert_allclose(found[1], [_unit(0, 0, 1), _unit(1, 1, 1)], atol=1e-5)


def test_tokens_of_the_image_come_last(describe: Describe, write_model: WriteModel) -> None:
    write_model()
    tokens = np.arange(10 * 3, dtype=np.float32).reshape(1, 10, 3)
    wanted = replace(read(describe(input_size="8")), patches="vector")
    np.testing.assert_array_equal(_grid(tokens, wanted, 3)[0, 0, 0], tokens[0, 1])
    np.testing.assert_array_equal(_grid(tokens, replace(wanted, patch_grid=(2, 4)), 3)[0, 1, 3], tokens[0, 9])
    with pytest.raises(UsageError, match="correct patch_grid"):
        _grid(tokens, replace(wanted, patch_grid=(3, 4)), 3)


def test_a_cell_in_which_nothing_is_seen_counts_as_the_image(describe: Describe, write_model: WriteModel) -> None:
    write_model("Identity", {"image": ("N", 3, 2, 2)}, ("N", 3, 2, 2))
    path = describe(input_size="2", pooling='"mean"', patches='"vector"', interpolation='"nearest"')
    image = _quarters()
    image.paste((0, 0, 0), (20, 10, 40, 20))
    found = resolve(str(path)).open("cpu").embed_patches([image])[0]  # type: ignore[attr-defined]
    np.testing.assert_allclose(found[1, 1], _unit(1, 1, 1), atol=1e-5)
    with pytest.raises(PluginError, match="patches that are zero"):
        resolve(str(path)).open("cpu").embed_patches([_colour(0, 0, 0)])  # type: ignore[attr-defined]


def test_another_output_for_patches_leaves_the_vectors_of_images_alone(
    describe: Describe, write_model: WriteModel
) -> None:
    write_model("Identity", {"image": ("N", 3, 2, 2)}, ("N", 3, 2, 2))
    plain = resolve(str(describe(input_size="2", pooling='"mean"')))
    seeing = resolve(str(describe(input_size="2", pooling='"mean"', patches='"vector"')))
    assert plain.fingerprint() == seeing.fingerprint()
    assert plain.patch_grid is None
    assert (plain.patch_fingerprint, seeing.patch_fingerprint) == ("", "onnx/1:vector")
    with pytest.raises(UsageError, match="no output 'map'; there are vector; correct the key patches"):
        resolve(str(describe(input_size="2", pooling='"mean"', patches='"map"')))


def test_the_map_of_mobilenet_keeps_the_contract(describe: Describe, shared: Path) -> None:
    path = _real(describe, shared, MOBILENET, 224)
    path.write_text(path.read_text("utf-8") + 'patches = "feature_map"\n', "utf-8")
    spec = resolve(str(path))
    assert (spec.patch_grid, spec.dimension) == ((7, 7), 1280)
    check_backbone(spec)
