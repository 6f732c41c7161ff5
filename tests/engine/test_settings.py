"""Settings: defaults, file, environment, and clear refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from snoop_flow.errors import UsageError
from snoop_flow.settings import FILE_NAME, Settings, load_settings


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('agent = "a"\nembed_batch = 7\n', "utf-8")
    found = load_settings(tmp_path, {"SNOOP_FLOW_AGENT": "b", "SNOOP_FLOW_FETCH_DEADLINE": "2.5", "HOME": "/"})
    assert (found.agent, found.embed_batch, found.fetch_deadline) == ("b", 7, 2.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agent = ", "not valid TOML"),
        ("colour = 1", "unknown setting colour; known are agent"),
        ('embed_batch = "many"', "embed_batch: 'many' is not of type int"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        load_settings(tmp_path, {})
    assert "\n" not in str(caught.value)
