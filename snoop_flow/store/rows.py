"""Between database rows and entities: ids, moments, batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Row

from snoop_flow.entities import LanguageMap

Entity = TypeVar("Entity")
T = TypeVar("T")

# SQLite takes at most 32 766 bound values in one statement
CHUNK = 5_000
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [low + high for high in _ALPHABET for low in _ALPHABET]  # two characters for ten bits, the lower ones first


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def opaque_id(*parts: str) -> str:
    """A stable id for a natural key: 20 characters of Crockford-like base 32, safe in a URL, about 100 bits."""
    number = int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:13], "big")
    return "".join([_PAIRS[(number >> place) & 1023] for place in range(0, 100, 10)])


def to(entity: type[Entity], row: Row[Any], **changes: Any) -> Entity:
    """An entity from the row's columns of the same names; `changes` replace or convert some."""
    names, read = _reader(cast(Any, entity), tuple(changes))
    if not changes:
        return entity(*read(row))
    return entity(**dict(zip(names, read(row), strict=True)), **changes)


@cache
def _reader(entity: Any, changed: tuple[str, ...]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The columns that an entity takes as they are, and what reads them at once: rows come by the thousand."""
    names = tuple(field.name for field in fields(entity) if field.name not in changed)
    return names, attrgetter(*names) if len(names) > 1 else lambda row: tuple(getattr(row, name) for name in names)


def languages(value: Mapping[str, Sequence[str]]) -> LanguageMap:
    """A language map as JSON gives it back, with tuples again."""
    return {language: tuple(texts) for language, texts in value.items()}


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` values."""
    iterator = iter(values)
    while part := list(islice(iterator, size)):
        yield part
