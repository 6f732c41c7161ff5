"""Catalogues on each kind of database."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from snoop_flow.store import Catalogue, sqlite_url


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


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a loopback port that nothing listens on."""

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return find
