"""Writing many rows by one statement that both databases know.

SQLAlchemy builds a statement, and a dictionary of converted values for each row, which takes longer than the writing
itself. Here a statement is spelt once, and rows go to the driver as tuples; what a type does to its values stays
SQLAlchemy's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Statement:
    """How rows of a table are written.

    Attributes:
        names: the columns in the order of the text's placeholders.
        converted: columns whose type turns values into what the driver takes, by place.
    """

    text: str
    names: tuple[str, ...]
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]

    def rows(self, values: Iterable[Mapping[str, Any]]) -> list[Row]:
        columns = [*zip(*map(_getter(self.names), values), strict=True)]
        for place, convert in self.converted:
            columns[place] = tuple(map(convert, columns[place]))
        return [*zip(*columns, strict=True)]


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert rows; where the keys exist, update the named columns (all but the keys by default, none if empty).

    Args:
        rows: all with the same columns; what is missing has a default in the database.
    """
    if not rows:
        return
    changed = [name for name in rows[0] if name not in keys] if update is None else update
    statement = _upserting(connection.dialect, table, tuple(rows[0]), tuple(keys), tuple(changed))
    connection.exec_driver_sql(statement.text, statement.rows(rows))


@lru_cache(maxsize=256)
def _upserting(
    dialect: Dialect, table: Table, names: tuple[str, ...], keys: tuple[str, ...], changed: tuple[str, ...]
) -> _Statement:
    quote = dialect.identifier_preparer.quote
    columns, unique = (", ".join(map(quote, some)) for some in (names, keys))
    values = ", ".join(["%s" if dialect.name == "postgresql" else "?"] * len(names))
    new = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in changed)
    conflict = f"DO UPDATE SET {new}" if changed else "DO NOTHING"
    text = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({values}) ON CONFLICT ({unique}) {conflict}"  # noqa: S608
    types = (table.c[name].type.dialect_impl(dialect) for name in names)
    found = ((place, type_.bind_processor(dialect)) for place, type_ in enumerate(types))
    return _Statement(text, names, tuple((place, convert) for place, convert in found if convert is not None))


@lru_cache(maxsize=256)
def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Row]:
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
