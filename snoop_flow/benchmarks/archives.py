"""A workspace as large as a benchmark wants: items and vectors without images, and classes that were never marked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, String, cast, literal, literal_column, select

from snoop_flow.benchmarks.corpora import Vectors
from snoop_flow.classes.definitions import create_in_set
from snoop_flow.entities import ClassModel, EmbeddingSet
from snoop_flow.facade import Workspace
from snoop_flow.store import classes, collections, embeddings
from snoop_flow.store.rows import now
from snoop_flow.store.schema import embedding_set, item, record, shard, vector_row
from snoop_flow.vectors import VectorSet, write_shard

MEMBERS = 20  # vectors near one another, of which a class is made


def made_up_archive(folder: Path, blocks: Iterator[Vectors], dimension: int) -> Workspace:
    """A workspace with one item for each vector; one sealed shard for each block."""
    workspace = Workspace.create(folder)
    with workspace.catalogue.write() as connection:
        known = embeddings.ensure_set(connection, "made-up", "made-up", dimension)
        record_id = _record(connection, workspace.user().institution_id)
    first = 1
    for number, block in enumerate(blocks, 1):
        name = f"{known.id}/{number}.safetensors"
        numbers = np.arange(first, first + len(block))
        digest = write_shard(workspace.vector_folder / name, block, numbers, known.fingerprint)
        with workspace.catalogue.write() as connection:
            _enter_items(connection, record_id, first, len(block))
            values = {"id": number, "set_id": known.id, "file": name, "sha256": digest, "sealed_at": now()}
            connection.execute(shard.insert().values(**values, rows=len(block)))
            _enter_vectors(connection, known.id, number, first, len(block))
            connection.execute(embedding_set.update().values(epoch=number))
        first += len(block)
    return workspace


def _record(connection: Connection, institution: str) -> str:
    home = collections.ensure(connection, institution, "made-up", "Made up")
    source = collections.ensure_source(connection, home.id, "made-up", "folder", [])
    empty: dict[str, object] = {"label": {}, "metadata": [], "attribution": {}}
    values = {"id": "made-up", "collection_id": home.id, "source_id": source.id, "uri": "made-up", "digest": ""}
    connection.execute(record.insert().values(**empty, **values, local=True, harvested_at=now()))
    return "made-up"


def _enter_items(connection: Connection, record_id: str, first: int, count: int) -> None:
    n = _numbers(first, count)
    name: Any = cast(n, String)
    empty: Any = literal_column("'{}'")
    columns: dict[str, Any] = {
        "number": n,
        "id": name,
        "record_id": literal(record_id),
        "kind": literal("canvas"),
        "uri": name,
    }
    columns |= {"label": empty, "width": literal(1), "height": literal(1), "position": n, "image": empty}
    columns |= {"image_digest": literal(""), "selector": literal("")}
    connection.execute(item.insert().from_select(list(columns), select(*columns.values())))


def _enter_vectors(connection: Connection, set_id: int, shard_id: int, first: int, count: int) -> None:
    n = _numbers(first, count)
    columns: dict[str, Any] = {"set_id": literal(set_id), "item": n, "shard_id": literal(shard_id), "row": n - first}
    columns |= {"image_digest": literal(""), "epoch": literal(shard_id)}
    connection.execute(vector_row.insert().from_select(list(columns), select(*columns.values())))


def _numbers(first: int, count: int) -> ColumnElement[int]:
    numbers = select(literal(first).label("n")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < first + count - 1)).c.n


def add_classes(
    workspace: Workspace, count: int, kept: int, rng: np.random.Generator, known: EmbeddingSet | None = None
) -> list[str]:
    """Ids of classes on a set of vectors, each with a model whose threshold lets about so many items pass."""
    known = known or workspace.embedding_set()
    view = workspace.vectors(known)
    sample = view.gather(np.linspace(0, len(view) - 1, min(len(view), 20_000)).astype(np.intp))
    common = sample.mean(axis=0)
    ids: list[str] = []
    begin = len(workspace.classes())
    for place in range(begin, begin + count):
        near = np.argsort(-(sample @ sample[rng.integers(len(sample))]))[:MEMBERS]
        weights = sample[near].mean(axis=0) - common
        found = create_in_set(workspace, known, f"Class {place + 1}")
        with workspace.catalogue.write() as connection:
            classes.add_model(connection, _model(found.id, weights, threshold_of(view, weights, kept)))
        ids.append(found.id)
    return ids


def threshold_of(view: VectorSet, weights: Vectors, kept: int) -> float:
    """The score of the item at place `kept`."""
    return float(view.scan(weights).top(min(kept, len(view))).scores[-1])


def _model(class_id: str, weights: NDArray[np.float32], threshold: float) -> ClassModel:
    return ClassModel(
        class_id=class_id,
        version=1,
        fingerprint="made-up",
        weights=weights.astype("<f4").tobytes(),
        bias=0.0,
        threshold=threshold,
        calibration={},
        marks_digest="",
        positives=MEMBERS,
        negatives=0,
        seconds=0.0,
        cost={},
        created_at=now(),
    )
