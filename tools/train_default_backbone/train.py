"""Train the default backbone: see README.md beside this file.

python train.py --data DATA --extra WORK --out weights.safetensors
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from corpus import Corpus, gather
from export import export
from join import join
from student import Student
from targets import Targets
from teacher import Teacher
from torch import Tensor
from views import draw_pair

SIDE = 192  # pixels in use
BATCH = 32
SETTLING = 60  # batches
REPEATS, KEPT = 4, 80  # times that a view is used, on the average, and batches kept for it


@dataclass(frozen=True)
class Phase:
    """A part of the training.

    Attributes:
        apart: every stage is taught alone, on the teacher's maps; else the network as a whole.
        side: pixels of the pictures.
        hint: how much the maps count besides the vectors.
    """

    apart: bool
    side: int
    steps: int
    rate: float
    hint: float


@dataclass(frozen=True)
class Batch:
    """Pictures (n, 3, side, side) in 8 bits, the vectors wanted for them, and the standardised maps of the teacher."""

    pixels: Tensor
    vectors: Tensor
    maps: list[Tensor]


class Material:
    """Makes batches; the teacher is asked for vectors at 224 pixels, and for maps at the student's size."""

    def __init__(self, corpus: Corpus, teacher: Teacher, targets: Targets, rng: np.random.Generator) -> None:
        self._corpus, self._teacher, self._targets, self._rng = corpus, teacher, targets, rng

    def batches(self, side: int, repeats: int = REPEATS) -> Iterator[Batch]:
        """Endlessly: one batch made anew, then older ones again, mirrored at random, since making them costs more."""
        kept: list[Batch] = []
        turn = 0
        while True:
            if turn % repeats == 0 or len(kept) < repeats:
                kept = [*kept, self._made(side)][-KEPT:]
                chosen = kept[-1]
            else:
                chosen = kept[int(self._rng.integers(len(kept)))]
            turn += 1
            yield _mirrored(chosen) if self._rng.random() < 0.5 else chosen

    def _made(self, side: int) -> Batch:
        pairs = [draw_pair(self._corpus, self._rng, side) for _ in range(BATCH)]
        vectors = self._targets.of_vectors(self._teacher.vectors([clean for clean, _ in pairs]))
        maps = self._targets.of_maps(self._teacher.maps([small for _, small in pairs]))
        return Batch(torch.from_numpy(np.stack([small for _, small in pairs])).permute(0, 3, 1, 2), vectors, maps)


def _mirrored(batch: Batch) -> Batch:
    return Batch(batch.pixels.flip(3), batch.vectors, [one.flip(3) for one in batch.maps])


def losses(found: Tensor, maps: list[Tensor], batch: Batch, hint: float) -> tuple[Tensor, Tensor, Tensor]:
    """What is minimised; then, to be shown, the error of each map and the mean cosine of the vectors.

    It is the squared error and the cosine of the vectors, the error of the cosines among the pictures of a batch
    (Park et al. 2019), and the squared error of the maps (Romero et al. 2015).
    """
    one, other = (torch.nn.functional.normalize(x, dim=1) for x in (found, batch.vectors))
    cosine = (one * other).sum(1).mean()
    among = (one @ one.T - other @ other.T).square().mean()
    between = torch.stack([(a.float() - b.float()).square().mean() for a, b in zip(maps, batch.maps, strict=True)])
    total = (found - batch.vectors).square().mean() + 2 * (1 - cosine) + 10 * among + hint * between.sum()
    return total, between.detach(), cosine.detach()


def run(phase: Phase, student: Student, material: Material, out: Path) -> None:
    """Train through one phase and save."""
    decayed = [weight for weight in student.parameters() if weight.ndim > 1]
    plain = [weight for weight in student.parameters() if weight.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=phase.rate, betas=(0.9, 0.98))
    began, stream = time.time(), material.batches(phase.side)
    shown = np.zeros(0)
    for step in range(1, phase.steps + 1):
        for group in optimiser.param_groups:  # warm up over 100 steps, then a half cosine
            cosine = 0.5 + 0.5 * math.cos(math.pi * step / phase.steps)
            group["lr"] = phase.rate * min(1, step / 100) * (cosine + 1e-3)
        batch = next(stream)
        pixels = _pixels(batch)
        with torch.autocast("cpu", torch.bfloat16):
            if phase.apart:
                given = [one.float().contiguous(memory_format=torch.channels_last) for one in batch.maps]
                found, maps = student.apart(pixels, given)
            else:
                found, maps = student(pixels)
        total, between, cosine = losses(found.float(), maps, batch, phase.hint)
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 5.0)
        optimiser.step()
        now = np.array([float(cosine), *between.tolist()])
        shown = now if step == 1 else 0.98 * shown + 0.02 * now
        if step % 50 == 0:
            figures = " ".join(f"{value:.3f}" for value in shown)
            print(f"{step} {time.time() - began:.0f} s  cosine of vectors, errors of maps: {figures}", flush=True)
        if step % 250 == 0 or step == phase.steps:
            torch.save(student.state_dict(), out)


@torch.no_grad()
def settle(student: Student, material: Material, out: Path) -> None:
    """Take the statistics of the normalisation anew, over many views as they come in use.

    Those of training are of few batches, and after stages that were taught apart of other maps than they get.
    """
    for module in student.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain mean over all batches
    stream = material.batches(SIDE, repeats=1)
    for _ in range(SETTLING):
        student(_pixels(next(stream)))
    torch.save(student.state_dict(), out)


def _pixels(batch: Batch) -> Tensor:
    return batch.pixels.float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def main(arguments: argparse.Namespace) -> None:
    """Gather, survey, train."""
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    rng = np.random.default_rng(arguments.seed)
    corpus = gather(arguments.data, arguments.extra, arguments.seed)
    print({name: len(files) for name, files in corpus.files.items()}, flush=True)
    teacher = Teacher(arguments.data / "weights/tf2_mobilenet_v2_1.0_224_ptq.onnx")
    material = Material(corpus, teacher, Targets.surveyed(corpus, teacher, rng), rng)
    trained = arguments.out.with_suffix(".pt")
    student = Student().to(memory_format=torch.channels_last)
    if arguments.start:
        student.load_state_dict(torch.load(arguments.start, weights_only=True))
    phases = (
        Phase(apart=True, side=128, steps=arguments.steps[0], rate=4e-3, hint=1.0),
        Phase(apart=False, side=160, steps=arguments.steps[1], rate=1e-3, hint=0.6),
        Phase(apart=False, side=SIDE, steps=arguments.steps[2], rate=4e-4, hint=0.2),
    )
    for phase in phases:
        print(phase, flush=True)
        run(phase, student, material, trained)
    settle(student, material, trained)
    export(student, arguments.out)
    join(corpus, arguments.out, rng)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with images/ and weights/")
    parser.add_argument("--extra", type=Path, required=True, help="folder for drawn/, maybe with clipart/")
    parser.add_argument("--out", type=Path, required=True, help="weights; .pt of the student beside them")
    parser.add_argument("--steps", type=int, nargs=3, default=(1500, 900, 300), help="of the three phases")
    parser.add_argument("--start", type=Path, help="go on from these weights")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    main(parser.parse_args())
