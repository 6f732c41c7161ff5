"""A labelled folder: a CSV that says which class each file belongs to, and the files' vectors."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL.Image import Image

from snoop_flow.errors import SourceError, UsageError
from snoop_flow.fetching import Fetcher
from snoop_flow.images import Decoder, ImageLoader, ImageRequest
from snoop_flow.jobs import Progress
from snoop_flow.plugin_types import BackboneSpec, FloatArray, Mask

LEAST_MEMBERS = 2  # one to begin with, one to find
BATCH = 64


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled set as the CSV tells it.

    Attributes:
        files: (N) relative to the CSV, each once, in the order of their first rows.
        rows: row of the CSV, from 0, in which each file comes first.
        members: label → mask over the files, in the order of the labels; files without a label belong to no class.
    """

    folder: Path
    files: tuple[str, ...]
    rows: tuple[int, ...]
    members: dict[str, Mask]
    table_rows: int

    @property
    def name(self) -> str:
        """The folder's name, to tell sets apart."""
        return self.folder.resolve().name


def read_labelled(path: Path) -> Labelled:
    """A labelled set; every label counts that has two files or more.

    Raises:
        UsageError: the file is no CSV with the columns `file` and `label`, or has no such label.
    """
    rows = _rows(path)
    firsts: dict[str, int] = {}
    for number, (file, _) in enumerate(rows):
        firsts.setdefault(file, number)
    members: dict[str, set[str]] = {}
    for file, label in rows:
        if label:
            members.setdefault(label, set()).add(file)
    files = tuple(firsts)
    masks = {label: np.isin(files, list(some)) for label, some in sorted(members.items()) if len(some) >= LEAST_MEMBERS}
    if not masks:
        raise UsageError(f"{path}: no label has {LEAST_MEMBERS} files or more; there is nothing to learn")
    return Labelled(path.parent, files, tuple(firsts.values()), masks, len(rows))


def read_labels(path: Path) -> dict[str, set[str]]:
    """Label → files, for the labels with at least two files; raises as `read_labelled` does."""
    found = read_labelled(path)
    return {label: set(np.array(found.files)[mask].tolist()) for label, mask in found.members.items()}


def _rows(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not {"file", "label"} <= set(table.fieldnames or ()):
                raise UsageError(f"{path}: has no columns file and label; its first line must name them")
            return [(row["file"] or "", row["label"] or "") for row in table if row["file"]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV ({error})") from error


def embedded(labelled: Labelled, spec: BackboneSpec, progress: Progress | None = None) -> FloatArray:
    """Vectors of the files by a backbone, (N, D); raises `SourceError` for an image that cannot be read."""
    backbone = spec.open("cpu")
    parts = []
    with Fetcher() as fetcher, Decoder() as decoder:
        loader = ImageLoader(fetcher, decoder.decode)
        for start in range(0, len(labelled.files), BATCH):
            part = labelled.files[start : start + BATCH]
            parts.append(backbone.embed_images(list(pictures(loader, labelled.folder, part, spec.input_size))))
            if progress:
                progress(min(start + BATCH, len(labelled.files)), len(labelled.files), "embed")
    return np.concatenate(parts)


def pictures(loader: ImageLoader, folder: Path, files: Sequence[str], size: int) -> Iterator[Image]:
    """The images of some files, in their order; raises `SourceError` for one that cannot be read."""
    references = [ImageRequest({"path": str((folder / file).resolve())}) for file in files]
    for picture in loader.load_many(references, size):
        if isinstance(picture, SourceError):
            raise picture
        yield picture


def read_vectors(path: Path, labelled: Labelled) -> FloatArray:
    """Vectors of the files out of a `.npy` file whose row j belongs to row j of the CSV, (N, D) of unit length.

    Raises:
        UsageError: the file is not such an array.
    """
    found = read_features(path)
    if len(found) not in (labelled.table_rows, len(labelled.files)):
        raise UsageError(
            f"{path}: has {len(found)} rows, the table of labels {labelled.table_rows}; row j of one belongs to row j "
            "of the other"
        )
    return found[list(labelled.rows)] if len(found) == labelled.table_rows else found


def read_features(path: Path) -> FloatArray:
    """(n, D) unit vectors of a `.npy` file.

    Raises:
        UsageError: the file is not such an array.
    """
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UsageError(f"{path}: cannot be read as a .npy array ({error})") from error
    if found.ndim != 2 or not len(found) or not np.issubdtype(found.dtype, np.floating) or not np.isfinite(found).all():
        raise UsageError(f"{path}: holds no table of finite numbers, one row a vector")
    return units(found.astype(np.float32))


def units(vectors: FloatArray) -> FloatArray:
    """Vectors of length one."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray(vectors / lengths, np.float32)
