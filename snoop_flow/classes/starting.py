"""What a class starts from before anything is marked: a text, an image from outside, items, a region, a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snoop_flow.classes.lessons import derived_of
from snoop_flow.entities import EmbeddingSet
from snoop_flow.learning import start_from_examples
from snoop_flow.searching.running import Query, query_vector
from snoop_flow.workspace import Workspace

MOST_NOTED = 200  # characters of a note


@dataclass(frozen=True, slots=True)
class Start:
    """A start as it is kept: float32 little-endian bytes of its weights, and what it was."""

    vector: bytes
    note: str


def start_of(workspace: Workspace, known: EmbeddingSet, asked: Query, note: str = "") -> Start:
    """The start that a query gives on an embedding set.

    Pictures are whitened by the corpus as it is now, see `snoop_flow.learning.start_from_examples`; texts and classes
    are taken as they are, since they lie apart from the pictures.

    Raises:
        UsageError: nothing is asked, nothing is embedded, or the backbone does not read the text.
        NotFoundError: an item or class does not exist or has no vector.
        SourceError: the image cannot be fetched or decoded.
    """
    vector = query_vector(workspace, asked, known)
    if not asked.text and not asked.visual_class:
        statistics = derived_of(workspace, known, workspace.vectors(known)).statistics
        whitened = start_from_examples(vector[None], statistics).weights
        # a picture that is just the corpus's mean has nothing of its own: it is taken as it is
        vector = whitened if whitened.any() else vector
    return Start(np.asarray(vector, "<f4").tobytes(), (note or _note(asked))[:MOST_NOTED])


def query_of(note: str) -> Query | None:
    """The query that a note tells of, where it tells all: a text, or items; None for anything else."""
    kind, colon, rest = note.partition(": ")
    if not colon or len(note) >= MOST_NOTED or "; " in rest:
        return None
    if kind == "text":
        return Query(text=rest)
    return Query(items=tuple(rest.split(", "))) if kind == "items" else None


def _note(asked: Query) -> str:
    parts = [
        f"text: {asked.text}" if asked.text else "",
        "an image from outside" if asked.image else "",
        f"image: {asked.url}" if asked.url else "",
        f"items: {', '.join(asked.items)}" if asked.items else "",
        f"unlike: {', '.join(asked.negatives)}" if asked.negatives else "",
        f"region: {asked.region[0]}#xywh={','.join(map(str, asked.region[1]))}" if asked.region else "",
        f"class: {asked.visual_class}" if asked.visual_class else "",
    ]
    return "; ".join(part for part in parts if part)
