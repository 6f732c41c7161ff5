"""Rows that are written many at once, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select

from snoop_flow.store import Catalogue
from snoop_flow.store.bulk import upsert
from snoop_flow.store.schema import failure

AT = datetime(2026, 11, 25, 12, 30, tzinfo=timezone(timedelta(hours=2)))


def row(subject: str, **changed: Any) -> dict[str, Any]:
    values = {"stage": "harvest", "subject": subject, "kind": "gone", "reason": "not found", "tries": 1, "at": AT}
    return values | {"retry_at": None, "hint": {"a": ["é", 1]}} | changed


def kept(catalogue: Catalogue) -> dict[str, Any]:
    with catalogue.read() as connection:
        return {one.subject: one for one in connection.execute(select(failure))}


def test_rows_are_entered_and_brought_up_to_date(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        upsert(connection, failure, [], ["stage", "subject"])
        upsert(connection, failure, [row("a"), row("b", retry_at=AT)], ["stage", "subject"])
        upsert(connection, failure, [row("b", tries=2, hint={}), row("c")], ["stage", "subject"], update=["tries"])
        upsert(connection, failure, [row("c", tries=9)], ["stage", "subject"], update=[])
    found = kept(catalogue)
    assert {subject: (one.tries, one.hint) for subject, one in found.items()} == {
        "a": (1, {"a": ["é", 1]}),
        "b": (2, {"a": ["é", 1]}),
        "c": (1, {"a": ["é", 1]}),
    }
    assert [found[subject].retry_at for subject in "abc"] == [None, AT, None]
    assert found["a"].at == AT
    assert found["a"].at.tzinfo is UTC
    assert found["a"].host == ""  # what no row names has the default of the database


def test_what_is_no_text_of_unicode_is_kept_in_json(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        upsert(connection, failure, [row("half", hint={"title": "\ud835"})], ["stage", "subject"])
    assert kept(catalogue)["half"].hint == {"title": "\ud835"}


def test_a_transaction_that_waits_for_no_disk_is_there_for_the_next(catalogue: Catalogue) -> None:
    for subject, waiting in (("a", False), ("b", True)):
        with catalogue.write(waiting=waiting) as connection:
            upsert(connection, failure, [row(subject)], ["stage", "subject"])
            if connection.dialect.name == "postgresql":
                asked = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
                assert (asked == "off") is not waiting
            else:
                full = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous
                assert (connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == full) is waiting
    assert set(kept(catalogue)) == {"a", "b"}
