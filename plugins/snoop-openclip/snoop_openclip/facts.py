"""What is known of an OpenCLIP model from its JSON, without torch: dimension, texts, grid, preprocessing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from snoop_flow.errors import PluginError, UsageError
from snoop_torch.descriptions import TOKENIZERS, has_tokenizer, read_json
from snoop_torch.preprocessing import Preparation
from snoop_torch.weights import lacking_weights

CONFIG = "open_clip_config.json"
# in the order in which the library prefers them; the last is that of the library transformers where its config is there
WEIGHTS = ("open_clip_model", "open_clip_pytorch_model", "model")

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_USUAL = {"mean": CLIP_MEAN, "std": CLIP_STD, "interpolation": "bicubic", "resize_mode": "shortest", "fill_color": 0}
# the library keeps this with its checkpoints, so that a bare one of these models says nothing of it
_SIGLIP = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5), "resize_mode": "squash"}
_FITS = {"longest": "contain", "squash": "squeeze"}


@dataclass(frozen=True, slots=True)
class Facts:
    """A model.

    Attributes:
        architecture: what `open_clip.create_model` is asked for: a name of its own, or `local-dir:` and a folder.
        weights: the checkpoint.
        config: the architecture's parameters.
        tokenizer: folder of a tokenizer of the library transformers, or nothing for OpenCLIP's own.
        way: of a picture into the model.
        grid: rows and columns of its patches; None where it has none that could be compared with texts.
    """

    architecture: str
    weights: Path
    config: Mapping[str, Any]
    tokenizer: Path | None
    way: Preparation
    dimension: int
    grid: tuple[int, int] | None


def folder_facts(folder: Path) -> Facts:
    """Read the facts of a complete folder; raises `UsageError`."""
    path = folder / CONFIG
    document = read_json(path)
    config, prepared = document.get("model_cfg"), document.get("preprocess_cfg") or {}
    if not isinstance(config, dict) or not isinstance(prepared, dict):
        raise UsageError(f"{path}: has no model_cfg; fetch it again")
    name = next(name for name in WEIGHTS if not lacking_weights(folder, name))
    tokenizer = folder if "hf_tokenizer_name" in (config.get("text_cfg") or {}) else None
    return _facts(path, f"local-dir:{folder}", folder / f"{name}.safetensors", config, prepared, tokenizer)


def checkpoint_facts(architecture: str, weights: Path) -> Facts:
    """The facts of one of the library's own architectures with a checkpoint; raises `UsageError`."""
    path = architectures().get(architecture)
    if path is None:
        raise UsageError(f"OpenCLIP has no model {architecture!r}; it has {_some(architectures(), architecture)}")
    config = read_json(path)
    siglip = "siglip" in architecture.lower()
    tokenizer = weights.parent if "hf_tokenizer_name" in (config.get("text_cfg") or {}) else None
    return _facts(path, architecture, weights, config, _SIGLIP if siglip else {}, tokenizer)


def lacks(folder: Path) -> str:
    """What a folder lacks to be a model of OpenCLIP, for a message; empty where it is complete."""
    lacking = [] if (folder / CONFIG).is_file() else [CONFIG]
    if all(lacking_weights(folder, name) for name in WEIGHTS):
        lacking.append(lacking_weights(folder, WEIGHTS[0]))
    if (folder / CONFIG).is_file():
        text = (read_json(folder / CONFIG).get("model_cfg") or {}).get("text_cfg") or {}
        if "hf_tokenizer_name" in text and not has_tokenizer(folder):
            lacking.append(TOKENIZERS[0])
    return " and ".join(lacking)


def architectures() -> dict[str, Path]:
    """Name → JSON of the library's own architectures; raises `PluginError` where it is not installed."""
    spec = find_spec("open_clip")
    if spec is None or spec.origin is None:
        raise PluginError(
            "open_clip is not installed, and this backbone needs it; install it with: pip install open-clip-torch"
        )
    return {path.stem: path for path in sorted((Path(spec.origin).parent / "model_configs").glob("*.json"))}


def _facts(
    path: Path,
    architecture: str,
    weights: Path,
    config: Mapping[str, Any],
    prepared: Mapping[str, Any],
    tokenizer: Path | None,
) -> Facts:
    try:
        sees = config["vision_cfg"]
        size = _sides(sees.get("image_size", 224))
        way = _preparation({**_USUAL, **{name: value for name, value in prepared.items() if value is not None}}, size)
        return Facts(architecture, weights, config, tokenizer, way, int(config["embed_dim"]), _grid(sees, size))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: describes no model that is known ({error}); fetch it again") from error


def _sides(size: Any) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    return int(height), int(width)


def _preparation(values: Mapping[str, Any], size: tuple[int, int]) -> Preparation:
    """The library's `image_transform`, in its inference."""
    mode, square = str(values["resize_mode"]), size[0] == size[1]
    bilinear = values["interpolation"] == "bilinear" and (mode != "shortest" or square)
    mean, std = (tuple(float(one) for one in values[name]) for name in ("mean", "std"))
    if len(mean) != 3 or len(std) != 3 or mode not in ("shortest", *_FITS):
        raise ValueError("its preprocessing")
    return Preparation(
        size=size,
        fit=_FITS.get(mode, "short" if square else "cover"),
        short_side=size[0] if mode == "shortest" and square else 0,
        resample=Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC,
        margin="even",
        fill=int(values["fill_color"]) if mode == "longest" else 0,
        mean=mean,
        std=std,
    )


def _grid(sees: Mapping[str, Any], size: tuple[int, int]) -> tuple[int, int] | None:
    """The grid of a plain vision transformer with a class token; others pool otherwise."""
    plain = isinstance(sees.get("layers"), int) and "timm_model_name" not in sees
    if not plain or sees.get("attentional_pool") or sees.get("pool_type", "tok") != "tok" or sees.get("block_type"):
        return None
    return size[0] // int(sees["patch_size"]), size[1] // int(sees["patch_size"])


def _some(names: Mapping[str, Path], wanted: str) -> str:
    start = wanted[:4].lower()
    close = [name for name in names if name.lower().startswith(start)] or list(names)
    return ", ".join(close[:12]) + (", …" if len(close) > 12 else "")
