"""What a user meets: names, facts without torch, and one clear line for each thing that is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from snoop_flow.cli import run
from snoop_flow.errors import PluginError, SnoopError, UsageError
from snoop_flow.plugin_types import BackboneFamily, BackboneSpec
from snoop_transformers import plugin
from snoop_transformers.catalogue import MODELS
from snoop_transformers.facts import KINDS
from snoop_transformers.family import resolve
from snoop_transformers.processing import DEFAULTS

torch = pytest.importorskip("torch", reason="not installed: make models")
library = pytest.importorskip("transformers", reason="not installed: make models")

Made = Callable[[str], Path]


def _edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


def test_facts_are_known_without_torch(made: Made) -> None:
    code = (
        "import sys; from snoop_transformers.family import resolve; spec = resolve(sys.argv[1]); spec.fingerprint();"
        "print(spec.dimension, spec.reads_text, spec.patch_grid, 'torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(made("clip"))], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["24", "True", "(4,", "4)", "False", "False"]


def test_the_family_and_the_known_models_are_listed_without_torch() -> None:
    code = (
        "import sys, snoop_transformers.plugin as p; print(len(p.register_backbones()), 'torch' in sys.modules,"
        "'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(1 + len(MODELS)), "False", "False"]


def test_known_models_have_their_facts() -> None:
    family, *specs = plugin.register_backbones()
    assert isinstance(family, BackboneFamily)
    by_name = {spec.name: spec for spec in specs if isinstance(spec, BackboneSpec)}
    assert len(by_name) == len(MODELS)
    small, many = by_name["dinov2-small"], by_name["m-clip-xlm-roberta-large-vit-b-32"]
    assert (small.dimension, small.reads_text, small.patch_grid, small.licence) == (384, False, (16, 16), "Apache-2.0")
    assert (many.dimension, many.reads_text, many.patch_grid) == (512, True, (7, 7))
    assert all(spec.megabytes > 50 for spec in by_name.values())


def test_facts_are_shown_of_a_model_whose_files_are_not_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("SNOOP_FLOW_MODELS", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert run(["backbone", "show", "dinov2-small"]) == 0
    shown = capsys.readouterr().out
    assert "vectors of 384 numbers" in shown
    assert "fingerprint: not known yet; facebook/dinov2-small is not on this machine" in shown
    assert run(["backbone", "show", "dinov2-small", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fingerprint"] is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_config_leaves_out_is_what_the_library_takes(kind: str) -> None:
    config = library.AutoConfig.for_model(kind)
    for key, default in (KINDS[kind].dimension, KINDS[kind].stride):
        found: Any = config
        for step in key.split(".") if key else ():
            found = found[int(step)] if isinstance(found, list | tuple) else getattr(found, step)
        assert found is config or found == default


@pytest.mark.parametrize("kind", DEFAULTS)
def test_what_a_processor_leaves_out_is_what_the_library_takes(kind: str) -> None:
    processor = getattr(library, f"{kind}ImageProcessor")()
    theirs = {**processor.to_dict(), "size": processor.size, "crop_size": processor.crop_size}
    for name, value in DEFAULTS[kind].items():
        found = theirs[name]
        if isinstance(value, dict):
            assert {key: found[key] for key in value} == value, name
        else:
            assert found == (pytest.approx(value) if isinstance(value, list) else value), name
    assert bool(theirs.get("do_center_crop")) == bool(DEFAULTS[kind].get("do_center_crop"))


def test_a_name_holds_wherever_it_is_used(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made("dinov2").parent)
    assert resolve("dinov2").name == f"transformers:{made('dinov2')}"
    assert resolve("dinov2").name == resolve("./dinov2").name


def test_older_descriptions_are_read(copied: Made) -> None:
    folder = copied("clip")
    before = resolve(str(folder))
    described = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
    del described["image_processor_type"], described["do_convert_rgb"], described["do_rescale"]
    older = {**described, "feature_extractor_type": "CLIPFeatureExtractor", "size": 48, "crop_size": 48}
    (folder / "preprocessor_config.json").write_text(json.dumps(older), "utf-8")
    assert resolve(str(folder)).fingerprint() == before.fingerprint()
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": described | older}), "utf-8")
    assert resolve(str(folder)).fingerprint() == before.fingerprint()


def test_the_fingerprint_follows_weights_and_preprocessing(copied: Made) -> None:
    folder = copied("clip")
    plain = resolve(str(folder)).fingerprint()
    _edit(folder / "preprocessor_config.json", resample=2)
    assert resolve(str(folder)).fingerprint() != plain
    _edit(folder / "preprocessor_config.json", resample=3)
    assert resolve(str(folder)).fingerprint() == plain
    weights = load_file(folder / "model.safetensors")
    weights["visual_projection.weight"][0, 0] += 1
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert resolve(str(folder)).fingerprint() != plain


# --- what is wrong is told in one line -------------------------------------------------------------------------------


def _failure(location: str) -> SnoopError:
    with pytest.raises(SnoopError) as caught:
        resolve(location).open("cpu@fp32")
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    error = _failure(str(tmp_path / "nothing"))
    assert isinstance(error, UsageError)
    assert "there is no such folder; give the folder of a model, or its id on the hub" in str(error)


def test_a_folder_of_something_else_says_what_it_lacks(tmp_path: Path) -> None:
    error = str(_failure(str(tmp_path)))
    assert (
        "lacks config.json and preprocessor_config.json and model.safetensors and tokenizer.json (if it reads" in error
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("config.json", "lacks config.json"),
        ("preprocessor_config.json", "lacks preprocessor_config.json"),
        ("model.safetensors", "lacks model.safetensors"),
        ("tokenizer.json", "lacks tokenizer.json"),
    ],
)
def test_a_missing_file_is_named(copied: Made, name: str, says: str) -> None:
    folder = copied("clip")
    (folder / name).unlink()
    for other in ("vocab.json", "merges.txt"):
        (folder / other).unlink(missing_ok=True)
    assert says in str(_failure(str(folder)))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("config.json", b"{", "is no JSON"),
        ("config.json", b"[]", "is no JSON object"),
        ("config.json", b'{"model_type": "gpt2"}', "a model of the kind 'gpt2'; known are dinov2"),
        ("config.json", b'{"model_type": "clip", "projection_dim": "many"}', "'many' is not a whole number"),
        ("preprocessor_config.json", b"no", "is no JSON object"),
        ("preprocessor_config.json", b'{"image_processor_type": "SamImageProcessor"}', "prepares images by SamImage"),
        ("preprocessor_config.json", b'{"image_processor_type": "CLIPImageProcessor", "size": {}}', "no preprocessing"),
        ("model.safetensors", b"", "its weights cannot be loaded"),
        ("model.safetensors", b"\x00" * 100, "its weights cannot be loaded"),
        ("tokenizer.json", b"{}", "its tokenizer cannot be loaded"),
    ],
)
def test_a_damaged_file_is_named(copied: Made, name: str, content: bytes, says: str) -> None:
    folder = copied("clip")
    (folder / name).write_bytes(content)
    assert says in str(_failure(str(folder)))


def test_weights_of_another_model_are_refused(copied: Made, made: Made) -> None:
    folder = copied("dinov2")
    shutil.copy(made("registers") / "model.safetensors", folder)
    _edit(folder / "config.json", hidden_size=48)
    assert "its weights" in str(_failure(str(folder)))
    folder = copied("clip")
    weights = load_file(folder / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert "not those of its config.json (such as visual_projection.weight)" in str(_failure(str(folder)))


def test_weights_that_are_no_numbers_are_refused(copied: Made) -> None:
    folder = copied("dinov2")
    weights = load_file(folder / "model.safetensors")
    weights["layernorm.weight"][3] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert "layernorm.weight are not finite; get them anew" in str(_failure(str(folder)))
    weights["layernorm.weight"][3] = 1e6
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(PluginError, match=r"are not finite in fp16; try @fp32"):
        resolve(str(folder)).open("cpu@fp16")


def test_weights_that_can_hold_programs_are_not_loaded(copied: Made) -> None:
    folder = copied("clip")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    error = str(_failure(str(folder)))
    assert f"convert it once with: snoop-flow models convert {folder / 'pytorch_model.bin'}" in error


def test_code_in_a_folder_is_never_run(copied: Made, tmp_path: Path) -> None:
    folder = copied("dinov2")
    (folder / "modeling_evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", "utf-8")
    _edit(folder / "config.json", auto_map={"AutoModel": "modeling_evil.Evil", "AutoConfig": "modeling_evil.Evil"})
    resolve(str(folder)).open("cpu@fp32")
    assert not (tmp_path / "ran").exists()


def test_a_text_tower_needs_a_clip_of_its_dimension(copied: Made, made: Made) -> None:
    folder = copied("m-clip")
    from snoop_torch.converting import convert

    if not (folder / "text" / "model.safetensors").exists():
        assert "models convert" in str(_failure(str(folder / "text")))
        convert(folder / "text" / "pytorch_model.bin")
    assert "say which model sees the images" in str(_failure(str(folder / "text")))
    assert "was taught for a CLIP of 24 numbers" in str(_failure(f"{folder / 'text'}+{made('dinov2')}"))
    assert "model of the kind 'M-CLIP'" in str(_failure(f"{folder / 'text'}+{folder / 'text'}"))


@pytest.mark.parametrize(
    ("device", "says"),
    [
        ("abacus", "unknown device 'abacus'; use cpu, mps, cuda"),
        ("cpu@fp8", "unknown precision 'fp8'; use one of fp32, bf16, fp16"),
        ("cpu:1", "unknown device"),
    ],
)
def test_devices(made: Made, device: str, says: str) -> None:
    with pytest.raises(PluginError, match=says):
        resolve(str(made("dinov2"))).open(device)
