"""Building an index and opening it again: a FAISS file, and a file of what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from snoop_faiss.library import load_faiss, threads
from snoop_faiss.measuring import choose_effort, make_trial
from snoop_faiss.searching import FaissIndex
from snoop_faiss.structures import Structure, cells
from snoop_flow.errors import IntegrityError
from snoop_flow.plugin_types import FloatArray, VectorView

FILE = "index.faiss"
FACTS = "facts.json"
ADD_ROWS = 16_384
TRAINING_BYTES = 512 << 20
TRAINING_ROWS = 10_000  # for codes; cells need more
ROWS_A_CELL = 64


def build(structure: Structure, view: VectorView, folder: Path, rng: np.random.Generator) -> None:
    """Build a structure over a view into an empty folder.

    Memory: the structure itself, a training sample of at most 512 MB, and one block of rows.
    """
    faiss = load_faiss()
    index = structure.make(faiss, view.dimension, len(view.numbers))
    with threads(faiss):
        if not index.is_trained:
            index.train(_sample(structure, view, rng))
        for block in view.blocks(ADD_ROWS):
            index.add(np.ascontiguousarray(block, np.float32))
    facts = {"rows": int(index.ntotal), "dimension": view.dimension, "faiss": faiss.__version__}
    facts |= _measured(structure, index, view, rng)
    faiss.write_index(index, str(folder / FILE))
    (folder / FACTS).write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def open_index(structure: Structure, folder: Path, view: VectorView) -> FaissIndex:
    """Open what was built, over the same view.

    Raises:
        IntegrityError: a file is missing or not of this view.
    """
    faiss = load_faiss()
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        level = structure.efforts.index(facts.get("effort", structure.efforts[0]))
        index = faiss.read_index(str(folder / FILE))
    except (OSError, RuntimeError, ValueError, AttributeError) as error:
        raise IntegrityError(f"{folder}: the index cannot be read; build it anew with: {_mend(structure)}") from error
    if (index.ntotal, index.d) != (len(view.numbers), view.dimension):
        raise IntegrityError(
            f"{folder}: the index is of {index.ntotal} vectors of {index.d} numbers, not of {len(view.numbers)} of "
            f"{view.dimension}; build it anew with: {_mend(structure)}"
        )
    return FaissIndex(structure, index, view, level)


def _mend(structure: Structure) -> str:
    return f"snoop-flow index --type {structure.name}"


def _sample(structure: Structure, view: VectorView, rng: np.random.Generator) -> FloatArray:
    total = len(view.numbers)
    wanted = ROWS_A_CELL * cells(total) if structure.name == "faiss-ivf" else TRAINING_ROWS
    bound = max(1, TRAINING_BYTES // (4 * view.dimension))
    rows = rng.choice(total, min(total, wanted, bound), replace=False)
    return view.gather(np.sort(rows))


def _measured(structure: Structure, index: Any, view: VectorView, rng: np.random.Generator) -> dict[str, Any]:
    if structure.exact:
        return {}
    trial = make_trial(view, rng)
    return choose_effort(trial, structure.efforts, lambda level: FaissIndex(structure, index, view, level))
