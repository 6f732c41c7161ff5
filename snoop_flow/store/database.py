"""Opening the catalogue: SQLite in the workspace by default, PostgreSQL by URL.

SQLite comes from the `pysqlite3` wheel: the library that Python links here and in many distributions can corrupt a
database in WAL mode with concurrent checkpoints (fixed in 3.51.3). Writers take the lock when they begin, so that two
of them queue instead of failing half-way.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

import orjson
import pysqlite3.dbapi2
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from snoop_flow.errors import WorkspaceError

BUSY_SECONDS = 30
CACHE = "cache_size=-65536"  # kilobytes; with SQLite's own 2 MB, bulk writes read most pages again and again
CHECKPOINT = "wal_autocheckpoint=4000"  # pages, 16 MB; at SQLite's own 4 MB, those that change often are copied more


class Catalogue:
    """The database of a workspace; hands out connections inside transactions.

    Attributes:
        url: the SQLAlchemy URL, password hidden.
    """

    def __init__(self, url: str) -> None:
        """Prepare an engine; nothing is opened yet.

        Raises:
            WorkspaceError: the URL is not one of SQLite or PostgreSQL.
        """
        self._engine = _engine(url)
        # SQLite has one writer: threads of this process queue here, where they would sleep and try again there
        self._turn: AbstractContextManager[Any] = RLock() if self._engine.dialect.name == "sqlite" else nullcontext()
        self.url = self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading one consistent state."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, trusting: bool = False, waiting: bool = True) -> Iterator[Connection]:
        """A connection whose changes are committed together, or not at all.

        Args:
            trusting: SQLite need not look up what rows refer to, which takes a third of the time of a bulk write: the
                caller has it from this database, and makes sure in this transaction that it is still there.
            waiting: False where a power cut, but no killed process, may undo this and what was written after it without
                waiting, in that order: a disk takes milliseconds to say that it has a transaction. For work that is
                done again where its end was not kept; the next one that waits makes all of it last.
        """
        with self._turn, self._engine.connect() as connection:
            writing = connection.execution_options(snoop_write=True, snoop_trusting=trusting, snoop_waiting=waiting)
            with writing.begin():
                if not waiting and connection.dialect.name == "postgresql":
                    writing.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
                yield writing

    def create(self) -> None:
        """Create or upgrade the schema in one transaction."""
        with self.write() as connection:
            command.upgrade(_alembic(connection), "head")

    def check(self) -> None:
        """Refuse a schema of another version.

        Raises:
            WorkspaceError: unreachable, empty, older or newer than this snoop-flow.
        """
        try:
            with self.read() as connection:
                found = MigrationContext.configure(connection).get_current_revision()
        except (OperationalError, DatabaseError) as error:
            raise WorkspaceError(f"{self.url}: cannot be opened ({_first_line(error)})") from error
        script = ScriptDirectory.from_config(_alembic(None))
        if found == (newest := script.get_current_head()):
            return
        if found is None:
            raise WorkspaceError(f"{self.url}: holds no catalogue; create one with: snoop-flow init")
        known = {revision.revision for revision in script.walk_revisions()}
        if found in known:
            raise WorkspaceError(
                f"{self.url}: is of an older version ({found}, this is {newest}); "
                "make a copy, then upgrade it with: snoop-flow init"
            )
        raise WorkspaceError(
            f"{self.url}: was written by a newer snoop-flow (version {found}, this is {newest}); "
            "install that version to open it"
        )

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path.resolve()}"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise WorkspaceError(f"database {url!r} is no SQLAlchemy URL, such as postgresql://user@host/name") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = create_engine(parsed, module=pysqlite3.dbapi2, connect_args={"timeout": BUSY_SECONDS}, **_JSON)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **_JSON)
    raise WorkspaceError(f"database {backend}: only sqlite and postgresql are supported")


def _write_json(value: Any) -> str:
    """As orjson writes it; what it cannot, such as half a pair of surrogates in a title, as Python does."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return json.dumps(value)


def _read_json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


_JSON: dict[str, Any] = {"json_serializer": _write_json, "json_deserializer": _read_json}


def _prepare_sqlite(connection: Any, _: object) -> None:
    # the driver's own implicit BEGIN would leave DDL outside the transaction
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", CACHE, CHECKPOINT):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options, driver = connection.get_execution_options(), connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is about to begin
    if not options.get("snoop_write"):
        driver.execute("BEGIN")
        return
    # only between transactions; connections come back from the pool as the last one left them
    driver.execute(f"PRAGMA foreign_keys={'OFF' if options['snoop_trusting'] else 'ON'}")
    driver.execute(f"PRAGMA synchronous={'FULL' if options['snoop_waiting'] else 'NORMAL'}")
    driver.execute("BEGIN IMMEDIATE")


def _alembic(connection: Connection | None) -> Config:
    config = Config()
    folder = importlib.resources.files("snoop_flow.store") / "migrations"
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    return config


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).splitlines()[0]
