"""Vectors are the library's own: images and texts of each architecture, loaded as a user loads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from snoop_flow.plugin_types import Backbone, BackboneSpec, FloatArray, PatchBackbone, TextBackbone
from snoop_flow.testing import check_backbone
from snoop_openclip.facts import folder_facts
from snoop_openclip.family import resolve

torch = pytest.importorskip("torch", reason="not installed: make models")
open_clip = pytest.importorskip("open_clip", reason="not installed: make models")
transforms = pytest.importorskip("open_clip.transform", reason="not installed: make models")

Made = Callable[[str], Path]
KINDS = ["vit", "resnet", "timm", "xlm-roberta", "oblong"]
TEXTS = ["A map of Paris", "une CARTE de Paris", "گلدان", "", "engraving of a vase " * 30]


def _library(folder: Path) -> tuple[Any, Any, Any]:
    """Model, transform and tokenizer, by the library's own functions."""
    changed = {}
    if (folder / "base").is_dir():
        text = open_clip.get_model_config(f"local-dir:{folder}")["text_cfg"]
        changed = {"text_cfg": {**text, "hf_model_name": str(folder / "base"), "hf_model_pretrained": False}}
    name = f"local-dir:{folder}"
    model = open_clip.create_model(name, pretrained_text=False, **changed).eval()
    return model, _transform(model), open_clip.get_tokenizer(name)


def _transform(model: Any) -> Any:
    config = transforms.PreprocessCfg(**model.visual.preprocess_cfg)
    return transforms.image_transform_v2(config, is_train=False)


def _unit(vectors: Any) -> FloatArray:
    found: FloatArray = torch.nn.functional.normalize(vectors.float(), dim=-1).numpy()
    return found


def texts_of(backbone: Backbone, texts: list[str]) -> FloatArray:
    assert isinstance(backbone, TextBackbone)
    return backbone.embed_texts(texts)


def patches_of(spec: BackboneSpec, images: list[Image.Image]) -> FloatArray:
    backbone = spec.open("cpu@fp32")
    assert isinstance(backbone, PatchBackbone)
    return backbone.embed_patches(images)


def _in_fp32(spec: BackboneSpec) -> BackboneSpec:
    return replace(spec, open=lambda device: spec.open(f"{device}@fp32"))


@pytest.mark.parametrize("kind", KINDS)
def test_preprocessing_is_the_library_s_number_by_number(made: Made, images: list[Image.Image], kind: str) -> None:
    _, transform, _ = _library(made(kind))
    way = folder_facts(made(kind)).way
    for image in images:
        ours = way.normalised(way.pixels(image)[None], "cpu")[0]
        np.testing.assert_allclose(ours, transform(image), atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_vectors_are_the_library_s(made: Made, images: list[Image.Image], kind: str) -> None:
    model, transform, tokenizer = _library(made(kind))
    with torch.inference_mode():
        seen = _unit(model.encode_image(torch.stack([transform(image) for image in images])))
        read = _unit(model.encode_text(tokenizer(TEXTS)))
    backbone = resolve(str(made(kind))).open("cpu@fp32")
    np.testing.assert_allclose(backbone.embed_images(images), seen, atol=1e-5)
    np.testing.assert_allclose(texts_of(backbone, TEXTS), read, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_keeps_the_contract(made: Made, kind: str) -> None:
    spec = resolve(str(made(kind)))
    check_backbone(_in_fp32(spec))
    assert spec.patch_grid == {"resnet": None, "timm": None, "oblong": (4, 6)}.get(kind, (4, 4))


def test_lower_precision_gives_nearly_the_same(made: Made, images: list[Image.Image]) -> None:
    spec = resolve(str(made("vit")))
    full, half = (spec.open(f"cpu@{one}").embed_images(images) for one in ("fp32", "bf16"))
    assert (full * half).sum(axis=1).min() > 0.99


def test_a_patch_is_told_by_its_own_token(made: Made) -> None:
    blank = Image.new("RGB", (96, 96), (200, 180, 150))
    blotted = blank.copy()
    blotted.paste((10, 20, 90), (48, 24, 72, 48))  # cell (1, 2) of 4 × 4
    one, two = patches_of(resolve(str(made("vit"))), [blank, blotted])
    alike = (one * two).sum(axis=-1)
    assert np.unravel_index(alike.argmin(), alike.shape) == (1, 2)


def test_one_of_the_library_s_architectures_with_a_checkpoint(tmp_path: Path, images: list[Image.Image]) -> None:
    torch.manual_seed(1)
    model = open_clip.create_model("ViT-S-32-alt", load_weights=False)
    file = tmp_path / "epoch_30.safetensors"
    save_file({name: one.numpy() for name, one in model.state_dict().items()}, file)
    spec = resolve(f"ViT-S-32-alt={file}")
    assert (spec.name, spec.dimension) == (f"openclip:ViT-S-32-alt={file}", 256)
    transform = _transform(model)
    with torch.inference_mode():
        expected = _unit(model.eval().encode_image(torch.stack([transform(image) for image in images[:2]])))
    np.testing.assert_allclose(spec.open("cpu@fp32").embed_images(images[:2]), expected, atol=1e-5)
