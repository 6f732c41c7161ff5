"""Titles and metadata as they are searched: one row for a record, one for each item that has words of its own.

SQLite searches them by FTS5, PostgreSQL by an index over text vectors. Both only tell which rows have a word: the order
is made here, so that it is the same on both. A word counts the more the rarer it is (the inverse document frequency of
BM25, Robertson and Spärck Jones), and twice where an item's own label has it as well as its record. How often a word
stands in a row does not count: these are short texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Select,
    case,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from snoop_flow.entities import ItemKind
from snoop_flow.store.analysis import Word, indexed
from snoop_flow.store.items import searched
from snoop_flow.store.rows import chunks
from snoop_flow.store.schema import description, item, record

COMMON = 0.5  # share of the rows; a word that so many have tells little, and is left out unless there is no other
MOST_WORDS = 64  # of a query; a whole page of text is no query
_FULL_TEXT = table("description_words", column("rowid"))  # of SQLite, kept right by triggers


@dataclass(frozen=True, slots=True)
class Found:
    """An item with the weight of the words that it has, and how many of those asked for.

    Attributes:
        others: keyframes of the same film that have the same words, and that it stands for.
    """

    number: int
    weight: float
    words: int
    others: int = 0


def replace(connection: Connection, values: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    """Write by what a saved record and its items are found.

    Args:
        values: of the record: its `id` and its `words`, a text.
        items: of its items: their `id` and `words`.
    """
    connection.execute(delete(description).where(description.c.record_id == values["id"]))
    add(connection, [(values, items)])


def add(connection: Connection, batch: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> None:
    """Write by what saved records and their items are found, where nothing is written yet; see `replace`."""
    numbers: dict[str, int] = {}
    for part in chunks(one["id"] for _, items in batch for one in items if one["words"]):
        known = connection.execute(select(item.c.id, item.c.number).where(item.c.id.in_(part)))
        numbers.update((row.id, row.number) for row in known)
    rows: list[tuple[str, int | None, str]] = [(values["id"], None, values["words"]) for values, _ in batch]
    rows += [
        (values["id"], numbers[one["id"]], one["words"]) for values, items in batch for one in items if one["words"]
    ]
    described = [(id_, number, words) for id_, number, given in rows if (words := indexed(given))]
    for part in chunks(described):
        _insert(connection, part)


def _insert(connection: Connection, rows: Sequence[tuple[str, int | None, str]]) -> None:
    """Write rows by one statement, given as JSON: for each statement, FTS5 takes four times as long as for a row."""
    text = orjson.dumps(rows).decode()
    if connection.dialect.name == "postgresql":
        each = func.json_array_elements(cast(literal(text), JSON)).table_valued("value")
    else:
        each = func.json_each(text).table_valued("value")
    id_, number, words = (each.c.value.op("->>")(place) for place in range(3))
    columns = [description.c.record_id, description.c.item, description.c.words]
    connection.execute(insert(description).from_select(columns, select(id_, cast(number, BigInteger), words)))


def find(
    connection: Connection,
    words: Sequence[Word],
    collection_id: str | None,
    limit: int | None,
    *,
    every: bool = False,
    films_once: bool = False,
) -> list[Found]:
    """Live items whose own or whose record's words are among those asked for, the best first.

    Args:
        every: only those that have all the words.
        films_once: of keyframes of one film that have the same words, as all have those of its title, only the first.
    """
    asked = list(dict.fromkeys(words))[:MOST_WORDS]
    weights = _weights(connection, asked, every)
    if not weights or (every and len(weights) < len(asked)):
        return []
    parts = [
        part for place, (word, weight) in enumerate(weights.items()) for part in _items(connection, place, word, weight)
    ]
    hits = union_all(*parts).subquery()
    total, had = func.sum(hits.c.weight), func.count(hits.c.word.distinct())
    columns = [hits.c.number, total.label("weight"), had.label("words")]
    once = films_once and connection.execute(select(item.c.number).where(~searched).limit(1)).first() is not None
    if once:
        columns.append(_film().label("film"))
    statement = select(*columns).join(item, item.c.number == hits.c.number)
    statement = statement.where(item.c.gone_at.is_(None), searched)
    if collection_id is not None:
        statement = statement.join(record, record.c.id == item.c.record_id)
        statement = statement.where(record.c.collection_id == collection_id)
    grouped = statement.group_by(hits.c.number)
    if every:
        grouped = grouped.having(had == len(asked))
    if once:
        one = grouped.group_by(item.c.number).subquery()
        first, others = func.min(one.c.number), func.count() - 1
        films = select(first, one.c.weight, one.c.words, others).group_by(one.c.film, one.c.weight, one.c.words)
        ordered = films.order_by(one.c.weight.desc(), first).limit(limit)
    else:
        ordered = grouped.order_by(total.desc(), hits.c.number).limit(limit)
    return [Found(row[0], float(row[1]), int(row[2]), *map(int, row[3:])) for row in connection.execute(ordered)]


def _film() -> ColumnElement[int]:
    """The canvas of the film that a keyframe is of; of anything else the number of the item itself."""
    shot = item.alias("shot")
    above = select(shot.c.parent).where(shot.c.number == item.c.parent).scalar_subquery()
    return case(
        (item.c.kind == ItemKind.KEYFRAME, func.coalesce(above, item.c.parent, item.c.number)), else_=item.c.number
    )


def _weights(connection: Connection, words: Sequence[Word], every: bool) -> dict[Word, float]:
    """The words that some row has, with what they weigh; those that nearly all have are left out if others remain."""
    rows = connection.execute(select(func.count()).select_from(description)).scalar_one()
    counts = {}
    for word in words:
        having = select(func.count()).select_from(description).where(_has(connection, word))
        if number := connection.execute(having).scalar_one():
            counts[word] = number
    telling = {word: number for word, number in counts.items() if every or number < COMMON * rows}
    return {word: log(1 + (rows - number + 0.5) / (number + 0.5)) for word, number in (telling or counts).items()}


def _items(connection: Connection, place: int, word: Word, weight: float) -> list[Select[Any]]:
    # computed before it is joined: without statistics, PostgreSQL would look for the word again in every pair of rows
    named = select(description.c.record_id, description.c.item).where(_has(connection, word))
    having = named.cte(f"having_{place}").prefix_with("MATERIALIZED", dialect="postgresql")
    columns = (literal(place).label("word"), cast(literal(weight), Float).label("weight"))
    own = select(having.c.item.label("number"), *columns).where(having.c.item.is_not(None))
    below = select(item.c.number, *columns).select_from(having).join(item, item.c.record_id == having.c.record_id)
    return [own, below.where(having.c.item.is_(None))]


def _has(connection: Connection, word: Word) -> ColumnElement[bool]:
    """Whether a row has one of the forms of a word; the forms hold no operators, being letters and digits only."""
    if connection.dialect.name == "postgresql":
        vector = func.array_to_tsvector(func.string_to_array(description.c.words, " "))
        return vector.op("@@")(cast(literal(" | ".join(f"'{form}'" for form in word)), TSQUERY))
    asked = " OR ".join(f'"{form}"' for form in word)
    found = select(_FULL_TEXT.c.rowid).where(literal_column(_FULL_TEXT.name).op("MATCH")(asked))
    return description.c.number.in_(found)
