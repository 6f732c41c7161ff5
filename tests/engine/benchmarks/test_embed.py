"""The benchmark of embedding does the real job on a small corpus."""

from __future__ import annotations

import json

from click.testing import CliRunner

from snoop_flow.cli import cli


def test_all_images_are_embedded_from_the_server() -> None:
    found = CliRunner().invoke(cli, ["bench", "embed", "--items", "40", "--repeats", "1", "--json"])
    assert found.exit_code == 0, found.output
    report = json.loads(found.stdout)
    assert report["exact"]
    assert report["setting"]["backbone"] == "distilled"
    assert report["milliseconds"]["median"] > 0
    assert set(report["ratios"]) == {"to_floor", "to_the model on decoded pictures"}
