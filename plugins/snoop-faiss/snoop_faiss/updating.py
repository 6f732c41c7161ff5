"""Bringing an index up to date without training it again, while it has not changed much since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from snoop_faiss.building import ADD_ROWS, finish
from snoop_faiss.devices import PROCESSOR, Device, adding_on
from snoop_faiss.files import Built, load
from snoop_faiss.library import failures_told, load_faiss, threads, worth
from snoop_faiss.structures import FEWEST, PLAIN, Removal, Structure
from snoop_flow.plugin_types import RowArray, VectorView

MOST_CHANGED = 0.3  # share of rows added or removed since training, from which on it is trained again
MOST_HIDDEN = 0.2  # share of rows of a graph that are walked over and never returned


def update(
    structure: Structure,
    old: Path,
    view: VectorView,
    previous: RowArray,
    folder: Path,
    rng: np.random.Generator,
    *,
    device: str = PROCESSOR,
) -> str | None:
    """Write an index over a view from one over an earlier state, see `IndexTypeSpec.update`.

    Raises:
        IntegrityError: the old index cannot be read.
        PluginError: FAISS is not installed, or fails.
        UsageError: the device cannot be used.
    """
    built = load(structure, old)
    with failures_told(structure.name):
        return _update(built, structure, view, previous, folder, rng, device)


def _update(
    built: Built,
    structure: Structure,
    view: VectorView,
    previous: RowArray,
    folder: Path,
    rng: np.random.Generator,
    device: str,
) -> str | None:
    places = _moved(built, previous)
    added = np.flatnonzero(previous < 0)
    if reason := _too_much(structure, built, places, len(added)):
        return reason
    gone = np.flatnonzero((places < 0) & _present(built))
    places = _remove(built, places, gone)
    _add(built, view, added, len(places), device)
    places = np.concatenate([places, added]).astype(np.intp)
    same = np.array_equal(places, np.arange(len(view.numbers)))
    changed = {"rows": len(view.numbers)}
    if built.structure.learned:
        changed["changed_since"] = int(built.facts["changed_since"]) + len(added) + len(gone)
    finish(replace(built.with_facts(changed), places=None if same else places), view, folder, rng)
    return None


def _present(built: Built) -> np.ndarray:
    return np.ones(built.index.ntotal, bool) if built.places is None else built.places >= 0


def _moved(built: Built, previous: RowArray) -> RowArray:
    """The present row of each of FAISS's numbers, −1 for what is gone."""
    now = np.full(int(built.facts["rows"]), -1, np.intp)
    kept = np.flatnonzero(previous >= 0)
    now[previous[kept]] = kept
    before = np.arange(len(now)) if built.places is None else built.places
    return np.where(before >= 0, now[before], -1)


def _too_much(structure: Structure, built: Built, places: RowArray, added: int) -> str | None:
    """Why the change is too great, or None."""
    kept, mine = int(np.count_nonzero(places >= 0)), built.structure
    if mine.form == PLAIN != structure.form and kept + added >= FEWEST:
        reason = f"there are now {kept + added} vectors, enough to train on"
        return reason
    if mine.removal is Removal.HIDE:
        hidden = 1 - (kept + added) / (len(places) + added)
        reason = f"{hidden:.0%} of its vectors are gone but cannot be removed"
        return reason if hidden > MOST_HIDDEN else None
    if mine.learned:
        gone = int(built.facts["rows"]) - kept
        share = (int(built.facts["changed_since"]) + added + gone) / int(built.facts["rows_when_trained"])
        reason = f"{share:.0%} of its vectors have changed since it was trained"
        return reason if share > MOST_CHANGED else None
    return None


def _remove(built: Built, places: RowArray, gone: RowArray) -> RowArray:
    """Take rows out of FAISS's index; what its numbers stand for then."""
    if not len(gone) or built.structure.removal is Removal.HIDE:
        return places
    built.index.remove_ids(load_faiss().IDSelectorBatch(gone.astype(np.int64)))
    return places if built.structure.removal is Removal.KEEP else np.delete(places, gone)


def _add(built: Built, view: VectorView, rows: RowArray, first: int, device: str) -> None:
    """Add rows of the view; the first of them gets this number."""
    faiss = load_faiss()
    card = Device(device) if device != PROCESSOR and built.structure.celled and len(rows) else None
    with threads(faiss, worth(len(rows))), adding_on(card, faiss, built.index):
        for start in range(0, len(rows), ADD_ROWS):
            block = view.gather(rows[start : start + ADD_ROWS])
            if built.structure.removal is Removal.KEEP:
                numbers = np.arange(first + start, first + start + len(block), dtype=np.int64)
                built.index.add_with_ids(block, numbers)
            else:
                built.index.add(block)
