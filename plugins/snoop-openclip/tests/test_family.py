"""What a user meets: names, facts without torch, and one clear line for each thing that is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from snoop_flow.errors import PluginError, SnoopError, UsageError
from snoop_flow.plugin_types import BackboneFamily
from snoop_openclip import plugin
from snoop_openclip.catalogue import MODELS
from snoop_openclip.family import resolve

torch = pytest.importorskip("torch", reason="not installed: make models")
open_clip = pytest.importorskip("open_clip", reason="not installed: make models")

Made = Callable[[str], Path]


def test_facts_and_names_are_known_without_torch(made: Made) -> None:
    code = (
        "import sys, snoop_openclip.plugin as p; given = p.register_backbones(); spec = p.resolve(sys.argv[1]);"
        "spec.fingerprint(); print(len(given), spec.dimension, spec.patch_grid, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(made("vit"))], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(1 + len(MODELS)), "24", "(4,", "4)", "False"]


def test_the_family_is_given() -> None:
    family, *known = plugin.register_backbones()
    assert isinstance(family, BackboneFamily)
    assert family.name == "openclip"
    assert len({one.name for one in known}) == len(MODELS)


def test_the_fingerprint_follows_weights_and_preprocessing(copied: Made) -> None:
    folder = copied("vit")
    plain = resolve(str(folder)).fingerprint()
    path = folder / "open_clip_config.json"
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**document, "preprocess_cfg": {"resize_mode": "squash"}}), "utf-8")
    assert resolve(str(folder)).fingerprint() != plain
    path.write_text(json.dumps(document), "utf-8")
    assert resolve(str(folder)).fingerprint() == plain
    weights = load_file(folder / "open_clip_model.safetensors")
    weights["visual.proj"][0, 0] += 1
    save_file(weights, folder / "open_clip_model.safetensors")
    assert resolve(str(folder)).fingerprint() != plain


def _failure(location: str) -> SnoopError:
    with pytest.raises(SnoopError) as caught:
        resolve(location).open("cpu@fp32")
    assert "\n" not in str(caught.value)
    return caught.value


def test_places_that_are_none(tmp_path: Path) -> None:
    assert "lacks open_clip_config.json and open_clip_model.safetensors" in str(_failure(str(tmp_path)))
    assert "there is no such folder" in str(_failure(str(tmp_path / "nothing")))
    assert "there is no such file" in str(_failure(f"ViT-B-32={tmp_path / 'nothing.safetensors'}"))


def test_a_checkpoint_that_can_hold_programs_is_not_loaded(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "epoch_1.pt")
    assert f"snoop-flow models convert {tmp_path / 'epoch_1.pt'}" in str(_failure(f"ViT-B-32={tmp_path}/epoch_1.pt"))
    (tmp_path / "text.txt").touch()
    assert "give a .safetensors file" in str(_failure(f"ViT-B-32={tmp_path}/text.txt"))


def test_unknown_architectures_and_tags(copied: Made) -> None:
    weights = copied("vit") / "open_clip_model.safetensors"
    assert "OpenCLIP has no model 'ViT-Z'; it has ViT-" in str(_failure(f"ViT-Z={weights}"))
    assert "no checkpoint 'nothing' of ViT-B-32; it has openai" in str(_failure("ViT-B-32/nothing"))
    assert f"{weights}: cannot be loaded as ViT-S-32-alt" in str(_failure(f"ViT-S-32-alt={weights}"))


def test_a_tag_is_looked_for_where_the_library_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("SNOOP_FLOW_MODELS", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    with pytest.raises(PluginError) as caught:
        resolve("ViT-B-32/laion2b_s34b_b79k")
    folder = tmp_path / "laion" / "CLIP-ViT-B-32-laion2B-s34B-b79K"
    assert f"copy its files into {folder}, which lacks open_clip_config.json" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("open_clip_config.json", b"{", "is no JSON"),
        ("open_clip_config.json", b"{}", "has no model_cfg"),
        ("open_clip_config.json", b'{"model_cfg": {"embed_dim": 3}}', "describes no model that is known"),
        ("open_clip_model.safetensors", b"\x00" * 50, "cannot be loaded"),
    ],
)
def test_a_damaged_file_is_named(copied: Made, name: str, content: bytes, says: str) -> None:
    folder = copied("vit")
    (folder / name).write_bytes(content)
    assert says in str(_failure(str(folder)))


def test_a_missing_tokenizer_is_named(copied: Made) -> None:
    folder = copied("xlm-roberta")
    for path in folder.glob("*token*"):
        path.unlink()
    error = _failure(str(folder))
    assert isinstance(error, UsageError)
    assert "lacks tokenizer.json" in str(error)


def test_weights_that_are_no_numbers_are_refused(copied: Made) -> None:
    folder = copied("vit")
    weights = load_file(folder / "open_clip_model.safetensors")
    weights["visual.proj"][0, 0] = float("nan")
    save_file(weights, folder / "open_clip_model.safetensors")
    assert "visual.proj are not finite; get them anew" in str(_failure(str(folder)))
