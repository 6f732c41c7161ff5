"""How a suite says what does not hold."""

from __future__ import annotations

import numpy as np

from snoop_flow.plugin_types import FloatArray


def require(holds: bool, message: str) -> None:
    """Raise `AssertionError` with the message unless the claim holds; unlike `assert` also under `python -O`."""
    if not holds:
        raise AssertionError(message)


def require_facts(kind: str, name: str, title: str) -> None:
    """A spec's name can be typed on a command line, and its title can be shown."""
    require(bool(name) and not set(name) & set(" \t\n,"), f"{kind} {name!r}: a name is one word, without commas")
    require(bool(title.strip()) and "\n" not in title, f"{kind} {name}: the title must be one line of text")


def require_vectors(what: str, vectors: FloatArray, count: int, dimension: int) -> None:
    """Vectors are (count, dimension) float32, finite, each row of unit length."""
    require(isinstance(vectors, np.ndarray), f"{what}: gave a {type(vectors).__name__}, not a numpy array")
    require(
        vectors.shape == (count, dimension),
        f"{what}: gave vectors of shape {vectors.shape} for {count}; must be {(count, dimension)}",
    )
    require(vectors.dtype == np.float32, f"{what}: gave {vectors.dtype} vectors; must be float32")
    require(bool(np.isfinite(vectors).all()), f"{what}: gave vectors that are not finite")
    lengths = np.linalg.norm(vectors, axis=1)
    off = float(np.abs(lengths - 1).max(initial=0.0))
    require(off < 1e-3, f"{what}: vectors must be of unit length; one is off by {off:.3g}")
