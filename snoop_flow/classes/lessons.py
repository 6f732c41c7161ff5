"""A lesson: all that teaching a class needs, its marks, its newest model and the corpus it is taught on."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snoop_flow.entities import ClassModel, EmbeddingSet, VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.learning import LinearModel, start_from_query
from snoop_flow.plugin_types import FloatArray, RowArray
from snoop_flow.store import classes, embeddings, opinions
from snoop_flow.vectors import Derived, VectorSet, derive
from snoop_flow.workspace import Workspace


def linear_model(model: ClassModel) -> LinearModel:
    """A kept model as numbers."""
    return LinearModel(np.frombuffer(model.weights, "<f4"), model.bias)


def knows_nothing(model: ClassModel) -> bool:
    """Whether a version only says that the class went back to before its first fit, see `teaching.return_to`."""
    return not model.positives and not np.frombuffer(model.weights, "<f4").any()


@dataclass(frozen=True)
class Lesson:
    """A class being taught, as it stands.

    Attributes:
        model: the newest version, None before the first fit.
        known: the embedding set it is taught on, whose live vectors are `view`.
        marks: item number → present value by all who marked it, +1, −1 or 0.
        trust: item number → how much the value may count, in (0, 1]; 1 with one annotator.
    """

    workspace: Workspace
    visual_class: VisualClass
    model: ClassModel | None
    known: EmbeddingSet
    view: VectorSet
    marks: Mapping[int, int]
    trust: Mapping[int, float]

    @property
    def name(self) -> str:
        """The class's name, for messages."""
        return self.visual_class.name

    @cached_property
    def linear(self) -> LinearModel | None:
        """What ranks the corpus: the newest model, else the start; None where nothing is known of the class."""
        if self.model is None or knows_nothing(self.model):
            return self.start
        return linear_model(self.model)

    @cached_property
    def start(self) -> LinearModel | None:
        """What the class began with, as a model; None where it begins with its marks."""
        if self.visual_class.start is None:
            return None
        return start_from_query(np.frombuffer(self.visual_class.start, "<f4"), self.derived.statistics)

    @cached_property
    def derived(self) -> Derived:
        """Statistics and clusters of the corpus; raises `UsageError` where nothing is embedded."""
        return derived_of(self.workspace, self.known, self.view)

    def ranked_by(self) -> LinearModel:
        """What ranks the corpus; raises `UsageError` where nothing is known of the class."""
        if self.linear is None:
            raise UsageError(f"class {self.name} has no model yet; mark a positive, then run: snoop-flow class fit")
        return self.linear

    def numbers(self, value: int) -> list[int]:
        """Numbers of the items marked so."""
        return sorted(number for number, mark in self.marks.items() if mark == value)

    def rows(self, value: int) -> RowArray:
        """Rows of the items marked so that have a vector."""
        rows = self.view.rows_of(self.numbers(value))
        return rows[rows >= 0]

    def vectors(self, value: int) -> FloatArray:
        """Vectors of the items marked so, (n, D)."""
        return self.view.gather(self.rows(value))

    def weights(self, value: int) -> NDArray[np.float64]:
        """How much each of `vectors` may count, (n,)."""
        numbers = self.numbers(value)
        embedded = self.view.rows_of(numbers) >= 0
        return np.array([self.trust[number] for number in numbers], np.float64)[embedded]

    def digest(self) -> str:
        """SHA-256 over the marks, and over how much they count where several people made them.

        Equal marks give an equal model.
        """
        told: list[object] = [sorted(self.marks.items())]
        if any(weight != 1 for weight in self.trust.values()):
            told.append([[number, round(weight, 4)] for number, weight in sorted(self.trust.items())])
        return hashlib.sha256(json.dumps(told[0] if len(told) == 1 else told).encode()).hexdigest()

    def rng_of_marks(self) -> np.random.Generator:
        """Random numbers that follow from the marks alone: a fork learns what the class it was taken from would."""
        return np.random.default_rng(int(self.digest()[:16], 16))

    def rng(self, salt: str) -> np.random.Generator:
        """Random numbers that are the same for the same class, version and marks."""
        seed = zlib.crc32(f"{self.visual_class.id} {self.visual_class.version} {len(self.marks)} {salt}".encode())
        return np.random.default_rng(seed)


def derived_of(workspace: Workspace, known: EmbeddingSet, view: VectorSet) -> Derived:
    """Statistics and clusters of a set's live vectors, computed once; raises `UsageError` where there are none."""
    if not len(view):
        raise UsageError(f"the backbone {known.backbone} has no vectors yet; run: snoop-flow embed")
    return workspace.derived(view, lambda: derive(workspace.vector_folder / str(known.id), view))


def lesson_of(workspace: Workspace, name: str) -> Lesson:
    """The lesson of a class.

    Raises:
        NotFoundError: there is no such class, or its vectors were removed.
        UsageError: model or start do not fit the vectors.
    """
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
        model = classes.model(connection, found.id)
        known = embeddings.set_by_id(connection, found.set_id)
        said = opinions.combined(connection, found.id)
    _check(found, model, known)
    return Lesson(workspace, found, model, known, workspace.vectors(known), said.values, said.weights)


def _check(found: VisualClass, model: ClassModel | None, known: EmbeddingSet) -> None:
    if model is not None and model.fingerprint != known.fingerprint:
        raise UsageError(
            f"class {found.name} was fitted on vectors of another backbone than {known.backbone}; "
            f"fit it on the present ones with: snoop-flow class move {found.name!r} --backbone {known.backbone}"
        )
    for what, numbers in (("model", model.weights if model else None), ("start", found.start)):
        if numbers is not None and len(numbers) != 4 * known.dimension:
            raise UsageError(
                f"the {what} of class {found.name} has {len(numbers) // 4} numbers, vectors of {known.backbone} have "
                f"{known.dimension}; create the class anew on the present vectors"
            )
