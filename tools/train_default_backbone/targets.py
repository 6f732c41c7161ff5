"""What the student is to give: the teacher's maps and vectors, in a form that is easy to learn."""

from __future__ import annotations

import numpy as np
import torch
from corpus import Corpus
from student import DIMENSION
from teacher import FloatArray, Teacher
from torch import Tensor
from views import draw_pair

WHITENING = 0.125  # the teacher's main components are divided by variance ** this
SURVEY = 1536  # views from which the teacher's statistics are taken


class Targets:
    """Maps with mean 0 and deviation 1 in each channel; vectors centred, 384 main components, partly whitened."""

    def __init__(self, vectors: FloatArray, maps: list[FloatArray]) -> None:
        self._mean = vectors.mean(0)
        values, axes = np.linalg.eigh(np.cov((vectors - self._mean).T))
        order = np.argsort(values)[::-1][:DIMENSION]
        self._projection = (axes[:, order] * values[order] ** -WHITENING).astype(np.float32)
        self._scale = np.sqrt((((vectors - self._mean) @ self._projection) ** 2).mean())
        self._map_means = [one.mean((0, 2, 3), keepdims=True) for one in maps]
        self._map_scales = [one.std((0, 2, 3), keepdims=True) + 1e-3 for one in maps]

    @classmethod
    def surveyed(cls, corpus: Corpus, teacher: Teacher, rng: np.random.Generator) -> Targets:
        """See what the teacher's vectors and maps look like before anything is learned."""
        vectors, maps = [], []
        for place in range(0, SURVEY, 32):
            pairs = [draw_pair(corpus, rng) for _ in range(32)]
            vectors.append(teacher.vectors([clean for clean, _ in pairs]))
            if place < SURVEY // 4:
                maps.append(teacher.maps([small for _, small in pairs]))
        return cls(np.concatenate(vectors), [np.concatenate(one) for one in zip(*maps, strict=True)])

    def of_vectors(self, vectors: FloatArray) -> Tensor:
        return torch.from_numpy(((vectors - self._mean) @ self._projection / self._scale).astype(np.float32))

    def of_maps(self, maps: list[FloatArray]) -> list[Tensor]:
        scales = zip(maps, self._map_means, self._map_scales, strict=True)
        return [torch.from_numpy(((one - mean) / scale).astype(np.float16)) for one, mean, scale in scales]
