from pathlib import Path

import pytest

from snoop_flow.samples import draw_archive


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fifth of the sample archive, with pages of nearly every document, drawn once."""
    folder = tmp_path_factory.mktemp("archive")
    draw_archive(folder, count=60)
    return folder
