"""Building an index: make, train on a sample, add all rows, find out how much a search must spend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from snoop_faiss import cells
from snoop_faiss.devices import PROCESSOR, Device, adding_on, training_on
from snoop_faiss.files import Built, save
from snoop_faiss.library import failures_told, load_faiss, threads, worth
from snoop_faiss.measuring import SUFFICIENT, least_level, make_trial
from snoop_faiss.searching import FaissIndex
from snoop_faiss.structures import FEWEST, Structure, plain
from snoop_flow.plugin_types import FloatArray, RowArray, VectorView

ADD_ROWS = 16_384
CODE_ROWS = 10_000  # on which codes are trained; cells need more


def build(
    structure: Structure, view: VectorView, folder: Path, rng: np.random.Generator, *, device: str = PROCESSOR
) -> None:
    """Build a structure over a view into an empty folder.

    Memory: the structure itself, a training sample of at most 512 MB, and one block of rows.

    Raises:
        PluginError: FAISS is not installed, lacks the structure, or fails.
        UsageError: the device cannot be used.
    """
    with failures_told(structure.name):
        _build(structure, view, folder, rng, device)


def _build(structure: Structure, view: VectorView, folder: Path, rng: np.random.Generator, device: str) -> None:
    faiss = load_faiss()
    total = len(view.numbers)
    made = plain(structure) if total < FEWEST else structure
    card = Device(device) if made.celled and device != PROCESSOR else None
    index = made.make(faiss, view.dimension, total)
    sample = np.zeros((0, view.dimension), np.float32)
    with threads(faiss, worth(total)):
        if not index.is_trained:
            sample = _sample(made, view, rng)
            with training_on(card, faiss, index):
                index.train(sample)
        with adding_on(card, faiss, index):
            for block in view.blocks(ADD_ROWS):
                index.add(np.ascontiguousarray(block, np.float32))
    facts = {"form": made.form, "rows": total, "dimension": view.dimension}
    facts |= {"trained_on": len(sample), "rows_when_trained": total, "changed_since": 0} if len(sample) else {}
    facts |= {"cells": int(faiss.extract_index_ivf(index).nlist)} if made.celled else {}
    facts |= {"faiss": faiss.__version__, "built_on": PROCESSOR if card is None else device}
    finish(Built(made, index, facts), view, folder, rng)


def finish(built: Built, view: VectorView, folder: Path, rng: np.random.Generator) -> None:
    """Find out how much a search of an index must spend, and write everything down."""
    save(built.with_facts(_chosen(built, view, rng)), folder)


def _chosen(built: Built, view: VectorView, rng: np.random.Generator) -> Mapping[str, Any]:
    structure = built.structure
    if structure.exact or len(structure.efforts) == 1:
        return {}
    trial = make_trial(view, rng)

    def opened(level: int) -> FaissIndex:
        return FaissIndex(structure, built.index, view, level, places=built.places)

    level = least_level(trial, len(structure.efforts), opened)
    effort = structure.efforts[level]
    return {"level": level, "reach": effort.reach, "candidates": effort.candidates, "recall_wanted": SUFFICIENT}


def _sample(structure: Structure, view: VectorView, rng: np.random.Generator) -> FloatArray:
    total = len(view.numbers)
    wanted = cells.ROWS_A_CELL * cells.count(total, view.dimension) if structure.celled else 0
    bound = max(1, cells.TRAINING_BYTES // (4 * view.dimension))
    rows: RowArray = rng.choice(total, min(total, max(wanted, CODE_ROWS), bound), replace=False)
    return view.gather(np.sort(rows))
