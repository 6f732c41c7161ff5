"""A Prefect server for the session, and small workspaces with drawn images."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from snoop_flow import Workspace
from snoop_flow.settings import FILE_NAME

Make = Callable[[Path], Path]

# read by Prefect when it is imported, which nothing above does
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
for _name, _value in {"BATCH_SIZE": "100", "READ_BATCH_SIZE": "100", "FLUSH_INTERVAL": "1"}.items():
    os.environ.setdefault(f"PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_{_name}", _value)


@pytest.fixture(scope="session")
def prefect() -> Iterator[str]:
    """A server for flows that run in this process; gives the URL of its API."""
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=180),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield str(PREFECT_API_URL.value())


@pytest.fixture(scope="session")
def clean_environment() -> Mapping[str, str]:
    """The environment of a user who never heard of Prefect."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 24 small images."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(7)
    for number in range(24):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), "RGB")
        coarse.resize((160, 120), Image.Resampling.BICUBIC).save(folder / f"{number:02}.jpg")
    return folder


@pytest.fixture(scope="session")
def make_workspace() -> Make:
    """Makes a workspace whose units are small, so that a job of few images has many."""

    def make(folder: Path) -> Path:
        Workspace.create(folder).close()
        with (folder / FILE_NAME).open("a") as settings:
            settings.write("embed_batch = 2\n")
        return folder

    return make


@pytest.fixture
def workspace(tmp_path: Path, make_workspace: Make) -> Iterator[Workspace]:
    """An empty workspace, opened."""
    with Workspace.open(make_workspace(tmp_path / "archive")) as opened:
        yield opened


@pytest.fixture
def harvested(workspace: Workspace, pictures: Path) -> Workspace:
    """A workspace with 24 items and no vectors."""
    workspace.harvest([str(pictures)], collection="pictures")
    return workspace


@pytest.fixture(autouse=True)
def _forget_opened() -> Iterator[None]:
    yield
    from snoop_prefect import flows

    if flows.open_workspace.cache_info().currsize:
        flows.open_workspace.cache_clear()
