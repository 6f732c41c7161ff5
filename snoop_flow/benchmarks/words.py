"""Full-text search over titles and metadata, judged by queries with known answers.

The documents of a CSV are entered in a catalogue as a harvest would, one item each, and every query is asked in three
ways: with our analysis and order; the same without stems; and plainly, all words somewhere in the text, in the order
of the file.
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from snoop_flow.errors import UsageError
from snoop_flow.store import Catalogue, collections, descriptions, people, records, sqlite_url
from snoop_flow.store.analysis import fold, words_of
from snoop_flow.store.items import numbers_in
from snoop_flow.store.rows import now, opaque_id

Find = Callable[[Connection, str], list[int]]
RECORD = opaque_id("record", "documents")


@dataclass(frozen=True, slots=True)
class Answers:
    """How one way of searching answers all queries; means over the queries.

    Attributes:
        recall: share of the relevant documents that are found at all.
        r_precision: precision among the first R, R being the number of relevant ones.
        average_precision: mean precision at the rank of each relevant document; those that are not found count as 0.
        reciprocal_rank: 1 / the rank of the first relevant one, 0 where none is found.
        milliseconds: median for one query.
    """

    way: str
    recall: float
    r_precision: float
    average_precision: float
    reciprocal_rank: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class WordsReport:
    """All ways on one set of queries."""

    documents: int
    queries: int
    database: str
    ways: tuple[Answers, ...]


def bench_words(
    documents: Path,
    queries: Path,
    *,
    text: Sequence[str],
    query: str = "query",
    database: str | None = None,
) -> WordsReport:
    """Measure how queries in words are answered.

    Args:
        documents: CSV with a column `file` and columns of text.
        queries: JSON, a list of objects with a query and `relevant`, the files that answer it.
        text: names of the columns of text.
        query: name of the query in each object.
        database: SQLAlchemy URL of an empty database; by default SQLite.

    Raises:
        UsageError: a file cannot be read, or holds something else.
    """
    texts, asked = _documents(documents, text), _queries(queries, query)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-bench-") as folder:
        catalogue = Catalogue(database or sqlite_url(Path(folder) / "catalogue.sqlite"))
        try:
            catalogue.create()
            with catalogue.write() as connection:
                numbers = _enter(connection, texts)
            with catalogue.read() as connection:
                name = connection.dialect.name
                ways = {"ours": _ours, "without stems": _unstemmed, "all words contained": _contained(texts, numbers)}
                found = tuple(_answers(connection, way, find, asked, numbers) for way, find in ways.items())
        finally:
            catalogue.close()
    return WordsReport(len(texts), len(asked), name, found)


def _documents(path: Path, columns: Sequence[str]) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if missing := [name for name in ("file", *columns) if name not in (rows.fieldnames or ())]:
                raise UsageError(f"{path}: has no column {', '.join(missing)}")
            return {row["file"]: " ".join(row[name] for name in columns) for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV ({error})") from error


def _queries(path: Path, name: str) -> list[tuple[str, list[str]]]:
    try:
        found = json.loads(path.read_text("utf-8"))
        return [(str(one[name]), [str(file) for file in one["relevant"]]) for one in found if one["relevant"]]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no list of objects with {name} and relevant ({error})") from error


def _enter(connection: Connection, texts: Mapping[str, str]) -> dict[str, int]:
    """One record with an item for each document; file → item number."""
    user = people.ensure_local(connection, "benchmark")
    collection = collections.ensure(connection, user.institution_id, "documents", "Documents")
    source = collections.ensure_source(connection, collection.id, "documents", "folder", [])
    items = [_item(place, file, words) for place, (file, words) in enumerate(texts.items())]
    record = {"id": RECORD, "collection_id": collection.id, "source_id": source.id, "uri": "urn:documents"}
    empty = {"label": {}, "metadata": [], "rights": "", "attribution": {}, "homepage": "", "version": "", "digest": ""}
    records.save(connection, {**record, **empty, "local": True, "words": "", "harvested_at": now()}, items)
    return dict(zip(texts, numbers_in(connection, None), strict=True))


def _item(place: int, file: str, words: str) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "parent": None,
        "kind": "canvas",
        "selector": "",
        "label": {},
        "width": 1,
        "height": 1,
        "image": {},
    }
    natural = {"id": opaque_id("item", file), "record_id": RECORD, "uri": file, "position": place}
    return {**plain, **natural, "image_digest": file[:64], "words": words}


def _ours(connection: Connection, asked: str) -> list[int]:
    return [one.number for one in descriptions.find(connection, words_of(asked), None, None)]


def _unstemmed(connection: Connection, asked: str) -> list[int]:
    words = [word[:1] for word in words_of(asked)]
    return [one.number for one in descriptions.find(connection, words, None, None)]


def _contained(texts: Mapping[str, str], numbers: Mapping[str, int]) -> Find:
    folded = {numbers[file]: fold(words) for file, words in texts.items()}

    def find(_: Connection, asked: str) -> list[int]:
        words = fold(asked).split()
        return [number for number, text in folded.items() if all(word in text for word in words)]

    return find


def _answers(
    connection: Connection, way: str, find: Find, asked: Sequence[tuple[str, list[str]]], numbers: Mapping[str, int]
) -> Answers:
    figures = []
    for text, files in asked:
        started = time.perf_counter()
        found = find(connection, text)
        seconds = time.perf_counter() - started
        figures.append([*_judged(found, {numbers[file] for file in files if file in numbers}), 1000 * seconds])
    table = np.array(figures)
    recall, precise, average, first = (round(float(value), 4) for value in table[:, :4].mean(axis=0))
    return Answers(way, recall, precise, average, first, round(float(np.median(table[:, 4])), 2))


def _judged(found: Sequence[int], relevant: set[int]) -> Iterator[float]:
    """Recall, R-precision, average precision and reciprocal rank of one answer."""
    hits = np.array([number in relevant for number in found], bool)
    ranks = np.flatnonzero(hits) + 1
    yield len(ranks) / len(relevant)
    yield float(hits[: len(relevant)].sum()) / len(relevant)
    yield float(np.sum(np.arange(1, len(ranks) + 1) / ranks)) / len(relevant)
    yield 1 / float(ranks[0]) if len(ranks) else 0.0
