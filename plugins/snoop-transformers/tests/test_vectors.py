"""Vectors are the library's own: images, texts and patches, each kind loaded as a user loads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from snoop_flow.plugin_types import Backbone, BackboneSpec, FloatArray, PatchBackbone, TextBackbone
from snoop_flow.testing import check_backbone
from snoop_torch.converting import convert
from snoop_transformers.family import resolve
from snoop_transformers.processing import NativeShape, read_processing

torch = pytest.importorskip("torch", reason="not installed: make models")
library = pytest.importorskip("transformers", reason="not installed: make models")

Made = Callable[[str], Path]
READERS = ["clip", "metaclip", "siglip", "siglip2-fixed", "siglip2"]
SEERS = ["dinov2", "registers", "dinov3", "convnext", *READERS]
TEXTS = ["A map of Paris", "une CARTE de Paris", "گلدان", "", "engraving of a vase " * 30]


def _unit(vectors: Any) -> FloatArray:
    found: FloatArray = torch.nn.functional.normalize(vectors.float(), dim=-1).numpy()
    return found


def _processor(folder: Path) -> Any:
    """The library's own, the implementation with Pillow where it has one."""
    try:
        return library.AutoImageProcessor.from_pretrained(folder, backend="pil")
    except (ValueError, ImportError, TypeError):
        return library.AutoImageProcessor.from_pretrained(folder)


def _reference(folder: Path, images: list[Image.Image]) -> FloatArray:
    model = library.AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    given = [_processor(folder)(image, return_tensors="pt") for image in images]
    with torch.inference_mode():
        if hasattr(model, "get_image_features"):
            return np.concatenate([_unit(model.get_image_features(**one).pooler_output) for one in given])
        return np.concatenate([_unit(model(**one).pooler_output) for one in given])


def texts_of(backbone: Backbone, texts: list[str]) -> FloatArray:
    assert isinstance(backbone, TextBackbone)
    return backbone.embed_texts(texts)


def patches_of(spec: BackboneSpec, images: list[Image.Image]) -> FloatArray:
    backbone = spec.open("cpu@fp32")
    assert isinstance(backbone, PatchBackbone)
    return backbone.embed_patches(images)


def _in_fp32(spec: BackboneSpec) -> BackboneSpec:
    return replace(spec, open=lambda device: spec.open(f"{device}@fp32"))


@pytest.mark.parametrize("kind", SEERS)
def test_preprocessing_is_the_library_s_number_by_number(made: Made, images: list[Image.Image], kind: str) -> None:
    way = read_processing(made(kind))
    processor = _processor(made(kind))
    for image in images:
        if kind == "convnext" and min(image.size) == 1:
            continue
        expected = processor(image, return_tensors="pt")
        pixels = way.pixels(image)[None]
        if isinstance(way, NativeShape):
            for ours, theirs in zip(way.unpacked(pixels, "cpu"), expected.values(), strict=True):
                np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-6)
        else:
            np.testing.assert_allclose(way.normalised(pixels, "cpu").numpy(), expected["pixel_values"], atol=2e-6)


@pytest.mark.parametrize("kind", SEERS)
def test_vectors_of_images_are_the_library_s(made: Made, images: list[Image.Image], kind: str) -> None:
    found = resolve(str(made(kind))).open("cpu@fp32").embed_images(images)
    np.testing.assert_allclose(found, _reference(made(kind), images), atol=1e-5)


@pytest.mark.parametrize("kind", READERS)
def test_vectors_of_texts_are_the_library_s(made: Made, kind: str) -> None:
    folder = made(kind)
    model = library.AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = library.AutoTokenizer.from_pretrained(folder)
    padding = True if "clip" in kind else "max_length"
    texts = [text.lower() for text in TEXTS] if kind.startswith("siglip2") else TEXTS
    given = tokenizer(texts, padding=padding, truncation=True, max_length=16, return_tensors="pt")
    if "clip" not in kind:
        given = {"input_ids": given["input_ids"]}
    with torch.inference_mode():
        expected = _unit(model.get_text_features(**given).pooler_output)
    backbone = resolve(str(folder)).open("cpu@fp32")
    np.testing.assert_allclose(texts_of(backbone, TEXTS), expected, atol=1e-5)


@pytest.mark.parametrize("kind", SEERS)
def test_each_kind_keeps_the_contract(made: Made, kind: str) -> None:
    check_backbone(_in_fp32(resolve(str(made(kind)))))


