"""What an index consists of on disk: FAISS's file, facts, and which row each of FAISS's numbers stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from snoop_faiss.library import load_faiss
from snoop_faiss.structures import PLAIN, Effort, Structure, plain
from snoop_flow.errors import IntegrityError
from snoop_flow.plugin_types import RowArray, VectorView

INDEX = "index.faiss"
FACTS = "facts.json"
PLACES = "places.npy"


@dataclass(frozen=True, slots=True)
class Built:
    """An index in memory.

    Attributes:
        structure: what it really is; of few rows, plain vectors.
        index: FAISS's own.
        facts: small JSON, shown with the index.
        places: the view's row of each number that FAISS gives, −1 for rows that are gone; None when they are the same.
    """

    structure: Structure
    index: Any
    facts: Mapping[str, Any]
    places: RowArray | None = None

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """What a search can spend."""
        return self.structure.efforts

    @property
    def level(self) -> int:
        """Which of the structure's efforts a search spends."""
        return int(self.facts.get("level", 0))

    def with_facts(self, more: Mapping[str, Any]) -> Built:
        """The same with more facts, of which new ones replace old ones."""
        return replace(self, facts={**self.facts, **more})


def save(built: Built, folder: Path) -> None:
    """Write an index into an empty folder."""
    load_faiss().write_index(built.index, str(folder / INDEX))
    (folder / FACTS).write_text(json.dumps(dict(built.facts), indent=1) + "\n", "utf-8")
    if built.places is not None:
        np.save(folder / PLACES, built.places, allow_pickle=False)


def load(structure: Structure, folder: Path) -> Built:
    """Read what was written.

    Raises:
        IntegrityError: a file is missing, damaged, or of another make.
    """
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        index = load_faiss().read_index(str(folder / INDEX))
        places = np.load(folder / PLACES, allow_pickle=False) if (folder / PLACES).exists() else None
        built = Built(plain(structure) if facts["form"] == PLAIN else structure, index, facts, places)
        if not (
            index.d == facts["dimension"] and _rows(built) == facts["rows"] and 0 <= built.level < len(built.efforts)
        ):
            raise ValueError("the files do not belong together")
    except (OSError, EOFError, RuntimeError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise IntegrityError(f"{folder}: the index cannot be read; build it anew with: {mend(structure)}") from error
    return built


def _rows(built: Built) -> int:
    return int(built.index.ntotal if built.places is None else np.count_nonzero(built.places >= 0))


def check_view(built: Built, folder: Path, view: VectorView) -> None:
    """See that an index is over a view; raises `IntegrityError`."""
    mine, wanted = (_rows(built), int(built.index.d)), (len(view.numbers), view.dimension)
    if mine != wanted:
        raise IntegrityError(
            f"{folder}: the index is of {mine[0]} vectors of {mine[1]} numbers, not of {wanted[0]} of {wanted[1]}; "
            f"build it anew with: {mend(built.structure)}"
        )


def mend(structure: Structure) -> str:
    """The command that builds an index anew."""
    return f"snoop-flow index --type {structure.name}"
