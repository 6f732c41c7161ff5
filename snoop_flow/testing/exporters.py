"""What the engine relies on in an exporter."""

from __future__ import annotations

import gc
import tempfile
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

from snoop_flow.plugin_types import ExporterSpec, ExportReport, ExportRow
from snoop_flow.testing.claims import require, require_facts
from snoop_flow.testing.rows import export_context, export_rows

FEW, MANY = 20, 150  # records
ITEMS = 16  # of each, with two statements each
# a statement takes some 2 KB as objects: a line kept for each record or file is within bounds, all statements are not
BYTES_PER_ROW = 500


def check_exporter(spec: ExporterSpec) -> None:
    """Check an exporter on made-up statements: other scripts, markup in titles, regions, local records, none at all.

    Covered: what it writes and where, that what it reports is there, the same bytes for the same rows, no rows, and
    that memory does not grow with their number.

    Args:
        spec: what to check.

    Raises:
        AssertionError: something does not hold; the message says what.
    """
    require_facts("exporter", spec.name, spec.title)
    with tempfile.TemporaryDirectory(prefix="snoop-flow-") as name:
        folder = Path(name)
        report = _export(spec, export_rows(), folder / "first")
        require(report.records > 0, f"exporter {spec.name}: reports no records for 24 statements on 6 records")
        _export(spec, export_rows(), folder / "second")
        same = _contents(folder / "first") == _contents(folder / "second")
        require(same, f"exporter {spec.name}: writes other bytes for the same rows")
        nothing = _export(spec, iter(()), folder / "nothing")
        require(nothing.records == 0, f"exporter {spec.name}: reports {nothing.records} records for no rows")
        _check_memory(spec, folder)


def _export(spec: ExporterSpec, rows: Iterable[ExportRow], folder: Path) -> ExportReport:
    """Export into a folder of its own, where nothing may appear but what the report names."""
    place = _place(spec, folder)
    report = spec.export(rows, place, export_context())
    name = f"exporter {spec.name}"
    beside = sorted(path.name for path in folder.iterdir() if path != place)
    require(not beside, f"{name}: writes {', '.join(beside)} beside the path it was given")
    fits = place.is_dir() if spec.writes_folder else place.is_file() or not report.files
    require(fits, f"{name}: says writes_folder={spec.writes_folder}, but the path is not so")
    named = {Path(file) for file in report.files}
    outside = sorted(str(path) for path in named if not path.is_relative_to(place))
    require(not outside, f"{name}: reports {', '.join(outside[:3])}; name files by the path given and what is below it")
    written = {path for path in place.rglob("*") if path.is_file()} if spec.writes_folder else {place} & named
    missing = sorted(path.name for path in named if not path.is_file())
    require(not missing, f"{name}: reports {', '.join(missing[:3])}, which it did not write")
    unnamed = sorted(path.name for path in written - named)
    require(not unnamed, f"{name}: wrote {', '.join(unnamed[:3])}, which its report does not name")
    return report


def _place(spec: ExporterSpec, folder: Path) -> Path:
    """Where to write, as the engine prepares it: an empty folder, or a file that is not there yet."""
    place = folder / "out"
    (place if spec.writes_folder else folder).mkdir(parents=True)
    return place


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _check_memory(spec: ExporterSpec, folder: Path) -> None:
    grown = _growth(spec, folder / "first")
    if grown >= BYTES_PER_ROW:  # what is allocated once, or garbage that was not collected in time, is no growth
        grown = min(grown, _growth(spec, folder / "again"))
    require(
        grown < BYTES_PER_ROW,
        f"exporter {spec.name}: memory grows by {grown:.0f} bytes a row; write rows as they come and let them go",
    )


def _growth(spec: ExporterSpec, folder: Path) -> float:
    """Bytes that the peak rises by with each row."""
    few, many = _peak(spec, FEW, folder / "few"), _peak(spec, MANY, folder / "many")
    return (many - few) / (2 * ITEMS * (MANY - FEW))


def _peak(spec: ExporterSpec, records: int, folder: Path) -> int:
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    gc.collect()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        spec.export(export_rows(records, ITEMS), _place(spec, folder), export_context())
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()
