"""What is read, and what comes of it; also as plain values, which go from process to process five times as fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from snoop_flow.errors import SourceError
from snoop_flow.plugin_types import HarvestSource, ItemDraft, RecordDraft, RecordRef
from snoop_flow.reading.lending import Lent, UnchangedError, Validator


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record to be read.

    Attributes:
        known: tells that it did not change; empty for one that is read in any case.
    """

    ref: RecordRef
    known: Validator


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of reading a record: a draft, a failure, or neither where it did not change.

    Attributes:
        validator: tells the next time that it did not change.
    """

    draft: RecordDraft | None
    failure: SourceError | None
    validator: Mapping[str, str]


def read_each(open_: Callable[[], HarvestSource], lent: Lent, wanted: Iterable[Wanted]) -> list[Outcome]:
    """Read records one after the other; failures are given, not raised."""
    return [_read(open_, lent, one) for one in wanted]


def _read(open_: Callable[[], HarvestSource], lent: Lent, one: Wanted) -> Outcome:
    try:
        with lent.reading(one.known):
            draft = open_().read(one.ref)
            return Outcome(draft, None, lent.validator())
    except UnchangedError:
        return Outcome(None, None, one.known)
    except SourceError as error:
        return Outcome(None, error, {})


_RECORD = attrgetter(*(field.name for field in fields(RecordDraft)))
_ITEM = attrgetter(*(field.name for field in fields(ItemDraft)))
_ITEMS = [field.name for field in fields(RecordDraft)].index("items")


def packed(outcome: Outcome) -> tuple[Any, ...]:
    """An outcome as plain values."""
    if outcome.draft is None:
        return None, outcome.failure, dict(outcome.validator)
    values = list(_RECORD(outcome.draft))
    values[_ITEMS] = [_ITEM(item) for item in outcome.draft.items]
    return values, None, dict(outcome.validator)


def unpacked(values: tuple[Any, ...]) -> Outcome:
    """The outcome that `packed` made plain."""
    draft, failure, validator = values
    if draft is not None:
        draft[_ITEMS] = tuple(ItemDraft(*item) for item in draft[_ITEMS])
    return Outcome(None if draft is None else RecordDraft(*draft), failure, validator)
