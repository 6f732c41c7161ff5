"""`onnx:PATH` → a backbone's spec. What has to be read from files is kept until a file changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path

from snoop_flow.plugin_types import Backbone, BackboneSpec
from snoop_onnx import description
from snoop_onnx.backbone import OnnxBackbone, OnnxPatchBackbone
from snoop_onnx.description import Description

ALGORITHM = "onnx/1"
CROP_MARGIN = 1.5  # a crop is cut from the short side; proportions beyond 3:2 are scaled up a little
# what tells one model from another, but leaves its vectors alone
NO_CHANGE = ("model", "title", "licence", "batch_size", "dimension", "patches", "patch_grid")

Stamp = tuple[tuple[str, int, int], ...]


def resolve(location: str) -> BackboneSpec:
    """The spec for the path of a model or of its description.

    Raises:
        UsageError: a file is missing or its description wrong.
        PluginError: the model cannot be loaded.
    """
    path = description.find(location)
    wanted = description.read(path)
    longest = max(wanted.input_size)
    return BackboneSpec(
        name=f"onnx:{path}",
        title=wanted.title or wanted.model.stem,
        dimension=wanted.dimension or _dimension(wanted, _stamp(wanted.model)),
        input_size=round(longest * CROP_MARGIN) if wanted.resize == "crop" else longest,
        licence=wanted.licence,
        fingerprint=partial(fingerprint, wanted),
        open=partial(_open, wanted),
        patch_grid=_patch_grid(wanted, _stamp(wanted.model)) if wanted.patches else None,
        patch_fingerprint=f"{ALGORITHM}:{wanted.patches}" if wanted.patches else "",
    )


def fingerprint(wanted: Description) -> str:
    """Digest of the model's bytes and of everything done to an image before and after it."""
    steps = {key: value for key, value in asdict(wanted).items() if key not in NO_CHANGE}
    text = json.dumps({"model": _digest(_stamp(wanted.model)), **steps}, sort_keys=True)
    return f"{ALGORITHM}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _open(wanted: Description, device: str) -> Backbone:
    kind = OnnxPatchBackbone if wanted.patches else OnnxBackbone
    return kind(wanted, fingerprint(wanted), device, wanted.dimension)


@lru_cache(maxsize=32)
def _dimension(wanted: Description, _stamp: Stamp) -> int:
    # only a run tells for sure: exported models often name their last axis instead of numbering it
    return OnnxBackbone(wanted, "", "cpu").dimension


@lru_cache(maxsize=32)
def _patch_grid(wanted: Description, _stamp: Stamp) -> tuple[int, int]:
    return OnnxPatchBackbone(wanted, "", "cpu").patch_grid


@lru_cache(maxsize=32)
def _digest(stamp: Stamp) -> str:
    total = hashlib.sha256()
    for name, _, _ in stamp:
        with Path(name).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _stamp(model: Path) -> Stamp:
    """Names, sizes and times of the model's file and of the weights that large models keep in files beside it."""
    beside = sorted(path for path in model.parent.iterdir() if path != model and _holds_weights(path, model))
    return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in (model, *beside))


def _holds_weights(path: Path, model: Path) -> bool:
    return path.name in (f"{model.name}_data", f"{model.name}.data", f"{model.stem}.weights", f"{model.stem}.bin")
