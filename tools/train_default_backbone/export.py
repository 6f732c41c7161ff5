"""Fold a trained student for inference without torch: safetensors of 8 and 16 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from student import STAGES, Student
from torch import Tensor

LARGE = 200_000  # numbers; the matrices of the late blocks, most of the file, bear 8 bits, early ones less well
# one entry: several are written in any order, and the digest of the file would change with it
METADATA = {
    "about": "snoop-flow, tools/train_default_backbone; Apache-2.0; distilled from MobileNetV2 1.0/224 (Apache-2.0)"
}


def folded(student: Student) -> dict[str, Tensor]:
    """Every convolution as a matrix (height · width · channels in, channels out) and a bias, normalisation inside.

    The head stays behind: 1-NN is better on what it works on.
    """
    layers = {"stem": (student.stem, student.stem_norm), "wide": (student.wide, student.wide_norm)}
    for place, block in enumerate(block for stage in student.stages for block in stage):
        layers[f"blocks.{place}.expand"] = (block.expand, block.expand_norm)
        layers[f"blocks.{place}.project"] = (block.project, block.project_norm)
    found = {}
    for name, (convolution, norm) in layers.items():
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = convolution.weight * scale[:, None, None, None]
        found[f"{name}.weight"] = weight.permute(2, 3, 1, 0).reshape(-1, len(scale))
        found[f"{name}.bias"] = norm.bias - norm.running_mean * scale
    return found


def rounded(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """8-bit integers and a scale for each column, whose product is the matrix but for rounding."""
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / 127
    return np.rint(matrix / scale).astype(np.int8), scale.astype(np.float32)


def export(student: Student, out: Path) -> None:
    """Write the weights as `snoop_flow.builtin.distilled.network` reads them."""
    strides = [stride for blocks in STAGES for *_, stride in blocks]
    tensors: dict[str, np.ndarray] = {"strides": np.array(strides, np.int32)}
    with torch.no_grad():
        for name, one in folded(student).items():
            array = one.contiguous().numpy()
            if array.size > LARGE:
                tensors[name], tensors[name.replace(".weight", ".scale")] = rounded(array)
            else:
                tensors[name] = array.astype(np.float16 if array.ndim > 1 else np.float32)
    save_file(tensors, out, METADATA)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")
