"""The student: blocks of a 3 x 3 and a 1 x 1 convolution, which one core runs fast by matrix products alone.

Its stages end in as many channels as the teacher's, so that each can be taught alone: given what the teacher has before
a stage, make what it has after it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Per stage: (hidden channels, channels after, stride) of each block. A block's input is the output before it.
STAGES = (
    ((96, 24, 2), (144, 24, 1)),
    ((96, 32, 2), (128, 32, 1)),
    ((192, 64, 2), (256, 64, 1), (256, 64, 1)),
    ((256, 96, 1), (256, 96, 1), (256, 96, 1)),
    ((384, 160, 2), (512, 160, 1), (512, 160, 1)),
    ((512, 320, 1),),
)
STEM, WIDE, DIMENSION = 32, 768, 384


class Block(nn.Module):
    """Expand by 3 x 3, rectify, project by 1 x 1; added to its input where the shape stays.

    The inverted residual of the teacher (Sandler et al. 2018) with its first two convolutions fused (Tan, Le 2021).
    """

    def __init__(self, before: int, hidden: int, after: int, stride: int) -> None:
        super().__init__()
        self.expand = nn.Conv2d(before, hidden, 3, stride, 1, bias=False)
        self.expand_norm = nn.BatchNorm2d(hidden)
        self.project = nn.Conv2d(hidden, after, 1, bias=False)
        self.project_norm = nn.BatchNorm2d(after)
        self.adds = stride == 1 and before == after

    def forward(self, x: Tensor) -> Tensor:
        found = self.project_norm(self.project(torch.relu(self.expand_norm(self.expand(x)))))
        return x + found if self.adds else found


class Student(nn.Module):
    """(n, 3, side, side) pictures from -1 to 1, the side a multiple of 32 → (n, 384) vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, STEM, 3, 2, 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(STEM)
        self.stages = nn.ModuleList()
        before = STEM
        for blocks in STAGES:
            stage = []
            for hidden, after, stride in blocks:
                stage.append(Block(before, hidden, after, stride))
                before = after
            self.stages.append(nn.Sequential(*stage))
        self.wide = nn.Conv2d(before, WIDE, 1, bias=False)
        self.wide_norm = nn.BatchNorm2d(WIDE)
        self.head = nn.Linear(WIDE, DIMENSION)

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Vectors, and the maps after each stage."""
        x = self.start(x)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return self.end(x), maps

    def apart(self, x: Tensor, before: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The same, but each stage works on the map that is given instead of what the stage before it made."""
        inputs = [self.start(x), *before]
        return self.end(inputs[-1]), [stage(one) for stage, one in zip(self.stages, inputs, strict=False)]

    def start(self, x: Tensor) -> Tensor:
        return torch.relu(self.stem_norm(self.stem(x)))

    def end(self, x: Tensor) -> Tensor:
        x = torch.relu(self.wide_norm(self.wide(x)))
        return self.head(x.float().mean(dim=(2, 3)))
