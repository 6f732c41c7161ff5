"""Labelled corpora to measure quality on: features of real images with a table of labels, maybe multiplied."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snoop_flow.benchmarks.corpora import read_features, units
from snoop_flow.errors import UsageError

Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]

SEPARATOR = "|"  # between several labels of one row


@dataclass(frozen=True, slots=True)
class LabelledCorpus:
    """Vectors whose classes are known.

    Attributes:
        vectors: (N, D) of unit length.
        labels: the labels of each row; a row may have several, or none.
    """

    vectors: Vectors
    labels: tuple[frozenset[str], ...]

    def members(self, label: str) -> Mask:
        """(N,) mask of a label's rows."""
        return np.array([label in mine for mine in self.labels], bool)

    def counts(self) -> dict[str, int]:
        """How many rows each label has, by label."""
        found: dict[str, int] = {}
        for label in sorted(label for mine in self.labels for label in mine):
            found[label] = found.get(label, 0) + 1
        return found

    def multiplied(self, rows: int, rng: np.random.Generator) -> LabelledCorpus:
        """A larger corpus: each row lies between two rows of the same labels, nearer to the first, with some noise."""
        kinds = [SEPARATOR.join(sorted(mine)) for mine in self.labels]
        alike = {kind: np.array([row for row, one in enumerate(kinds) if one == kind]) for kind in set(kinds)}
        firsts = rng.integers(0, len(kinds), rows)
        seconds = np.array([rng.choice(alike[kinds[row]]) for row in firsts])
        share = rng.uniform(0, 0.5, (rows, 1)).astype(np.float32)
        noise = rng.standard_normal((rows, self.vectors.shape[1]), np.float32)
        noise *= np.float32(0.3 / np.sqrt(self.vectors.shape[1]))
        mixed = (1 - share) * self.vectors[firsts] + share * self.vectors[seconds] + noise
        return LabelledCorpus(units(mixed), tuple(self.labels[row] for row in firsts))


def read_labelled(paths: Sequence[Path], columns: Sequence[str] = ("label",)) -> LabelledCorpus:
    """Join labelled sets to one corpus.

    Args:
        paths: in pairs, a `.npy` file of vectors and a CSV with a row for each vector.
        columns: of the CSV, that hold labels, several separated by `|`. A table needs one of them.

    Raises:
        UsageError: the files are not such pairs, do not belong together, or their vectors have unequal lengths.
    """
    if not paths or len(paths) % 2:
        raise UsageError("give the files in pairs: a .npy file of vectors, then the CSV with their labels")
    vectors: list[Vectors] = []
    labels: list[frozenset[str]] = []
    for place, (features, table) in enumerate(zip(paths[::2], paths[1::2], strict=True)):
        vectors.append(read_features(features))
        if vectors[-1].shape[1] != vectors[0].shape[1]:
            raise UsageError(f"{features}: its vectors have another dimension than those of {paths[0]}")
        prefix = f"{features.name.split('.')[0]}: " if len(paths) > 2 else ""
        found = _labels(table, columns, prefix)
        if len(found) != len(vectors[place]):
            raise UsageError(
                f"{table}: has {len(found)} rows, the features have {len(vectors[place])}; "
                "give the labels of these vectors"
            )
        labels += found
    return LabelledCorpus(np.concatenate(vectors), tuple(labels))


def _labels(path: Path, columns: Sequence[str], prefix: str) -> list[frozenset[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            mine = [column for column in columns if column in (table.fieldnames or ())]
            if not mine:
                raise UsageError(f"{path}: has no column {' or '.join(columns)}; name one with --column")
            parts = [[(row[column] or "").split(SEPARATOR) for column in mine] for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV ({error})") from error
    return [frozenset(prefix + label for part in row for label in part if label) for row in parts]
