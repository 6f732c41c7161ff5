"""The catalogue on real SQLite and PostgreSQL: creation, versions, transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from snoop_flow.errors import WorkspaceError
from snoop_flow.store import Catalogue, people, schema, sqlite_url


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(sqlite_url(tmp_path / "catalogue.sqlite"))
    yield catalogue
    catalogue.close()


def test_a_created_catalogue_is_of_the_newest_version_and_holds_every_table(catalogue: Catalogue) -> None:
    catalogue.check()
    with catalogue.read() as connection:
        names = set(inspect(connection).get_table_names())
    assert {table.name for table in schema.metadata.sorted_tables} <= names


def test_the_migrations_give_the_tables_that_the_code_declares(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        # the full-text index is another thing on each database, and is spelt by the migration alone
        options = {"compare_type": True, "include_object": lambda _, name, *__: "description_words" not in str(name)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []


def test_creating_again_keeps_what_is_there(catalogue: Catalogue) -> None:
    with catalogue.write() as connection:
        first = people.ensure_local(connection, "Library")
    catalogue.create()
    with catalogue.write() as connection:
        assert people.ensure_local(connection, "Library").id == first.id


def test_a_failing_transaction_leaves_nothing(catalogue: Catalogue) -> None:
    def fail() -> None:
        with catalogue.write() as connection:
            people.ensure_local(connection, "Library")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    with catalogue.read() as connection:
        assert people.institutions(connection) == []


def test_schema_creation_is_one_transaction(sqlite: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    # the disk "fills up" while the tables are made: SQLite refuses to grow, and nothing of the schema may stay
    with sqlite.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=8")
    with pytest.raises(Exception, match=r"(?i)full"):
        sqlite.create()
    with sqlite.read() as connection:
        assert inspect(connection).get_table_names() == []


def test_an_empty_database_is_refused_with_the_way_out(sqlite: Catalogue) -> None:
    with pytest.raises(WorkspaceError, match="snoop-flow init"):
        sqlite.check()


@pytest.mark.parametrize("version", ["0000", "9999"])
def test_a_foreign_version_is_refused(sqlite: Catalogue, version: str) -> None:
    sqlite.create()
    with sqlite.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    with pytest.raises(WorkspaceError, match=version):
        sqlite.check()


def test_other_databases_are_refused() -> None:
    with pytest.raises(WorkspaceError, match="only sqlite and postgresql"):
        Catalogue("mysql://localhost/x")


def test_an_unreachable_database_is_one_line(free_port: Callable[[], int]) -> None:
    catalogue = Catalogue(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(WorkspaceError, match="cannot be opened") as caught:
        catalogue.check()
    assert "\n" not in str(caught.value)