@pytest.mark.parametrize("kind", ["dinov2", "clip", "siglip"])
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_lower_precision_gives_nearly_the_same(
    made: Made, images: list[Image.Image], kind: str, precision: str
) -> None:
    spec = resolve(str(made(kind)))
    full, half = (spec.open(f"cpu@{one}").embed_images(images) for one in ("fp32", precision))
    assert half.dtype == np.float32
    assert (full * half).sum(axis=1).min() > 0.99


@pytest.mark.parametrize("kind", ["dinov2", "registers", "dinov3"])
def test_patches_of_dino_are_its_last_tokens(made: Made, images: list[Image.Image], kind: str) -> None:
    spec = resolve(str(made(kind)))
    model = library.AutoModel.from_pretrained(made(kind), dtype=torch.float32).eval()
    way = read_processing(made(kind))
    assert not isinstance(way, NativeShape)
    pixels = way.normalised(np.stack([way.whole(image) for image in images]), "cpu")
    with torch.inference_mode():
        tokens = model(pixels).last_hidden_state
    assert spec.patch_grid is not None
    rows, columns = spec.patch_grid
    first = 1 + getattr(model.config, "num_register_tokens", 0)
    assert tokens.shape[1] == first + rows * columns
    found = patches_of(spec, images)
    np.testing.assert_allclose(found.reshape(len(images), rows * columns, -1), _unit(tokens[:, first:]), atol=1e-5)


@pytest.mark.parametrize("kind", ["clip", "siglip", "siglip2"])
def test_a_patch_of_a_model_that_reads_is_told_by_its_own_token(made: Made, kind: str) -> None:
    """In an image of one colour, patches differ by their places alone; a blot changes its own patch most."""
    spec = resolve(str(made(kind)))
    blank = Image.new("RGB", (96, 96), (200, 180, 150))
    blotted = blank.copy()
    blotted.paste((10, 20, 90), (48, 24, 72, 48))  # cell (1, 2) of 4 × 4
    one, two = patches_of(spec, [blank, blotted])
    alike = (one * two).sum(axis=-1)
    assert np.unravel_index(alike.argmin(), alike.shape) == (1, 2)


def test_a_siglip_patch_is_pooled_like_an_image_of_one_patch(made: Made, images: list[Image.Image]) -> None:
    model = library.AutoModel.from_pretrained(made("siglip"), dtype=torch.float32).eval()
    way = read_processing(made("siglip"))
    assert not isinstance(way, NativeShape)
    pixels = way.normalised(np.stack([way.whole(image) for image in images]), "cpu")
    with torch.inference_mode():
        tokens = model.vision_model(pixels).last_hidden_state
        expected = _unit(model.vision_model.head(tokens[:, 5:6]))
    found = patches_of(resolve(str(made("siglip"))), images)
    np.testing.assert_allclose(found[:, 1, 1], expected, atol=1e-5)


# --- M-CLIP ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(made: Made) -> str:
    """TEXT+IMAGE, the text tower converted as its user must."""
    folder = made("m-clip")
    if not (folder / "text" / "model.safetensors").exists():
        convert(folder / "text" / "pytorch_model.bin")
    return f"{folder / 'text'}+{folder / 'image'}"


def _mclip_reference(folder: Path) -> FloatArray:
    """Texts as pt_multilingual_clip.py of Multilingual-CLIP has it, from the file as it was published."""
    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    encoder = library.XLMRobertaModel(library.XLMRobertaConfig.from_pretrained(folder / "base")).eval()
    names = {name.removeprefix("transformer."): one for name, one in weights.items() if name.startswith("transformer.")}
    encoder.load_state_dict({name: one for name, one in names.items() if name != "embeddings.position_ids"})
    tokenizer = library.AutoTokenizer.from_pretrained(folder)
    given = tokenizer(TEXTS, padding=True, truncation=True, max_length=38, return_tensors="pt")
    with torch.inference_mode():
        hidden = encoder(**given)[0]
        mask = given["attention_mask"]
        mean = (hidden * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1)[:, None]
        return _unit(mean @ weights["LinearTransformation.weight"].T + weights["LinearTransformation.bias"])


def test_m_clip_reads_by_its_text_tower_and_sees_by_its_clip(made: Made, pair: str, images: list[Image.Image]) -> None:
    spec = resolve(pair)
    backbone = spec.open("cpu@fp32")
    found = texts_of(backbone, TEXTS)
    np.testing.assert_allclose(found, _mclip_reference(made("m-clip") / "text"), atol=1e-5)
    np.testing.assert_allclose(backbone.embed_images(images), _reference(made("m-clip") / "image", images), atol=1e-5)
    assert spec.fingerprint() == resolve(str(made("m-clip") / "image")).fingerprint()
    check_backbone(_in_fp32(spec))
