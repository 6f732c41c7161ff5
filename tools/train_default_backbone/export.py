"""Fold a trained student for inference without torch: half-precision safetensors.

    python export.py student.pt weights.safetensors
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from student import Block, Student

METADATA = {
    "licence": "Apache-2.0",
    "origin": "snoop-flow, tools/train_default_backbone; distilled from MobileNetV2 1.0/224 (Apache-2.0)",
}


def folded(student: Student) -> dict[str, Tensor]:
    """Every convolution as a matrix (height · width · channels in, channels out) and a bias, normalisation inside."""
    layers = {"stem": (student.stem, student.stem_norm), "wide": (student.wide, student.wide_norm)}
    blocks = [block for stage in student.stages for block in stage]
    for place, block in enumerate(blocks):
        layers |= {f"blocks.{place}.{name}": pair for name, pair in _of_block(block).items()}
    found = {}
    for name, (convolution, norm) in layers.items():
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = convolution.weight * scale[:, None, None, None]
        found[f"{name}.weight"] = weight.permute(2, 3, 1, 0).reshape(-1, len(scale))
        found[f"{name}.bias"] = norm.bias - norm.running_mean * scale
    return found | {"head.weight": student.head.weight.T, "head.bias": student.head.bias}


def _of_block(block: Block) -> dict[str, tuple[nn.Conv2d, nn.BatchNorm2d]]:
    pairs = {"first": (block.first, block.first_norm), "second": (block.second, block.second_norm)}
    if isinstance(block.shortcut, nn.Conv2d):
        pairs["shortcut"] = (block.shortcut, block.shortcut_norm)
    return pairs


def export(trained: Path, out: Path) -> None:
    student = Student()
    student.load_state_dict(torch.load(trained, weights_only=True))
    with torch.no_grad():
        weights = {name: one.contiguous().numpy().astype(np.float16) for name, one in folded(student).items()}
    save_file(weights, out, METADATA)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
