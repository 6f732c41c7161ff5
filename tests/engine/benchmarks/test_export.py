"""`bench export` exports what it published, in the formats asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from snoop_flow.benchmarks.export import bench_export
from snoop_flow.errors import UsageError


def test_everything_published_is_exported(tmp_path: Path) -> None:
    report = bench_export(annotations=640, formats=["w3c", "csv"], repeats=1, folder=tmp_path)
    assert report.exact
    rates = report.details["annotations a second"]
    assert {"publish", "w3c from the catalogue", "w3c from rows", "csv from rows", "json.dumps of the same"} <= set(
        rates
    )


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="clay: is not installed"):
        bench_export(annotations=640, formats=["clay"], repeats=1, folder=tmp_path)
