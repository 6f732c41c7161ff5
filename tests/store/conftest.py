"""A real PostgreSQL for the store's tests: the one named by the environment, or a private cluster."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from snoop_flow.store import Catalogue, sqlite_url

SERVER_OPTIONS = "-c listen_addresses='' -c unix_socket_directories={} -c fsync=off -c full_page_writes=off"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """SQLAlchemy URL of an empty PostgreSQL database; the tests that use it share it."""
    if url := os.environ.get("SNOOP_FLOW_TEST_POSTGRESQL"):
        yield url
        return
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server here: install it, or set SNOOP_FLOW_TEST_POSTGRESQL to a database's URL")
    # not pytest's own folder: PostgreSQL runs as another user there where the tests run as root
    folder = Path(tempfile.mkdtemp(prefix="snoop-pg-"))
    try:
        yield from _cluster(programs, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((p.parent for p in versions), key=lambda p: float(p.parent.name), default=None)


def _cluster(programs: Path, folder: Path) -> Iterator[str]:
    user = _unprivileged_user(folder)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "--pgdata", str(folder / "data"), *arguments]
        # PostgreSQL's messages go to a file: the server would keep a pipe of ours open
        with (folder / "log").open("ab") as log:
            subprocess.run(command, cwd=folder, user=user, check=True, stdout=log, stderr=log, timeout=120)

    run("initdb", "--username=snoop", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
    run("pg_ctl", "start", "--wait", "--silent", "--options", SERVER_OPTIONS.format(folder))
    try:
        yield f"postgresql://snoop@/postgres?host={folder}"
    finally:
        run("pg_ctl", "stop", "--mode=immediate", "--silent")


def _unprivileged_user(folder: Path) -> int | None:
    """The user id to run under, owner of the folder; None is our own: only root has to change, initdb refuses it."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    user = known.get("postgres", known.get("nobody"))
    if user is None:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")
    os.chown(folder, user, -1)
    return user


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> str:
    """The same URL, its database emptied."""
    _empty(postgresql_url)
    return postgresql_url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """A catalogue without a table, on each kind of database."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "catalogue.sqlite")
    else:
        url = request.getfixturevalue("empty_postgresql")
    catalogue = Catalogue(url)
    yield catalogue
    catalogue.close()


@pytest.fixture
def catalogue(empty_catalogue: Catalogue) -> Catalogue:
    """A created, empty catalogue on each kind of database."""
    empty_catalogue.create()
    return empty_catalogue


def _empty(url: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a loopback port that nothing listens on."""

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return find
