"""Corpora for the learning: a drawn one, and features of real images."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
LabelledSet = tuple[Vectors, dict[str, NDArray[np.bool_]]]

GROUPS, GROUP_SIZE, DIMENSIONS = 12, 50, 24


def unit(vectors: NDArray[np.floating]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def drawn() -> tuple[Vectors, NDArray[np.int64]]:
    """600 unit vectors in 12 overlapping groups, and the group of each; all share a large common part."""
    rng = np.random.default_rng(11)
    groups = np.repeat(np.arange(GROUPS), GROUP_SIZE)
    centres = rng.normal(size=(GROUPS, DIMENSIONS)) + 2
    return unit(centres[groups] + 0.8 * rng.normal(size=(len(groups), DIMENSIONS))), groups


@pytest.fixture(scope="session")
def labelled(shared: Path) -> Callable[[str], LabelledSet]:
    """Loads a set of real images: MobileNetV2 features (N, 1280) and the members of each class."""

    def load(name: str) -> LabelledSet:
        features = np.load(shared / "data/features" / f"{name}.mobilenetv2.npy").astype(np.float32)
        with (shared / "data/images" / name / "labels.csv").open(encoding="utf-8", newline="") as file:
            labels = np.array([row["label"] for row in csv.DictReader(file)])
        return unit(features), {str(label): labels == label for label in np.unique(labels)}

    return load
